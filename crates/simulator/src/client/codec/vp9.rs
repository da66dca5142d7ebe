//! VP9 in RTP (RFC 9628) as libwebrtc sends one spatial layer: no flexible mode, the structure with every keyframe, and
//! layer indices where there are several temporal layers.

use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use super::{Claim, Frame, Layers, Needs, Number, Packet, parts};
use crate::client::stamp::Stamp;

const HAS_PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const HAS_LAYERS: u8 = 0x20;
const FRAME_START: u8 = 0x08;
const FRAME_END: u8 = 0x04;
const HAS_STRUCTURE: u8 = 0x02;
const NO_UPPER_REFERENCE: u8 = 0x01;

/// The first bytes of a keyframe: marker, profile 0, shown, and the code to synchronise by (bitstream §6.2).
const KEY_HEAD: [u8; 4] = [0x82, 0x49, 0x83, 0x42];

/// The first byte of any other frame.
const DELTA_HEAD: [u8; 1] = [0x86];

/// Pictures of a group by number of temporal layers: layer, U and one reference each, and how far back that is.
const GROUPS: [&[[u8; 2]]; 3] =
    [&[[0x04, 1]], &[[0x04, 2], [0x34, 1]], &[[0x04, 4], [0x54, 1], [0x34, 2], [0x44, 1]]];

/// Numbers the frames of one encoding.
#[derive(Debug)]
pub struct Packetizer {
    picture_id: u16,
    tl0: u8,
}

impl Packetizer {
    /// One that begins with random numbers.
    pub fn new(rng: &mut ChaCha12Rng) -> Self {
        Self { picture_id: rng.random_range(0..0x8000), tl0: rng.random() }
    }

    /// The packets of the next frame.
    pub fn packets(&mut self, frame: &Frame) -> Vec<Packet> {
        self.tl0 = self.tl0.wrapping_add(u8::from(frame.tid == 0));
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        parts(frame).map(|part| self.packet(frame, part)).collect()
    }

    fn packet(&self, frame: &Frame, (stamp, len): (Stamp, usize)) -> Packet {
        let (starts, ends) = (stamp.part == 0, stamp.part + 1 == stamp.parts);
        let has_structure = frame.key && starts;
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let first = HAS_PICTURE_ID
            | flag(!frame.key, INTER_PREDICTED)
            | flag(frame.layers > 1, HAS_LAYERS)
            | flag(starts, FRAME_START)
            | flag(ends, FRAME_END)
            | flag(has_structure, HAS_STRUCTURE)
            | NO_UPPER_REFERENCE;
        let mut payload = vec![first];
        payload.extend_from_slice(&(0x8000 | self.picture_id).to_be_bytes());
        if frame.layers > 1 {
            payload.extend_from_slice(&[frame.tid << 5 | u8::from(frame.sync) << 4, self.tl0]);
        }
        if has_structure {
            write_structure(frame, &mut payload);
        }
        if starts {
            payload.extend_from_slice(if frame.key { &KEY_HEAD } else { &DELTA_HEAD });
        }
        stamp.write(len, &mut payload);
        Packet { payload, descriptor: None }
    }
}

/// One spatial layer with its size, and one group of pictures.
fn write_structure(frame: &Frame, out: &mut Vec<u8>) {
    out.push(0x18);
    out.extend_from_slice(&frame.size.width.to_be_bytes());
    out.extend_from_slice(&frame.size.height.to_be_bytes());
    let group = GROUPS[usize::from(frame.layers.clamp(1, 3)) - 1];
    out.push(group.len() as u8);
    group.iter().for_each(|picture| out.extend_from_slice(picture));
}

/// What the headers of a packet claim, and what follows them.
pub fn read(payload: &[u8]) -> Option<(Claim, &[u8])> {
    let (&[first, high, low], mut rest) = payload.split_first_chunk()?;
    if first & HAS_PICTURE_ID == 0 || high & 0x80 == 0 {
        return None;
    }
    let mut layers = None;
    if first & HAS_LAYERS != 0 {
        let &[indices, tl0, ..] = rest else { return None };
        layers = Some(Layers { tid: indices >> 5, tl0, sync: indices & 0x10 != 0 });
        rest = &rest[2..];
    }
    if first & HAS_STRUCTURE != 0 {
        let (&[0x18, _, _, _, _, pictures], behind) = rest.split_first_chunk()? else { return None };
        rest = behind.get(2 * usize::from(pictures)..)?;
    }
    let (starts, is_key) = (first & FRAME_START != 0, first & INTER_PREDICTED == 0);
    if starts {
        rest = if is_key { rest.strip_prefix(&KEY_HEAD)? } else { rest.strip_prefix(&DELTA_HEAD)? };
    }
    let needs = match (is_key, layers) {
        (true, _) => Needs::Nothing(None),
        (false, Some(_)) => Needs::Layers,
        (false, None) => Needs::Previous,
    };
    let number = Some(Number { value: u16::from_be_bytes([high & 0x7f, low]), bits: 15 });
    Some((Claim { starts, number, layers, needs: Some(needs).filter(|_| starts) }, rest))
}
