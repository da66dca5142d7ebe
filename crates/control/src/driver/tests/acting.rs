use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_vocab::ids::{Identity, PublicationId, RoomName, Tenant};

use crate::act::{Act, ActError, Acted, ParticipantChange, PermissionChange, Revoked, RoomChange, RoomKey};
use crate::admission::Limits;
use crate::codec_policy::{CodecName, CodecPolicy};
use crate::config::ControlConfig;
use crate::driver::Output;
use crate::grants::change::{CapChange, GrantChange};
use crate::grants::{Grants, Pass, Permissions, Sources};
use crate::intent::Intent;
use crate::notice::{EndReason, Notice};
use crate::testing::{Harness, commands, config, join, join_with, told};

fn kitchen() -> RoomKey {
    RoomKey { tenant: Tenant::new(""), name: RoomName::new("kitchen") }
}

fn ada() -> Identity {
    Identity::new("ada")
}

fn code(notice: &Notice) -> &'static str {
    let Notice::Refused(refusal) = notice else { panic!("not refused: {notice:?}") };
    refusal.code()
}

impl Harness {
    fn act(&mut self, act: Act) -> (Result<Acted, ActError>, Vec<Output>) {
        let acted = self.control.handle_act(self.now, act);
        (acted, self.drain())
    }

    fn refusal(&mut self, act: Act) -> &'static str {
        let (acted, outputs) = self.act(act);
        assert!(outputs.is_empty(), "a refused act changes nothing: {outputs:?}");
        acted.expect_err("it is refused").code()
    }
}

fn kick(identity: &str, ban: Option<u64>) -> Act {
    let (identity, ban) = (Identity::new(identity), ban.map(Duration::from_secs));
    Act::Kick { room: kitchen(), identity, message: Some("out".to_owned()), ban }
}

fn announce(to: Option<&str>) -> Act {
    let at = Duration::from_secs(7);
    Act::Announce { room: kitchen(), text: "fire drill".into(), to: to.map(Identity::new), at }
}

fn change(change: ParticipantChange) -> Act {
    Act::ChangeParticipant { room: kitchen(), identity: ada(), change }
}

fn permit(permissions: PermissionChange) -> Act {
    change(ParticipantChange { permissions, ..ParticipantChange::default() })
}

#[test]
fn the_operator_sends_somebody_away_without_being_in_the_room() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");

    let (acted, outputs) = harness.act(kick("ada", None));

    assert_eq!(acted.map(|acted| acted.ended), Ok(1));
    assert_eq!(told(&outputs, 1), [&Notice::Kicked { message: Some("out".to_owned()) }]);
    assert_eq!(told(&outputs, 2), [&Notice::ParticipantLeft { identity: ada() }]);
    assert_eq!(harness.refusal(kick("nobody", None)), "unknown_participant");
}

#[test]
fn a_ban_of_the_operator_needs_nobody_in_the_room_and_can_be_lifted() {
    let mut harness = Harness::new();
    let lift = || Act::LiftBan { room: kitchen(), identity: ada() };
    assert_eq!(harness.refusal(lift()), "not_banned");

    assert_eq!(harness.act(kick("ada", Some(60))).0.map(|acted| acted.ended), Ok(0));
    assert_eq!(code(&harness.join(1, "ada")), "banned");
    assert_eq!(harness.act(lift()).0.map(|acted| acted.changed), Ok(true));

    assert!(matches!(harness.join(1, "ada"), Notice::Joined { .. }));
    assert_eq!(harness.refusal(lift()), "not_banned");
}

#[test]
fn a_revocation_can_be_lifted() {
    let mut harness = Harness::new();
    let (tenant, revoked) = (Tenant::new(""), Revoked::Identity(ada()));
    let lift = || Act::LiftRevocation { tenant: Tenant::new(""), revoked: Revoked::Identity(ada()) };
    let (acted, _) = harness.act(Act::Revoke { tenant, revoked, lasts: Duration::from_secs(60) });
    assert!(acted.is_ok());
    assert_eq!(code(&harness.join(1, "ada")), "token_revoked");

    assert_eq!(harness.act(lift()).0.map(|acted| acted.changed), Ok(true));

    assert!(matches!(harness.join(1, "ada"), Notice::Joined { .. }));
    assert_eq!(harness.refusal(lift()), "not_revoked");
}

#[test]
fn nobody_is_banned_or_revoked_who_could_not_have_come_in() {
    let mut harness = Harness::new();
    let long = "x".repeat(Limits::default().identity_bytes + 1);
    let revoked = Revoked::Identity(Identity::new(long.as_str()));
    let revoke = Act::Revoke { tenant: Tenant::new(""), revoked, lasts: Duration::from_secs(60) };

    assert_eq!(harness.refusal(kick(&long, Some(60))), "bad_name");
    assert_eq!(harness.refusal(revoke), "bad_name");
}

#[test]
fn a_tenant_with_as_many_revocations_as_it_may_have_leaves_another_its_own() {
    let limits = Limits { revocations: 1, ..Limits::default() };
    let mut harness = Harness::with(ControlConfig { limits, ..config() });
    let revoke = |tenant: &str, token: &str| Act::Revoke {
        tenant: Tenant::new(tenant),
        revoked: Revoked::Token(token.into()),
        lasts: Duration::from_secs(60),
    };
    assert!(harness.act(revoke("acme", "t1")).0.is_ok());
    assert_eq!(harness.refusal(revoke("acme", "t2")), "limit_reached");

    assert!(harness.act(revoke("other", "t1")).0.is_ok());
}

#[test]
fn a_change_of_a_room_is_told_to_everybody_once() {
    let mut harness = Harness::new();
    let change = |change| Act::ChangeRoom { room: kitchen(), change };
    let metadata = Some(Some("tea at four".to_owned()));
    let metadata = RoomChange { metadata, locked: Some(true), ..RoomChange::default() };
    assert_eq!(harness.refusal(change(metadata.clone())), "unknown_room");
    harness.join(1, "ada");

    let (acted, outputs) = harness.act(change(metadata.clone()));
    let (again, silence) = harness.act(change(metadata));

    assert_eq!(acted.map(|acted| acted.changed), Ok(true));
    let told = told(&outputs, 1);
    let [Notice::RoomChanged { metadata: Some(metadata), locked: true, .. }] = told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(&**metadata, "tea at four");
    assert_eq!((again.map(|acted| acted.changed), silence.len()), (Ok(false), 0));
    assert_eq!(code(&harness.join(2, "bob")), "room_locked");
    let codecs = CodecPolicy { allowed: vec![CodecName::Vp8], preferred: Vec::new() };
    let unlock = RoomChange { metadata: Some(None), locked: Some(false), codecs: Some(codecs) };
    let (unlocked, outputs) = harness.act(change(unlock.clone()));
    assert!(unlocked.is_ok());
    let codecs = CodecPolicy { allowed: vec![CodecName::Opus, CodecName::Vp8], preferred: Vec::new() };
    let expected = Notice::RoomChanged { metadata: None, locked: false, codecs: codecs.into() };
    assert_eq!(crate::testing::told(&outputs, 1), [&expected]);
    assert_eq!(harness.act(change(unlock)).0.map(|acted| acted.changed), Ok(false));
}

#[test]
fn a_room_that_the_operator_ends_is_gone_with_everybody() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    harness.reply(3, join("cellar", "eve"));

    let (acted, outputs) = harness.act(Act::EndRoom { room: kitchen() });

    assert_eq!(acted.map(|acted| acted.ended), Ok(2));
    for session in [1, 2] {
        assert!(told(&outputs, session).contains(&&Notice::Ended(EndReason::RoomEnded)));
    }
    assert_eq!((harness.totals().rooms, harness.totals().sessions), (1, 1));
    assert_eq!(harness.refusal(Act::EndRoom { room: kitchen() }), "unknown_room");
}

#[test]
fn what_the_operator_says_comes_from_nobody_and_counts_among_the_messages_of_the_room() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    let say = Intent::Message { text: "hello".into(), to: None, at: Duration::ZERO };
    assert_eq!(harness.reply(1, say), Notice::MessageSent { number: 1 });

    let (acted, outputs) = harness.act(announce(None));

    assert_eq!(acted.map(|acted| acted.message), Ok(Some(2)));
    for session in [1, 2] {
        let told = told(&outputs, session);
        let [Notice::Message(message)] = told[..] else { panic!("{told:?}") };
        assert_eq!((message.number, &message.from, &*message.text), (2, &None, "fire drill"));
    }
    let (_, outputs) = harness.act(announce(Some("bob")));
    assert_eq!((told(&outputs, 1).len(), told(&outputs, 2).len()), (0, 1));
    assert_eq!(harness.refusal(announce(Some("nobody"))), "unknown_participant");
}

#[test]
fn the_operator_silences_a_publication_and_only_its_publisher_gives_it_its_voice_again() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let mute = |identity, publication| Act::Mute { room: kitchen(), identity, publication };

    let (acted, outputs) = harness.act(mute(ada(), tracks[0]));

    assert_eq!(acted.map(|acted| acted.changed), Ok(true));
    assert!(
        commands(&outputs).iter().any(|command| matches!(command, Command::SetMuted { muted: true, .. }))
    );
    assert!(matches!(told(&outputs, 2)[..], [Notice::PublicationMuted { muted: true, .. }]));
    assert_eq!(harness.act(mute(ada(), tracks[0])).0.map(|acted| acted.changed), Ok(false));
    assert_eq!(harness.refusal(mute(Identity::new("bob"), tracks[0])), "unknown_publication");
    assert_eq!(harness.refusal(mute(ada(), PublicationId(99))), "unknown_publication");
    let unmute = Intent::SetMuted { publication: tracks[0], muted: false };
    assert_eq!(harness.reply(1, unmute), Notice::Done);
}

#[test]
fn a_change_of_grants_counts_at_once_and_leaves_the_rest_as_it_was() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    let grants = GrantChange { publish: Some(Sources::NONE), ..GrantChange::default() };
    let caps = CapChange { max_subscriptions: Some(Some(3)), ..CapChange::default() };

    let (acted, outputs) = harness.act(permit(PermissionChange { grants, caps }));

    assert_eq!(acted.map(|acted| acted.changed), Ok(true));
    let told = told(&outputs, 1);
    let Some(Notice::PermissionsChanged(permissions)) = told.first() else { panic!("{told:?}") };
    assert_eq!(permissions.grants, Grants { publish: Sources::NONE, ..Grants::default() });
    assert_eq!(permissions.caps.max_subscriptions, Some(3));
    let removed = told.iter().filter(|notice| matches!(notice, Notice::PublicationRemoved { .. }));
    assert_eq!(removed.count(), tracks.len());
    assert_eq!(
        harness.act(permit(PermissionChange { grants, caps })).0.map(|acted| acted.changed),
        Ok(false)
    );
    let uncapped = CapChange { max_subscriptions: Some(None), ..CapChange::default() };
    let (_, outputs) =
        harness.act(permit(PermissionChange { caps: uncapped, ..PermissionChange::default() }));
    let told = crate::testing::told(&outputs, 1);
    let Some(Notice::PermissionsChanged(permissions)) = told.first() else { panic!("{told:?}") };
    assert_eq!((permissions.caps.max_subscriptions, permissions.grants.publish), (None, Sources::NONE));
}

#[test]
fn a_changed_participant_keeps_its_token_and_a_pass_shown_later_goes_before_the_change() {
    let mut harness = Harness::new();
    let pass = Pass { token: Some("t1".into()), ..Pass::default() };
    harness.reply(1, join_with("ada", pass));
    let grants = GrantChange { messages: Some(false), ..GrantChange::default() };
    assert!(harness.act(permit(PermissionChange { grants, ..PermissionChange::default() })).0.is_ok());
    let say = || Intent::Message { text: "hello".into(), to: None, at: Duration::ZERO };
    assert_eq!(code(&harness.reply(1, say())), "not_permitted");

    harness.reply(1, Intent::Refresh(Pass { permissions: Permissions::default(), ..Pass::default() }));

    assert_eq!(harness.reply(1, say()), Notice::MessageSent { number: 1 });
}

#[test]
fn a_name_and_metadata_that_the_operator_gives_are_told_to_everybody() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    let given = ParticipantChange {
        display_name: Some("Ada L.".to_owned()),
        metadata: Some(Some("hand up".to_owned())),
        ..ParticipantChange::default()
    };

    let (acted, outputs) = harness.act(change(given));

    assert_eq!(acted.map(|acted| acted.changed), Ok(true));
    for session in [1, 2] {
        let told = told(&outputs, session);
        let [Notice::ParticipantChanged(participant)] = told[..] else { panic!("{told:?}") };
        assert_eq!(participant.display_name.as_deref(), Some("Ada L."));
        assert_eq!(participant.metadata.as_deref(), Some("hand up"));
    }
    let long = ParticipantChange { display_name: Some("x".repeat(999)), ..ParticipantChange::default() };
    assert_eq!(harness.refusal(change(long)), "bad_name");
}

#[test]
fn while_draining_nobody_new_comes_in_and_those_in_stay_and_may_come_back() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    assert_eq!(harness.act(Act::SetDraining(true)).0.map(|acted| acted.changed), Ok(true));

    assert_eq!(code(&harness.join(2, "bob")), "draining");
    assert_eq!(code(&harness.reply(3, join("cellar", "eve"))), "draining");
    assert!(matches!(harness.join(4, "ada"), Notice::Joined { .. }), "she lost her page and joins again");

    let totals = harness.totals();
    assert_eq!((totals.draining, totals.joins_draining), (true, 2));
    assert!(harness.act(Act::SetDraining(false)).0.is_ok());
    assert!(matches!(harness.join(2, "bob"), Notice::Joined { .. }));
}
