//! Names, messages and moderation, as clients say and hear them.

use std::time::Duration;

use serde_json::json;
use switchyard_control::codec_policy::{CodecName, CodecPolicy};
use switchyard_control::intent::Intent;
use switchyard_control::notice::{EndReason, Message, Notice, Participant};
use switchyard_control::refusal::Refusal;
use switchyard_vocab::ids::Identity;

use crate::support::{Harness, development};

#[tokio::test]
async fn a_message_carries_when_it_came_and_its_sender_is_told_its_number() {
    let mut harness = Harness::open(development()).await;
    let (mut ada, _) = harness.participant("ada").await;
    let (mut bob, bob_session) = harness.participant("bob").await;

    ada.say(r#"{"id":2,"type":"message","text":"hello","to":"bob"}"#).await;
    let request = harness.heard().await;
    let Intent::Message { text, to, at } = request.intent.clone() else { panic!("{request:?}") };
    assert_eq!((&*text, to.as_ref().map(Identity::as_str)), ("hello", Some("bob")));
    assert!(at > Duration::from_secs(1_700_000_000), "{at:?}");

    harness.reply(&request, Notice::MessageSent { number: 7 });
    let message =
        Message { number: 7, from: Some(Identity::new("ada")), to, text, at: Duration::from_millis(1_234) };
    harness.tell(bob_session, Notice::Message(message));

    assert_eq!(ada.hear().await, json!({"type": "message_sent", "in_reply_to": 2, "number": 7}));
    let heard =
        json!({"type": "message", "number": 7, "from": "ada", "to": "bob", "text": "hello", "at": 1234});
    assert_eq!(bob.hear().await, heard);
}

#[tokio::test]
async fn what_somebody_says_of_themselves_reaches_the_others() {
    let mut harness = Harness::open(development()).await;
    let (mut ada, session) = harness.participant("ada").await;

    ada.say(r#"{"id":2,"type":"set_name","name":"Ada"}"#).await;
    assert_eq!(harness.heard().await.intent, Intent::SetName("Ada".to_owned()));
    ada.say(r#"{"id":3,"type":"set_metadata","metadata":null}"#).await;
    assert_eq!(harness.heard().await.intent, Intent::SetMetadata(None));
    harness.tell(
        session,
        Notice::ParticipantChanged(Participant {
            identity: Identity::new("ada"),
            display_name: Some("Ada".to_owned()),
            metadata: Some("x".into()),
            hidden: false,
            connected: true,
            publications: Vec::new(),
        }),
    );

    let changed = ada.hear().await;
    let participant = json!({
        "identity": "ada", "name": "Ada", "metadata": "x", "connected": true, "publications": []
    });
    assert_eq!(changed, json!({"type": "participant_changed", "participant": participant}));
}

#[tokio::test]
async fn a_moderator_kicks_locks_describes_and_ends() {
    let mut harness = Harness::open(development()).await;
    let (mut client, session) = harness.participant("mod").await;

    client.say(r#"{"id":2,"type":"kick","identity":"ada","reason":"enough","ban_seconds":60}"#).await;
    let request = harness.heard().await;
    let kick = Intent::Kick {
        identity: Identity::new("ada"),
        message: Some("enough".to_owned()),
        ban: Some(Duration::from_secs(60)),
    };
    assert_eq!(request.intent, kick);
    harness.reply(&request, Notice::Refused(Refusal::NotPermitted { grant: "admin".to_owned() }));
    assert_eq!(client.hear().await["code"], "not_permitted");

    for (said, intent) in [
        (r#"{"type":"lock","locked":true}"#, Intent::SetLocked(true)),
        (r#"{"type":"set_room_metadata","metadata":"x"}"#, Intent::SetRoomMetadata(Some("x".to_owned()))),
        (
            r#"{"type":"set_room_codecs","allowed":["VP8"],"preferred":["VP8"]}"#,
            Intent::SetRoomCodecs(CodecPolicy {
                allowed: vec![CodecName::Vp8],
                preferred: vec![CodecName::Vp8],
            }),
        ),
        (r#"{"type":"set_room_codecs"}"#, Intent::SetRoomCodecs(CodecPolicy::default())),
        (r#"{"type":"end_room"}"#, Intent::EndRoom),
    ] {
        client.say(said).await;
        assert_eq!(harness.heard().await.intent, intent);
    }
    let codecs = CodecPolicy { allowed: vec![CodecName::Opus, CodecName::Vp9], preferred: Vec::new() };
    harness.tell(session, Notice::RoomChanged { metadata: None, locked: true, codecs: codecs.into() });
    let codecs = json!({"allowed": ["opus", "VP9"], "preferred": []});
    let told = json!({"type": "room_changed", "metadata": null, "locked": true, "codecs": codecs});
    assert_eq!(client.hear().await, told);

    client.say(r#"{"id":3,"type":"set_room_codecs","allowed":["VP10"]}"#).await;
    assert_eq!(client.hear().await["code"], "bad_field");
}

#[tokio::test]
async fn whoever_is_sent_away_hears_why_and_the_connection_closes_with_a_code_of_its_own() {
    let mut harness = Harness::open(development()).await;
    let (mut ada, session) = harness.participant("ada").await;
    harness.tell(session, Notice::Kicked { message: Some("enough".to_owned()) });
    assert_eq!(ada.hear().await, json!({"type": "ended", "reason": "kicked", "message": "enough"}));
    assert_eq!(ada.closed().await, 4003);

    let (mut bob, session) = harness.participant("bob").await;
    harness.tell(session, Notice::Ended(EndReason::RoomEnded));
    assert_eq!(bob.hear().await, json!({"type": "ended", "reason": "room_ended"}));
    assert_eq!(bob.closed().await, 4004);
    assert!(harness.heard_nothing_more(), "control ended both itself");
}
