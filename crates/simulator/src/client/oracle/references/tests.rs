use super::*;
use crate::client::codec::Claim;
use crate::client::oracle::testing::{frame, keyframe};

fn decode(frames: &[Frame]) -> (Vec<u32>, Vec<Fault>) {
    let mut references = References::default();
    let mut decoded = Vec::new();
    let mut faults = Vec::new();
    for &frame in frames {
        let decoding = references.insert(frame);
        decoded.extend(decoding.decoded.iter().map(|frame| frame.stamp.frame));
        faults.extend(decoding.faults);
    }
    (decoded, faults)
}

#[test]
fn nothing_is_decoded_before_the_first_keyframe() {
    assert_eq!(decode(&[frame(1), frame(2)]).0, []);
    assert_eq!(decode(&[frame(1), frame(0), frame(2)]).0, [0, 1, 2]);
}

#[test]
fn a_missing_frame_holds_up_those_behind_it() {
    assert_eq!(decode(&[frame(0), frame(2), frame(3)]).0, [0]);
    assert_eq!(decode(&[frame(0), frame(2), frame(3), frame(1)]).0, [0, 1, 2, 3]);
}

#[test]
fn a_keyframe_ends_the_wait() {
    let (decoded, faults) = decode(&[frame(0), frame(2), keyframe(4, 1)]);

    assert_eq!(decoded, [0, 4]);
    assert_eq!(faults, []);
}

#[test]
fn identifiers_that_hide_a_missing_frame_are_a_fault() {
    // Frame 1 was left out and the numbers closed over it: the receiver can't know.
    let mut renumbered = frame(2);
    renumbered.claim = frame(1).claim;

    let (decoded, faults) = decode(&[frame(0), renumbered]);

    assert_eq!(decoded, [0, 2]);
    assert_eq!(faults, [Fault::WrongReference { at: renumbered.first }]);
}

#[test]
fn a_change_of_encoding_without_a_keyframe_is_a_fault() {
    let mut other = frame(1);
    other.stamp.encoding = 1;

    assert_eq!(decode(&[frame(0), other]).1, [Fault::WrongReference { at: other.first }]);
}

#[test]
fn identifiers_that_deny_a_frame_what_it_has_are_a_fault() {
    let mut denied = frame(1);
    denied.claim.layers = Some(Layers { tid: 0, tl0: 7, sync: false });

    let (decoded, faults) = decode(&[frame(0), denied]);

    assert_eq!(decoded, [0]);
    assert_eq!(faults, [Fault::HiddenReference { at: denied.first }]);
}

#[test]
fn an_upper_temporal_layer_may_be_missing() {
    // 0 1 0 1: temporal layer 1 depends on layer 0 alone.
    let layered = |number: u32| {
        let mut frame = frame(number);
        let upper = number % 2 == 1;
        frame.claim.layers = Some(Layers { tid: u8::from(upper), tl0: (number / 2) as u8, sync: upper });
        frame.stamp.depends_on = number.checked_sub(1 + (number + 1) % 2);
        frame
    };

    assert_eq!(decode(&[layered(0), layered(1), layered(2), layered(3)]), (vec![0, 1, 2, 3], vec![]));
    assert_eq!(decode(&[layered(0), layered(2), layered(3)]), (vec![0, 2, 3], vec![]));
    assert_eq!(decode(&[layered(0), layered(3)]).0, [0]);
}

#[test]
fn picture_ids_and_tl0_indexes_wrap() {
    let wrapped = |number: u32| {
        let mut frame = frame(number);
        frame.claim.number = Some(Number { value: (0x7ffe + number as u16) & 0x7fff, bits: 15 });
        frame.claim.layers = Some(Layers { tid: 0, tl0: (number as u8).wrapping_sub(2), sync: false });
        frame
    };

    assert_eq!(decode(&[0, 1, 3, 2, 4].map(wrapped)).0, [0, 1, 2, 3, 4]);
}

/// Without numbers: a frame needs the one whose packets stand right before its own.
fn unnumbered(number: u32) -> Frame {
    let frame = frame(number);
    let needs = Some(if number == 0 { Needs::Nothing(None) } else { Needs::Previous });
    Frame { claim: Claim { number: None, layers: None, needs, ..frame.claim }, ..frame }
}

#[test]
fn without_numbers_frames_follow_on_each_other_by_their_packets() {
    assert_eq!(decode(&[0, 2, 1, 3].map(unnumbered)), (vec![0, 1, 2, 3], vec![]));
    assert_eq!(decode(&[0, 2, 3].map(unnumbered)).0, [0]);
}

#[test]
fn templates_say_what_frames_need_from_the_keyframe_on_that_brought_them() {
    let templates = |first| Some(Needs::Nothing(Some(Templates::new(first, &[0, 1]))));
    let of = |number: u32, needs| {
        let frame = frame(number);
        let counted = Some(Number { value: 0xfffe_u16.wrapping_add(number as u16), bits: 16 });
        Frame { claim: Claim { number: counted, layers: None, needs, ..frame.claim }, ..frame }
    };
    let delta = |number, id| of(number, Some(Needs::Template(id)));
    let mut key = of(3, templates(32));
    key.stamp.depends_on = None;

    let frames = [of(0, templates(0)), delta(2, 1), delta(1, 1), delta(4, 33), key, delta(5, 33)];

    assert_eq!(decode(&frames), (vec![0, 1, 2, 3, 4, 5], vec![]));
    assert_eq!(decode(&[of(0, templates(0)), delta(1, 33)]).0, [0], "of a structure that is not there");
}
