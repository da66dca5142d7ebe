use switchyard_vocab::decision::{LimitingFactor, SkipReason, Verdict};
use switchyard_vocab::layer::{PictureSize, SpatialLayer};
use switchyard_vocab::rtp::RtpTimestamp;
use switchyard_vocab::units::Bitrate;

use super::*;
use crate::publication::layers::{Candidate, rank};
use crate::testing::{RTT, at, observed};

fn layers(live: [bool; 3]) -> Layers {
    rank(live.into_iter().enumerate().map(|(index, live)| Candidate {
        encoding: EncodingIndex(index as u8),
        live,
        size: Some(PictureSize { width: 320 << index, height: 180 << index }),
        bitrate: Bitrate::kbps(150 << index),
    }))
}

fn up_to(max_layer: u8) -> Select {
    Select::new(MediaKind::Video, Preference { max_layer: SpatialLayer(max_layer), paused: false })
}

fn keyframe(encoding: u8, seq: u64) -> Observed {
    Observed { keyframe_start: true, frame_start: true, ..observed(encoding, seq) }
}

const ALL: [bool; 3] = [true; 3];

#[test]
fn the_first_keyframe_of_any_wanted_layer_starts_the_picture() {
    let mut select = up_to(2);

    assert_eq!(select.select(&observed(0, 9), &layers(ALL)), Verdict::Skip(SkipReason::AwaitingKeyframe));
    assert_eq!(select.select(&keyframe(0, 10), &layers(ALL)), Verdict::Switch);
    assert_eq!(select.select(&observed(0, 11), &layers(ALL)), Verdict::Forward);
}

#[test]
fn the_old_layer_goes_on_until_the_new_one_shows_a_keyframe() {
    let mut select = up_to(2);
    select.select(&keyframe(0, 10), &layers(ALL));

    assert_eq!(select.select(&observed(2, 5), &layers(ALL)), Verdict::Skip(SkipReason::AwaitingKeyframe));
    assert_eq!(select.select(&observed(0, 11), &layers(ALL)), Verdict::Forward);
    assert_eq!(select.select(&keyframe(2, 6), &layers(ALL)), Verdict::Switch);
    assert_eq!(select.select(&observed(0, 12), &layers(ALL)), Verdict::Skip(SkipReason::OtherEncoding));
}

#[test]
fn a_step_on_the_way_up_or_down_is_taken_and_one_beside_the_way_is_not() {
    let mut select = up_to(2);
    select.select(&keyframe(0, 10), &layers(ALL));
    assert_eq!(select.select(&keyframe(1, 10), &layers(ALL)), Verdict::Switch, "up");
    assert_eq!(
        select.select(&keyframe(0, 20), &layers(ALL)),
        Verdict::Skip(SkipReason::OtherEncoding),
        "not back"
    );
    select.select(&keyframe(2, 30), &layers(ALL));

    select.set_preference(Preference { max_layer: SpatialLayer(0), paused: false });

    assert_eq!(select.select(&keyframe(1, 40), &layers(ALL)), Verdict::Switch, "down");
    assert_eq!(select.select(&keyframe(2, 40), &layers(ALL)), Verdict::Skip(SkipReason::OtherEncoding));
    assert_eq!(select.select(&keyframe(0, 40), &layers(ALL)), Verdict::Switch);
}

#[test]
fn nothing_above_what_is_wanted_starts_the_picture() {
    let mut select = up_to(0);

    let verdict = select.select(&keyframe(2, 10), &layers(ALL));

    assert_eq!(verdict, Verdict::Skip(SkipReason::AwaitingKeyframe));
    assert_eq!(select.select(&keyframe(2, 11), &layers([false, false, true])), Verdict::Switch);
}

#[test]
fn a_switch_never_happens_at_an_older_frame() {
    let mut select = up_to(2);
    let next_frame = Observed { timestamp: RtpTimestamp(3_000), ..observed(2, 11) };
    select.select(&next_frame, &layers(ALL));

    let verdict = select.select(&keyframe(2, 10), &layers(ALL));

    assert_eq!(verdict, Verdict::Skip(SkipReason::AwaitingKeyframe));
}

#[test]
fn a_switch_happens_at_a_start_that_its_own_frame_overtook() {
    let mut select = up_to(2);
    select.select(&observed(2, 11), &layers(ALL));

    assert_eq!(select.select(&keyframe(2, 10), &layers(ALL)), Verdict::Switch);
    assert_eq!(select.select(&observed(2, 11), &layers(ALL)), Verdict::Forward, "shown again");
}

#[test]
fn what_is_older_than_the_switch_is_not_sent() {
    let mut select = up_to(2);
    select.select(&keyframe(2, 10), &layers(ALL));

    assert_eq!(select.select(&observed(2, 9), &layers(ALL)), Verdict::Skip(SkipReason::BeforeSwitch));
}

#[test]
fn a_dead_layer_is_left_for_a_live_one() {
    let mut select = up_to(2);
    select.select(&keyframe(2, 10), &layers(ALL));
    let left = layers([true, true, false]);

    assert_eq!(select.poll_keyframe(at(0), RTT, &left), Some(EncodingIndex(1)));
    assert_eq!(select.select(&keyframe(1, 50), &left), Verdict::Switch);
}

#[test]
fn a_keyframe_is_asked_for_while_a_change_is_due_and_no_longer() {
    let mut select = up_to(2);
    select.select(&keyframe(0, 10), &layers(ALL));

    let asked: Vec<u64> =
        (0..1_000).filter(|&now| select.poll_keyframe(at(now), RTT, &layers(ALL)).is_some()).collect();
    select.select(&keyframe(2, 60), &layers(ALL));

    assert_eq!(asked, [0, 200, 400, 600, 800]);
    assert_eq!(select.poll_keyframe(at(5_000), RTT, &layers(ALL)), None);
    assert_eq!(select.poll_timeout(), None);
}

#[test]
fn a_restart_of_the_source_needs_a_keyframe() {
    let mut select = up_to(2);
    select.select(&keyframe(2, 10), &layers(ALL));
    let later = 1 << 32;

    let delta = select.select(&observed(2, later), &layers(ALL));

    assert_eq!(delta, Verdict::Skip(SkipReason::AwaitingKeyframe));
    assert_eq!(select.select(&keyframe(2, later + 1), &layers(ALL)), Verdict::Switch);
}

#[test]
fn paused_means_nothing_is_sent_wanted_or_asked_for() {
    let mut select = up_to(2);
    select.set_preference(Preference { max_layer: SpatialLayer(2), paused: true });

    assert_eq!(select.select(&keyframe(2, 10), &layers(ALL)), Verdict::Skip(SkipReason::Paused));
    assert_eq!(select.poll_keyframe(at(0), RTT, &layers(ALL)), None);
    assert!(select.wanted(&layers(ALL)).is_empty());
    assert_eq!(select.decision(&layers(ALL)).limited_by, LimitingFactor::Preference);
}

#[test]
fn a_decision_tells_why_it_is_not_more() {
    let mut select = up_to(1);
    select.select(&keyframe(0, 10), &layers(ALL));
    assert_eq!(select.decision(&layers(ALL)).limited_by, LimitingFactor::KeyframeWait);

    select.select(&keyframe(1, 10), &layers(ALL));
    assert_eq!(select.decision(&layers(ALL)).limited_by, LimitingFactor::Preference);
    assert_eq!(select.decision(&layers(ALL)).layer, Some(SpatialLayer(1)));

    select.set_preference(Preference::default());
    let top_gone = layers([true, true, false]);
    assert_eq!(select.decision(&top_gone).limited_by, LimitingFactor::PublisherNotSending);
}

#[test]
fn padding_is_passed_over_unless_it_left_a_hole_already() {
    let mut select = up_to(2);
    let padding = |seq| Observed { padding_only: true, ..observed(2, seq) };
    select.select(&keyframe(2, 10), &layers(ALL));

    assert_eq!(select.select(&padding(11), &layers(ALL)), Verdict::Skip(SkipReason::PaddingOnly));
    select.select(&observed(2, 13), &layers(ALL));
    assert_eq!(select.select(&padding(12), &layers(ALL)), Verdict::Forward);
}
