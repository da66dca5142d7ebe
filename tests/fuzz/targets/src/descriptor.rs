//! Streams of dependency descriptors.

use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::rtp::ExtSeqNo;
use switchyard_wire::payload::dependency_descriptor::{
    Descriptor, MAX_CHAINS, MAX_FRAME_DIFFS, MAX_LEN, MAX_TARGETS, MAX_TEMPLATES, Reader, Rewrite, Structure,
};

use crate::input::{Input, pieces};

/// Descriptors taken of one input.
const MAX_DESCRIPTORS: usize = 64;

/// Reads a stream; each descriptor is written and read again, and says the same.
pub(crate) fn run(bytes: &[u8]) {
    let (mut reader, mut input) = (Reader::default(), Input::new(bytes));
    let (mut seq, mut highest) = (1 << 20, 0);
    for _ in 0..MAX_DESCRIPTORS {
        if input.is_empty() {
            break;
        }
        // Mostly the next packet, sometimes a late one or one far ahead.
        seq += i64::from(i8::from_be_bytes(input.array()));
        let Ok(descriptor) = reader.read(ExtSeqNo(seq.unsigned_abs()), input.piece()) else { continue };
        bounded(&descriptor);
        if let Some(structure) = reader.structure() {
            bounded_structure(structure);
            // A late one may have brought a structure of its own, which is not kept.
            if seq >= highest {
                again(seq.unsigned_abs(), &descriptor, structure);
            }
            highest = highest.max(seq);
        }
    }
}

fn bounded(descriptor: &Descriptor) {
    assert!(descriptor.frame_diffs.as_slice().len() <= MAX_FRAME_DIFFS);
    assert!(descriptor.chain_diffs.as_slice().len() <= MAX_CHAINS);
    assert!(usize::from(descriptor.dtis.count()) <= MAX_TARGETS);
    for chain in 0..=u8::MAX {
        descriptor.continues_chain(chain, Some(7));
    }
}

fn bounded_structure(structure: &Structure) {
    assert!(structure.templates().len() <= MAX_TEMPLATES);
    assert!(usize::from(structure.target_count()) <= MAX_TARGETS);
    assert!(structure.chain_count() <= structure.target_count());
    for target in 0..=u8::MAX {
        structure.chain_of(target);
        structure.layers_of(target);
        structure.size(SpatialLayer(target));
    }
}

fn again(seq: u64, descriptor: &Descriptor, structure: &Structure) {
    // With its structure, as a keyframe is sent, so that it can be read by itself.
    let rewrite = Rewrite { attach_structure: true, ..Rewrite::same_as(descriptor, structure) };
    let mut out = [0; 2 * MAX_LEN];
    let Ok(len) = descriptor.write(structure, &rewrite, &mut out) else { return };
    if len > MAX_LEN {
        return;
    }
    let read = Reader::default().read(ExtSeqNo(seq), &out[..len]).expect("what we write can be read");
    let facts = |one: &Descriptor| {
        (
            one.mandatory.frame_number,
            one.template_index,
            one.dtis,
            one.frame_diffs.as_slice().to_vec(),
            one.chain_diffs.as_slice().to_vec(),
        )
    };
    assert_eq!(facts(&read), facts(descriptor));
}

/// Bytes of zeros and ones.
fn bits(text: &str) -> Vec<u8> {
    let bits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let byte = |chunk: &[u8]| chunk.iter().enumerate().fold(0, |byte, (at, bit)| byte | (bit << (7 - at)));
    bits.chunks(8).map(byte).collect()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    // The structure L1T3 of the specification (A.10.2.1), frames that follow it, one that departs from it.
    let keyframe = bits(
        "11 001010 0000000001100100 10000 001010 00010 00 01 01 00 11 101010 101010 100100 010000 010000
         0 100110 100010 100000 100000 01 0000 0100 0010 0001 0011 1 0000001001111111 0000000101100111",
    );
    let follows = bits("10 001101 0000000001100101");
    let departs =
        bits("11 001100 0000000001100110 01111 110 110001 01 0000 10 00010000 11 111111111111 00 11001000");
    let one = |descriptor: &[u8]| [&[1][..], &pieces([descriptor])].concat();
    let stream = [&keyframe[..], &follows, &departs, &keyframe, &follows].map(one).concat();
    vec![one(&keyframe), [one(&keyframe), one(&departs)].concat(), stream]
}
