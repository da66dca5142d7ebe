use std::time::Duration;

use switchyard_vocab::ids::Identity;

use crate::driver::Output;
use crate::grants::{Grants, Pass, Permissions};
use crate::intent::Intent;
use crate::notice::{Message, Notice};
use crate::testing::{Harness, join_with, told};

const AT: Duration = Duration::from_millis(1_700_000_000_123);

fn say(text: &str) -> Intent {
    Intent::Message { text: text.into(), to: None, at: AT }
}

fn whisper(to: &str, text: &str) -> Intent {
    Intent::Message { text: text.into(), to: Some(Identity::new(to)), at: AT }
}

fn granting(grants: Grants) -> Pass {
    Pass { permissions: Permissions { grants, ..Permissions::default() }, ..Pass::default() }
}

fn code(notice: &Notice) -> &'static str {
    let Notice::Refused(refusal) = notice else { panic!("not refused: {notice:?}") };
    refusal.code()
}

/// The messages a session has been told, by number and text.
fn heard(outputs: &[Output], session: u64) -> Vec<(u64, String)> {
    let messages = told(outputs, session).into_iter().filter_map(|notice| match notice {
        Notice::Message(Message { number, text, .. }) => Some((*number, text.to_string())),
        _ => None,
    });
    messages.collect()
}

#[test]
fn room_messages_have_one_order_for_everybody_and_are_acknowledged_with_their_place_in_it() {
    let mut harness = Harness::new();
    for (session, name) in [(1, "ada"), (2, "bob"), (3, "eve")] {
        harness.join(session, name);
    }

    assert_eq!(harness.reply(1, say("one")), Notice::MessageSent { number: 1 });
    assert_eq!(harness.reply(2, say("two")), Notice::MessageSent { number: 2 });

    let (one, two) = ((1, "one".to_owned()), (2, "two".to_owned()));
    assert_eq!(heard(&harness.log, 3), [one.clone(), two.clone()]);
    assert_eq!(heard(&harness.log, 1), [two], "nobody hears themselves");
    assert_eq!(heard(&harness.log, 2), [one]);
}

#[test]
fn a_direct_message_reaches_one_alone_and_is_counted_apart() {
    let mut harness = Harness::new();
    for (session, name) in [(1, "ada"), (2, "bob"), (3, "eve")] {
        harness.join(session, name);
    }
    harness.reply(1, say("to all"));

    let outputs = harness.ask(1, whisper("bob", "psst"));

    assert_eq!(heard(&outputs, 2), [(1, "psst".to_owned())]);
    assert!(told(&outputs, 3).is_empty());
    let Some(Notice::Message(message)) = told(&outputs, 2).first().copied() else { panic!("{outputs:?}") };
    assert_eq!(
        (message.from.as_ref().map(Identity::as_str), message.to.as_ref().map(Identity::as_str)),
        (Some("ada"), Some("bob"))
    );
    assert_eq!(message.at, AT);
    assert_eq!(harness.reply(3, whisper("bob", "hey")), Notice::MessageSent { number: 2 });
}

#[test]
fn whoever_is_not_here_or_not_seen_is_unknown() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.reply(2, join_with("eve", granting(Grants { hidden: true, ..Grants::default() })));

    assert_eq!(code(&harness.reply(1, whisper("nobody", "?"))), "unknown_participant");
    assert_eq!(code(&harness.reply(1, whisper("eve", "?"))), "unknown_participant");
    assert_eq!(harness.reply(2, whisper("ada", "!")), Notice::MessageSent { number: 1 });
}

#[test]
fn long_messages_hasty_ones_and_those_without_the_grant_are_refused() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.reply(2, join_with("bob", granting(Grants { messages: false, ..Grants::default() })));

    assert_eq!(code(&harness.reply(2, say("hello"))), "not_permitted");
    assert_eq!(code(&harness.reply(1, say(&"x".repeat(4_097)))), "message_too_long");
    for _ in 0..10 {
        assert!(matches!(harness.reply(1, say("x")), Notice::MessageSent { .. }));
    }
    assert_eq!(code(&harness.reply(1, say("x"))), "rate_limited");
    harness.pass(Duration::from_secs(1));
    assert!(matches!(harness.reply(1, say("x")), Notice::MessageSent { .. }));
}

#[test]
fn a_new_name_and_new_metadata_are_told_to_everybody() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");

    let named = harness.ask(1, Intent::SetName("Ada L.".to_owned()));
    let described = harness.ask(1, Intent::SetMetadata(Some("{\"hand\":true}".to_owned())));

    for session in [1, 2] {
        let [Notice::ParticipantChanged(ada)] = told(&named, session)[..] else { panic!("{named:?}") };
        assert_eq!(ada.display_name.as_deref(), Some("Ada L."));
        let [Notice::ParticipantChanged(ada)] = told(&described, session)[..] else {
            panic!("{described:?}")
        };
        assert_eq!(ada.metadata.as_deref(), Some("{\"hand\":true}"));
    }
    let Notice::Joined { participants, .. } = harness.join(3, "eve") else { panic!("eve joins") };
    assert_eq!(participants[0].metadata.as_deref(), Some("{\"hand\":true}"));
}

#[test]
fn names_and_metadata_have_limits_and_need_the_grant() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.reply(2, join_with("bob", granting(Grants { rename: false, ..Grants::default() })));

    assert_eq!(code(&harness.reply(2, Intent::SetName("Bobby".to_owned()))), "not_permitted");
    assert_eq!(code(&harness.reply(2, Intent::SetMetadata(None))), "not_permitted");
    assert_eq!(code(&harness.reply(1, Intent::SetName(String::new()))), "bad_name");
    assert_eq!(code(&harness.reply(1, Intent::SetMetadata(Some("x".repeat(4_097))))), "metadata_too_long");
}
