//! H.264 in RTP (RFC 6184, packetization mode 1) as libwebrtc sends it: the parameter sets of a keyframe together in one
//! packet, slices that are too large in fragments.
//!
//! Nothing is numbered: a frame needs the one whose packets stand right before its own.

use switchyard_vocab::layer::PictureSize;

use super::bits::BitWriter;
use super::{Claim, Frame, Needs, Packet, parts};
use crate::client::stamp::{MIN_LEN, Stamp};

const SLICE: u8 = 1;
const IDR: u8 = 5;
const SEI: u8 = 6;
const SPS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// What others refer to: the highest importance.
const IMPORTANT: u8 = 0x60;

const FIRST: u8 = 0x80;
const LAST: u8 = 0x40;

/// The fronts of slices: the first macroblock, a kind that all slices of the picture have, parameter set 0.
const IDR_HEAD: [u8; 2] = [0x88, 0x84];
const SLICE_HEAD: [u8; 2] = [0x9a, 0x00];

const PPS: [u8; 4] = [0x68, 0xce, 0x3c, 0x80];

/// The packets of the next frame.
pub fn packets(frame: &Frame) -> Vec<Packet> {
    let kind = if frame.key { IDR } else { SLICE };
    let ahead = u16::from(frame.key);
    let sets = frame.key.then(|| parameter_sets(frame));
    let slices = parts(frame).map(|(stamp, len)| {
        let (first, last) = (stamp.part == 0, stamp.part + 1 == stamp.parts);
        let mut payload = match (first, last) {
            (true, true) => vec![IMPORTANT | kind],
            _ => vec![IMPORTANT | FU_A, kind | if first { FIRST } else { 0 } | if last { LAST } else { 0 }],
        };
        if first {
            payload.extend_from_slice(if frame.key { &IDR_HEAD } else { &SLICE_HEAD });
        }
        let stamp = Stamp { part: stamp.part + ahead, parts: stamp.parts + ahead, ..stamp };
        stamp.write(len, &mut payload);
        payload
    });
    sets.into_iter().chain(slices).map(|payload| Packet { payload, descriptor: None }).collect()
}

/// Both parameter sets, and the stamp in a unit of information that decoders pass over.
fn parameter_sets(frame: &Frame) -> Vec<u8> {
    let slices = parts(frame).count() as u16;
    let mut information = vec![SEI];
    Stamp { part: 0, parts: slices + 1, ..frame.stamp }.write(MIN_LEN, &mut information);
    let mut payload = vec![IMPORTANT | STAP_A];
    for unit in [&sequence_parameter_set(frame.size)[..], &PPS, &information] {
        payload.extend_from_slice(&(unit.len() as u16).to_be_bytes());
        payload.extend_from_slice(unit);
    }
    payload
}

/// Constrained Baseline, level 3.1 (H.264 §7.3.2.1.1), with what the last blocks have too much cut off.
fn sequence_parameter_set(size: PictureSize) -> Vec<u8> {
    let blocks = |pixels: u16| u32::from(pixels).div_ceil(16);
    let beyond = |pixels: u16| (blocks(pixels) * 16 - u32::from(pixels)) / 2;
    let mut bits = BitWriter::default();
    [u32::from(IMPORTANT | SPS), 0x42, 0xc0, 0x1f].into_iter().for_each(|byte| bits.put(byte, 8));
    // Set 0, frame numbers of four bits, pictures in order of decoding, one reference, no gaps.
    [0, 0, 2, 1].into_iter().for_each(|number| bits.put_ue(number));
    bits.put(0, 1);
    bits.put_ue(blocks(size.width) - 1);
    bits.put_ue(blocks(size.height) - 1);
    // Frames only, direct prediction, cropped: nothing at left and top.
    bits.put(0b111, 3);
    [0, beyond(size.width), 0, beyond(size.height)].into_iter().for_each(|number| bits.put_ue(number));
    // No words for displays; the end.
    bits.put(0b01, 2);
    bits.bytes()
}

/// What the headers of a packet claim, and what follows them.
pub fn read(payload: &[u8]) -> Option<(Claim, &[u8])> {
    let (&indicator, rest) = payload.split_first()?;
    match indicator & 0x1f {
        STAP_A => Some((claim(true, Needs::Nothing(None)), information(rest)?)),
        kind @ (SLICE | IDR) => slice(kind, rest),
        FU_A => {
            let (&header, rest) = rest.split_first()?;
            if header & FIRST != 0 { slice(header & 0x1f, rest) } else { Some((inner(), rest)) }
        }
        _ => None,
    }
}

/// The first packet of a slice. That of a keyframe starts none: its parameter sets come before it.
fn slice(kind: u8, rest: &[u8]) -> Option<(Claim, &[u8])> {
    match kind {
        IDR => Some((inner(), rest.strip_prefix(&IDR_HEAD)?)),
        _ => Some((claim(true, Needs::Previous), rest.strip_prefix(&SLICE_HEAD)?)),
    }
}

/// What an aggregate of both parameter sets says besides.
fn information(mut rest: &[u8]) -> Option<&[u8]> {
    let mut units = Vec::new();
    while let Some((len, behind)) = rest.split_first_chunk::<2>() {
        let (unit, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        units.push(unit);
        rest = behind;
    }
    let &[sps, pps, information] = units.as_slice() else { return None };
    let is_whole = sps.first() == Some(&(IMPORTANT | SPS)) && pps == PPS;
    information.strip_prefix(&[SEI]).filter(|_| is_whole)
}

const fn claim(starts: bool, needs: Needs) -> Claim {
    Claim { starts, number: None, layers: None, needs: Some(needs) }
}

const fn inner() -> Claim {
    Claim { starts: false, number: None, layers: None, needs: None }
}
