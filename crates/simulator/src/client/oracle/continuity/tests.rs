use switchyard_vocab::rtp::RtpTimestamp;

use super::*;
use crate::client::codec::Number;
use crate::client::oracle::testing::frame;

fn faults(frames: &[Frame]) -> Vec<Fault> {
    let mut continuity = Continuity::default();
    frames.iter().flat_map(|frame| continuity.insert(frame)).collect()
}

#[test]
fn frames_that_go_on_are_without_fault_in_any_order() {
    assert_eq!(faults(&[frame(0), frame(1), frame(2), frame(3)]), []);
    assert_eq!(faults(&[frame(3), frame(1), frame(2), frame(0)]), []);
}

#[test]
fn a_lost_frame_proves_nothing() {
    assert_eq!(faults(&[frame(0), frame(2)]), []);
}

#[test]
fn a_jump_of_picture_ids_without_a_loss_is_a_fault() {
    let mut jumped = frame(2);
    jumped.claim.number = Some(Number { value: 9, bits: 15 });

    let fault = Fault::PictureIdGap { at: jumped.first, before: 1, after: 9 };

    assert_eq!(faults(&[frame(0), frame(1), jumped]), [fault]);
    assert_eq!(faults(&[frame(0), jumped, frame(1)]), [fault]);
}

#[test]
fn picture_ids_wrap_at_fifteen_bits() {
    let mut last = frame(1);
    last.claim.number = Some(Number { value: 0x7fff, bits: 15 });
    let mut first = frame(2);
    first.claim.number = Some(Number { value: 0, bits: 15 });

    assert_eq!(faults(&[last, first]), []);
}

#[test]
fn media_time_must_rise_and_keep_pace() {
    let still = Frame { timestamp: frame(1).timestamp, ..frame(2) };
    assert_eq!(faults(&[frame(1), still]), [Fault::TimeStandsStill { at: still.first }]);

    let ahead = Frame { timestamp: RtpTimestamp(frame(2).timestamp.0 + 9_000), ..frame(2) };
    assert!(matches!(faults(&[frame(1), ahead])[..], [Fault::OffPace { .. }]));
}
