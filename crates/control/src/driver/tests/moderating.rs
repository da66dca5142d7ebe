use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::{Identity, Tenant};

use crate::admission::Limits;
use crate::config::ControlConfig;
use crate::grants::{Grants, Pass, Permissions};
use crate::intent::Intent;
use crate::notice::{EndReason, Notice};
use crate::testing::{Harness, commands, config, join_with, told};

/// Ada, who may only take part, and a moderator.
fn moderated() -> Harness {
    moderated_with(config())
}

fn moderated_with(config: ControlConfig) -> Harness {
    let mut harness = Harness::with(config);
    let grants = Grants { admin: true, ..Grants::default() };
    let pass = Pass { permissions: Permissions { grants, ..Permissions::default() }, ..Pass::default() };
    harness.reply(9, join_with("mod", pass));
    harness.join_and_publish(1, "ada");
    harness
}

fn kick(identity: &str, ban: Option<u64>) -> Intent {
    let message = Some("enough".to_owned());
    Intent::Kick { identity: Identity::new(identity), message, ban: ban.map(Duration::from_secs) }
}

fn code(notice: &Notice) -> &'static str {
    let Notice::Refused(refusal) = notice else { panic!("not refused: {notice:?}") };
    refusal.code()
}

#[test]
fn nobody_moderates_without_the_grant() {
    let mut harness = moderated();
    let tracks = harness.join_and_publish(2, "bob");

    for intent in [
        kick("bob", None),
        Intent::SetLocked(true),
        Intent::EndRoom,
        Intent::SetRoomMetadata(None),
        Intent::SetMuted { publication: tracks[0], muted: true },
    ] {
        let refused = harness.reply(1, intent.clone());
        assert_eq!(code(&refused), "not_permitted", "{intent:?}");
        let Notice::Refused(refusal) = refused else { unreachable!() };
        assert!(refusal.to_string().contains("admin"), "{refusal}");
    }
}

#[test]
fn whoever_is_kicked_is_told_why_and_gone() {
    let mut harness = moderated();
    harness.join(2, "bob");

    let outputs = harness.ask(9, kick("ada", None));

    let Some(Notice::Kicked { message }) = told(&outputs, 1).first().copied() else { panic!("{outputs:?}") };
    assert_eq!(message.as_deref(), Some("enough"));
    assert!(matches!(told(&outputs, 2)[..], [.., Notice::ParticipantLeft { .. }]));
    assert!(commands(&outputs).iter().any(|command| matches!(command, Command::ClosePeer { .. })));
    assert!(matches!(harness.join(1, "ada"), Notice::Joined { .. }), "without a ban they may come back");
    assert_eq!(code(&harness.reply(9, kick("nobody", None))), "unknown_participant");
}

#[test]
fn a_ban_keeps_somebody_out_of_the_room_for_its_time_even_when_nobody_is_left_there() {
    let mut harness = moderated();
    assert_eq!(harness.reply(9, kick("ada", Some(60))), Notice::Done);
    harness.ask(9, Intent::Leave);

    assert_eq!(code(&harness.join(1, "ada")), "banned");
    let elsewhere = harness.reply(1, crate::testing::join("cellar", "ada"));
    assert!(matches!(elsewhere, Notice::Joined { .. }), "{elsewhere:?}");
    harness.pass(Duration::from_secs(60));
    assert!(matches!(harness.join(2, "ada"), Notice::Joined { .. }));
}

#[test]
fn bans_are_bounded_in_number_and_time() {
    let limits = Limits { bans: 1, ban_seconds: 60, ..Limits::default() };
    let mut harness = moderated_with(ControlConfig { limits, ..config() });

    assert_eq!(code(&harness.reply(9, kick("ada", Some(61)))), "limit_reached");
    assert_eq!(harness.reply(9, kick("troll", Some(60))), Notice::Done, "also who is not here yet");
    assert_eq!(code(&harness.reply(9, kick("ada", Some(60)))), "limit_reached");
    assert_eq!(harness.totals().sessions, 2, "a refused kick sends nobody away");
}

#[test]
fn nobody_is_banned_who_could_not_have_come_in() {
    let mut harness = moderated();
    let long = "x".repeat(Limits::default().identity_bytes + 1);

    for name in [long.as_str(), "a\0b", ""] {
        for ban in [None, Some(60)] {
            assert_eq!(code(&harness.reply(9, kick(name, ban))), "bad_name", "{name:?}");
        }
    }
}

#[test]
fn a_tenant_with_as_many_bans_as_it_may_have_leaves_another_its_own() {
    let limits = Limits { bans: 1, ..Limits::default() };
    let mut harness = moderated_with(ControlConfig { limits, ..config() });
    let grants = Grants { admin: true, ..Grants::default() };
    let permissions = Permissions { grants, ..Permissions::default() };
    harness.reply(8, join_with("mod", Pass { tenant: Tenant::new("acme"), permissions, ..Pass::default() }));
    assert_eq!(harness.reply(8, kick("troll", Some(60))), Notice::Done);
    assert_eq!(code(&harness.reply(8, kick("imp", Some(60)))), "limit_reached");

    assert_eq!(harness.reply(9, kick("ada", Some(60))), Notice::Done);

    assert_eq!(code(&harness.join(1, "ada")), "banned");
}

#[test]
fn a_locked_room_lets_in_moderators_and_those_who_are_in_already() {
    let mut harness = moderated();

    let outputs = harness.ask(9, Intent::SetLocked(true));
    assert!(matches!(told(&outputs, 1)[..], [Notice::RoomChanged { locked: true, .. }]));
    assert_eq!(code(&harness.join(2, "bob")), "room_locked");
    assert!(
        matches!(harness.join(3, "ada"), Notice::Joined { locked: true, .. }),
        "ada comes back from elsewhere"
    );

    harness.ask(9, Intent::SetLocked(false));
    assert!(matches!(harness.join(2, "bob"), Notice::Joined { locked: false, .. }));
}

#[test]
fn a_moderator_who_locks_unlocks_or_bans_without_end_is_slowed_down() {
    let mut harness = moderated();

    let locking = (0..50).flat_map(|turn| harness.ask(9, Intent::SetLocked(turn % 2 == 0)));
    let outputs: Vec<_> = locking.collect();
    assert_eq!(told(&outputs, 1).len(), 10, "twice the rate in a burst");
    assert!(told(&outputs, 9).into_iter().any(|notice| matches!(notice, Notice::Refused(_))));

    harness.pass(Duration::from_secs(10));
    let bans = (0..50).map(|number| harness.reply(9, kick(&format!("x{number}"), Some(60))));
    assert_eq!(bans.filter(|reply| *reply == Notice::Done).count(), 10);
}

#[test]
fn a_moderator_silences_others_and_only_they_speak_again() {
    let mut harness = moderated();
    let tracks = harness.join_and_publish(2, "bob");
    let mute = |muted| Intent::SetMuted { publication: tracks[0], muted };

    let outputs = harness.ask(9, mute(true));
    let Some(Notice::PublicationMuted { identity, muted: true, .. }) = told(&outputs, 2).first().copied()
    else {
        panic!("{outputs:?}")
    };
    assert_eq!(identity.as_str(), "bob");
    assert!(matches!(commands(&outputs)[..], [Command::SetMuted { muted: true, .. }]));

    assert_eq!(code(&harness.reply(9, mute(false))), "not_yours");
    assert_eq!(harness.reply(2, mute(false)), Notice::Done);
}

#[test]
fn an_ended_room_is_over_for_everybody_and_may_begin_anew() {
    let mut harness = moderated();

    let outputs = harness.ask(9, Intent::EndRoom);

    for session in [1, 9] {
        let last = told(&outputs, session).last().copied();
        assert_eq!(last, Some(&Notice::Ended(EndReason::RoomEnded)));
    }
    assert_eq!((harness.totals().rooms, harness.totals().sessions, harness.totals().peers), (0, 0, 0));
    assert!(matches!(harness.join(1, "ada"), Notice::Joined { .. }));
}

#[test]
fn room_metadata_is_told_to_everybody_and_to_whoever_comes() {
    let mut harness = moderated();

    let outputs = harness.ask(9, Intent::SetRoomMetadata(Some("agenda".to_owned())));

    let Some(Notice::RoomChanged { metadata, .. }) = told(&outputs, 1).first().copied() else {
        panic!("{outputs:?}")
    };
    assert_eq!(metadata.as_deref(), Some("agenda"));
    let Notice::Joined { metadata, .. } = harness.join(2, "bob") else { panic!("bob joins") };
    assert_eq!(metadata.as_deref(), Some("agenda"));
}
