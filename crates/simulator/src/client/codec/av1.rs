//! AV1 in RTP (RTP Payload Format For AV1, version 1.0) without layers: the sequence header in front of a keyframe, one
//! frame in fragments, and the dependency descriptor beside it (appendix A), by which receivers go.

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use switchyard_vocab::layer::PictureSize;

use super::bits::{BitReader, BitWriter};
use super::{Claim, Frame, Needs, Number, Packet, parts};
use crate::client::stamp::Stamp;

/// The aggregation header: the first element goes on from, the last one into, another packet; so many elements; a
/// new sequence begins.
const CONTINUES: u8 = 0x80;
const CONTINUED: u8 = 0x40;
const ONE: u8 = 0x10;
const TWO: u8 = 0x20;
const NEW_SEQUENCE: u8 = 0x08;

/// Headers of OBUs, without a size of their own.
const SEQUENCE_HEADER: u8 = 1 << 3;
const FRAME_OBU: u8 = 6 << 3;

/// Templates that a reader here holds; without layers there are two.
const MAX_TEMPLATES: usize = 8;

/// The first template of an encoder's structure.
const KEY: u8 = 0;
const DELTA: u8 = 1;

/// What the templates of a structure need: how many frames back, 0 for nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Templates {
    first: u8,
    count: u8,
    diffs: [u8; MAX_TEMPLATES],
}

impl Templates {
    /// Templates with ids from `first` on, as many as there are differences.
    #[cfg(test)]
    pub fn new(first: u8, differences: &[u8]) -> Self {
        let mut diffs = [0; MAX_TEMPLATES];
        diffs[..differences.len()].copy_from_slice(differences);
        Self { first, count: differences.len() as u8, diffs }
    }

    /// How many frames back that lies what a frame of this template needs; `None` where there is no such template.
    pub fn diff(&self, id: u8) -> Option<u8> {
        let index = id.wrapping_sub(self.first) & 0x3f;
        self.diffs[..usize::from(self.count)].get(usize::from(index)).copied()
    }
}

/// Numbers the frames of one encoding.
#[derive(Debug)]
pub struct Packetizer {
    frame_number: u16,
}

impl Packetizer {
    /// One that begins with a random number.
    pub fn new(rng: &mut ChaCha12Rng) -> Self {
        Self { frame_number: rng.random() }
    }

    /// The packets of the next frame.
    pub fn packets(&mut self, frame: &Frame) -> Vec<Packet> {
        self.frame_number = self.frame_number.wrapping_add(1);
        parts(frame).map(|part| self.packet(frame, part)).collect()
    }

    fn packet(&self, frame: &Frame, (stamp, len): (Stamp, usize)) -> Packet {
        let (starts, ends) = (stamp.part == 0, stamp.part + 1 == stamp.parts);
        let has_sequence = frame.key && starts;
        let fragment = if starts { 0 } else { CONTINUES } | if ends { 0 } else { CONTINUED };
        let mut payload = vec![fragment | if has_sequence { TWO | NEW_SEQUENCE } else { ONE }];
        if has_sequence {
            let sequence = sequence_header(frame.size);
            payload.push(sequence.len() as u8);
            payload.extend_from_slice(&sequence);
        }
        if starts {
            payload.push(FRAME_OBU);
        }
        stamp.write(len, &mut payload);
        Packet { payload, descriptor: Some(self.descriptor(frame, (starts, ends))) }
    }

    fn descriptor(&self, frame: &Frame, (starts, ends): (bool, bool)) -> Vec<u8> {
        let mut bits = BitWriter::default();
        bits.put(u32::from(starts) << 1 | u32::from(ends), 2);
        bits.put(u32::from(if frame.key { KEY } else { DELTA }), 6);
        bits.put(u32::from(self.frame_number), 16);
        if frame.key && starts {
            // A structure, and nothing else.
            bits.put(0b10000, 5);
            write_structure(frame.size, &mut bits);
        }
        bits.bytes()
    }
}

/// One target, and two templates of its only layer: a keyframe, and what needs the frame before it.
fn write_structure(size: PictureSize, bits: &mut BitWriter) {
    bits.put(u32::from(KEY), 6);
    bits.put(0, 5);
    // The same layer again, no more of them; both are needed, and one may begin with either.
    bits.put(0b0011, 4);
    bits.put(0b1010, 4);
    // Nothing; one frame back, no more.
    bits.put(0, 1);
    bits.put(0b10_0000, 6);
    // One chain, which protects the target: where it begins, and one frame back.
    bits.put(1, 1);
    bits.put(0b0000_0001, 8);
    bits.put(1, 1);
    bits.put(u32::from(size.width - 1), 16);
    bits.put(u32::from(size.height - 1), 16);
}

/// Main profile, level 3.1, one operating point (bitstream §5.5), up to the size; the rest is not looked at.
fn sequence_header(size: PictureSize) -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.put(u32::from(SEQUENCE_HEADER), 8);
    // Profile, a still picture, reduced; timing, delays, operating points but one, the first of them, its level.
    [(0, 3), (0, 1), (0, 1), (0, 1), (0, 1), (0, 5), (0, 12), (5, 5)]
        .into_iter()
        .for_each(|(value, count)| bits.put(value, count));
    bits.put(15, 4);
    bits.put(15, 4);
    bits.put(u32::from(size.width - 1), 16);
    bits.put(u32::from(size.height - 1), 16);
    bits.bytes()
}

/// What the headers of a packet claim, and what follows them.
pub fn read<'p>(payload: &'p [u8], descriptor: &[u8]) -> Option<(Claim, &'p [u8])> {
    let (&header, mut rest) = payload.split_first()?;
    if header & NEW_SEQUENCE != 0 {
        let (&len, behind) = rest.split_first()?;
        rest = behind.get(usize::from(len)..)?;
    }
    let mut bits = BitReader::new(descriptor);
    let starts = bits.take(1)? != 0;
    bits.take(1)?;
    let template = bits.take(6)? as u8;
    let number = Some(Number { value: bits.take(16)? as u16, bits: 16 });
    if starts != (header & CONTINUES == 0) {
        return None;
    }
    if starts {
        rest = rest.strip_prefix(&[FRAME_OBU])?;
    }
    // Behind the first three bytes stand five flags, of which the first announces a structure.
    let has_structure = bits.take(5).is_some_and(|flags| flags & 0b10000 != 0);
    let needs = match has_structure {
        true => Needs::Nothing(Some(read_structure(&mut bits)?)),
        false => Needs::Template(template),
    };
    Some((Claim { starts, number, layers: None, needs: Some(needs).filter(|_| starts) }, rest))
}

fn read_structure(bits: &mut BitReader<'_>) -> Option<Templates> {
    let first = bits.take(6)? as u8;
    let targets = bits.take(5)? + 1;
    let mut count = 1;
    while bits.take(2)? != 3 {
        count += 1;
    }
    bits.take(2 * targets * count)?;
    let mut diffs = [0; MAX_TEMPLATES];
    for diff in diffs.get_mut(..count as usize)? {
        while bits.take(1)? != 0 {
            *diff = bits.take(4)? as u8 + 1;
        }
    }
    Some(Templates { first, count: count as u8, diffs })
}
