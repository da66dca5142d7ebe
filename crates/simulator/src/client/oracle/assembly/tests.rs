use super::*;
use crate::client::oracle::testing::{frame, parts};

#[test]
fn a_frame_is_whole_with_its_last_missing_packet() {
    let mut assembly = Assembly::default();
    let [first, second] = parts(&frame(3));

    assert_eq!(assembly.insert(second), Ok(None));
    assert_eq!(assembly.insert(first), Ok(Some(frame(3))));
    assert_eq!(assembly.insert(first), Ok(None), "a copy completes nothing");
}

#[test]
fn parts_of_different_frames_make_no_frame() {
    let mut assembly = Assembly::default();
    let [first, mut second] = parts(&frame(3));
    second.stamp.frame = 4;

    assembly.insert(first).unwrap();

    let fault = Fault::MixedFrame { first: first.seq, last: second.seq };
    assert_eq!(assembly.insert(second), Err(fault));
}

#[test]
fn a_marker_in_the_middle_of_a_frame_is_noticed() {
    let mut assembly = Assembly::default();
    let [mut first, _] = parts(&frame(3));
    first.marker = true;

    assert!(matches!(assembly.insert(first), Err(Fault::MixedFrame { .. })));
}

#[test]
fn the_same_part_under_another_number_is_a_fault() {
    let mut assembly = Assembly::default();
    let [first, _] = parts(&frame(3));
    assembly.insert(first).unwrap();

    let again = Part { seq: first.seq.plus(40), ..first };

    assert_eq!(assembly.insert(again), Err(Fault::Repeated { at: again.seq }));
}

#[test]
fn it_remembers_only_so_many_packets() {
    let mut assembly = Assembly::default();

    for number in 0..5_000 {
        for part in parts(&frame(number)) {
            assembly.insert(part).unwrap();
        }
    }

    assert_eq!(assembly.parts.len() as u64, CAPACITY);
    assert_eq!(assembly.known.len() as u64, CAPACITY);
}
