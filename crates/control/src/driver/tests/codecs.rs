//! Which codecs a room takes, and who says so.

use std::sync::Arc;

use crate::codec_policy::CodecName::{self, Av1, Opus, Vp8, Vp9};
use crate::codec_policy::CodecPolicy;
use crate::config::ControlConfig;
use crate::grants::{Grants, Pass, Permissions};
use crate::intent::{Intent, TrackDescription, TrackSource};
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::testing::description::{Client, Line};
use crate::testing::{Harness, config, join_with, published, told};

fn policy(allowed: &[CodecName], preferred: &[CodecName]) -> CodecPolicy {
    CodecPolicy { allowed: allowed.to_vec(), preferred: preferred.to_vec() }
}

/// A pass that moderates, and that opens rooms with these codecs.
fn opener(codecs: CodecPolicy) -> Pass {
    let grants = Grants { admin: true, ..Grants::default() };
    let permissions = Permissions { grants, ..Permissions::default() };
    Pass { permissions, codecs: Some(Arc::new(codecs)), ..Pass::default() }
}

fn codecs_of(notice: &Notice) -> &CodecPolicy {
    match notice {
        Notice::Joined { codecs, .. } | Notice::RoomChanged { codecs, .. } => codecs,
        other => panic!("says nothing of codecs: {other:?}"),
    }
}

/// The formats of the pictures in an answer, in its order; 96 is VP8, 45 AV1.
fn formats(answer: &Notice) -> Vec<String> {
    let Notice::Answer { sdp, .. } = answer else { panic!("{answer:?}") };
    let lines = sdp.lines().filter_map(|line| line.strip_prefix("m=video 9 UDP/TLS/RTP/SAVPF "));
    lines.map(str::to_owned).collect()
}

const CAMERA: Line<'_> = ("0", "video", "sendonly");
const SECOND: Line<'_> = ("1", "video", "sendonly");

#[test]
fn a_room_takes_what_the_pass_says_that_opens_it_and_no_other_pass() {
    let mut harness = Harness::with(ControlConfig { codecs: policy(&[Opus, Vp8, Av1], &[]), ..config() });

    let first = harness.reply(1, join_with("ada", opener(policy(&[Vp8, Vp9], &[]))));
    let second = harness.reply(2, join_with("bob", opener(policy(&[Av1], &[Av1]))));

    assert_eq!(codecs_of(&first), &policy(&[Opus, Vp8], &[]));
    assert_eq!(codecs_of(&second), codecs_of(&first));
    let plain = Harness::new().join(1, "ada");
    assert_eq!(codecs_of(&plain), &CodecPolicy::default(), "without a word it is the server's");
}

#[test]
fn a_publisher_of_other_codecs_is_refused_with_the_rooms_list() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", opener(policy(&[Vp8], &[]))));
    harness.join(2, "bob");
    let Intent::Offer { sdp, tracks } = Client::new(2).offer(&[CAMERA]) else { unreachable!() };

    let refused = harness.reply(2, Intent::Offer { sdp: sdp.replace("96 97 45", "45"), tracks });

    let expected = Refusal::CodecNotAllowed { offered: "AV1".to_owned(), accepted: "opus, VP8".to_owned() };
    assert_eq!(refused, Notice::Refused(expected));
}

#[test]
fn what_the_room_prefers_stands_first_in_answers() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", opener(policy(&[], &[Vp9, Av1]))));

    let answer = harness.reply(1, Client::new(1).offer(&[CAMERA]));

    assert_eq!(formats(&answer), ["45 96 97"]);
}

#[test]
fn a_moderator_changes_it_for_what_is_published_later() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", opener(CodecPolicy::default())));
    harness.join(2, "bob");
    let before = harness.reply(2, Client::new(2).offer(&[CAMERA]));

    let change = policy(&[Av1], &[]);
    let outputs = harness.ask(1, Intent::SetRoomCodecs(change.clone()));
    let after = harness.reply(2, Client::new(2).offer(&[CAMERA, SECOND]));

    let heard = told(&outputs, 2);
    let expected = CodecPolicy::default().narrowed(&change);
    assert_eq!(codecs_of(heard[0]), &expected);
    assert_eq!(formats(&before), ["96 97 45"]);
    assert_eq!(formats(&after), ["96 97 45", "45"], "what is published goes on as it began");
    assert_eq!(published(&after)[0], published(&before)[0]);
    let again = harness.ask(1, Intent::SetRoomCodecs(change));
    assert!(told(&again, 2).is_empty(), "no change is no news");
}

#[test]
fn nobody_changes_it_without_the_grant() {
    let mut harness = Harness::new();
    harness.join(1, "ada");

    let refused = harness.reply(1, Intent::SetRoomCodecs(CodecPolicy::default()));

    assert!(matches!(refused, Notice::Refused(Refusal::NotPermitted { .. })), "{refused:?}");
}

#[test]
fn a_backup_is_in_its_own_codec_whatever_the_room_prefers() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", opener(policy(&[], &[Av1]))));
    let first = published(&harness.reply(1, Client::new(1).offer(&[CAMERA])))[0];

    let Intent::Offer { sdp, mut tracks } = Client::new(1).offer(&[CAMERA, SECOND]) else { unreachable!() };
    let backup =
        TrackDescription { backup_of: Some(first), source: TrackSource::Camera, ..tracks[1].clone() };
    tracks[1] = backup;
    let answer = harness.reply(1, Intent::Offer { sdp: sdp.clone(), tracks: tracks.clone() });
    let again = harness.reply(1, Intent::Offer { sdp, tracks });

    assert_eq!(formats(&answer), ["45 96 97", "96 97 45"]);
    assert_eq!(formats(&again), formats(&answer));
}
