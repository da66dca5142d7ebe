//! What clients say reaches control, what control says reaches clients.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use switchyard_control::intent::{Intent, RequestId};
use switchyard_control::notice::Notice;
use switchyard_control::query::Query;
use switchyard_control::refusal::Refusal;
use switchyard_gateway::config::GatewayConfig;
use switchyard_vocab::ids::PublicationId;

use crate::support::{Harness, development, get, joined};

#[tokio::test]
async fn a_connection_begins_with_a_welcome() {
    let harness = Harness::open(development()).await;

    let welcome = harness.connect("room=lab&identity=ada").await.unwrap().hear().await;

    assert_eq!(welcome["type"], "welcome");
    assert_eq!(welcome["protocol"], 1);
    assert!(welcome["server"].as_str().unwrap().starts_with("switchyard "));
}

#[tokio::test]
async fn a_join_names_the_room_and_the_identity_of_the_connection() {
    let mut harness = Harness::open(development()).await;
    let mut client = harness.client("room=lab&identity=ada").await;

    client.say(r#"{"id":5,"type":"join","auto_subscribe":false,"name":"Ada"}"#).await;
    let request = harness.heard().await;
    harness.reply(&request, joined("lab", "ada"));

    let Intent::Join(join) = &request.intent else { panic!("{request:?}") };
    assert_eq!((join.room.as_str(), join.identity.as_str()), ("lab", "ada"));
    assert_eq!((join.display_name.as_deref(), join.auto_subscribe), (Some("Ada"), false));
    let permissions = json!({
        "publish": ["camera", "microphone", "screen", "screen_audio", "unknown"],
        "subscribe": true,
        "messages": true,
        "rename": true,
        "admin": false,
        "hidden": false,
        "caps": {},
    });
    let heard = client.hear().await;
    assert_eq!((&heard["type"], &heard["in_reply_to"]), (&json!("joined"), &json!(5)));
    assert_eq!((&heard["room"], &heard["identity"]), (&json!("lab"), &json!("ada")));
    assert_eq!((&heard["participants"], &heard["permissions"]), (&json!([]), &permissions));
}

#[tokio::test]
async fn an_offer_may_follow_a_join_without_waiting() {
    let mut harness = Harness::open(development()).await;
    let mut client = harness.client("room=lab&identity=ada").await;

    client.say(r#"{"id":1,"type":"join"}"#).await;
    client.say(r#"{"id":2,"type":"offer","sdp":"v=0"}"#).await;

    assert_eq!(harness.heard().await.id, Some(RequestId(1)));
    let offer = harness.heard().await;
    assert_eq!(offer.id, Some(RequestId(2)));
    assert_eq!(offer.intent, Intent::Offer { sdp: "v=0".to_owned(), tracks: Vec::new() });
}

#[tokio::test]
async fn a_refusal_says_which_request_and_what_to_change() {
    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;

    client.say(r#"{"id":8,"type":"subscribe","publication":404}"#).await;
    let request = harness.heard().await;
    harness.reply(&request, Notice::Refused(Refusal::UnknownPublication(404)));

    let expected = json!({
        "type": "refused",
        "in_reply_to": 8,
        "code": "unknown_publication",
        "message": "there is no publication 404",
    });
    assert_eq!(client.hear().await, expected);
}

#[tokio::test]
async fn two_clients_hear_only_what_is_meant_for_them() {
    let mut harness = Harness::open(development()).await;
    let (mut ada, ada_session) = harness.participant("ada").await;
    let (mut bob, bob_session) = harness.participant("bob").await;

    harness.tell(bob_session, Notice::Done);

    assert_eq!(bob.hear().await["type"], "done");
    assert_ne!(ada_session, bob_session);
    ada.assert_alive().await;
}

#[tokio::test]
async fn bad_messages_are_explained_and_the_connection_stays() {
    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;

    for (message, code) in [
        ("{", "malformed_json"),
        ("[]", "not_an_object"),
        ("{}", "missing_type"),
        (r#"{"type":"dance"}"#, "unknown_type"),
        (r#"{"type":"mute","publication":"one","muted":true}"#, "bad_field"),
        (r#"{"type":"leave","slowly":true}"#, "bad_field"),
        (r#"{"id":"x","type":"leave"}"#, "bad_field"),
    ] {
        client.say(message).await;
        let error = client.hear().await;

        assert_eq!(error["type"], "error", "{message}");
        assert_eq!(error["code"], code, "{message}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    client.assert_alive().await;
    assert!(harness.heard_nothing_more(), "nothing of that concerns control");
}

#[tokio::test]
async fn an_error_names_the_message_it_is_about() {
    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;

    client.say(r#"{"id":12,"type":"dance"}"#).await;

    assert_eq!(client.hear().await["in_reply_to"], 12);
}

#[tokio::test]
async fn a_binary_frame_is_refused_and_the_connection_stays() {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;

    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;

    client.socket.send(Message::binary(vec![0xde, 0xad])).await.unwrap();

    assert_eq!(client.hear().await["code"], "binary_frame");
    client.assert_alive().await;
}

#[tokio::test]
async fn more_messages_than_the_limit_are_not_looked_at() {
    // Far more than the two of a burst, as a slow machine may let one more pass per second.
    const SAID: usize = 10;
    let config = GatewayConfig { max_messages_per_second: 1, ..development() };
    let mut harness = Harness::open(config).await;
    let mut client = harness.client("room=lab&identity=ada").await;

    for id in 0..SAID {
        client.say(&json!({"id": id, "type": "join"}).to_string()).await;
    }

    let (mut passed, mut refused) = (0, 0);
    let mut answered = BTreeSet::new();
    while passed + refused < SAID {
        tokio::select! {
            request = harness.heard() => {
                answered.insert(request.id.map(|id| id.0));
                passed += 1;
            }
            error = client.hear() => {
                assert_eq!(error["code"], "rate_limited");
                answered.insert(error["in_reply_to"].as_u64());
                refused += 1;
            }
        }
    }
    assert_eq!(
        answered,
        (0..SAID as u64).map(Some).collect(),
        "each refusal says which message to send again"
    );
    assert!(passed >= 2, "a burst of two is allowed, {passed} passed");
    assert!(refused >= 1, "all {passed} passed");
    assert!(harness.heard_nothing_more());
}

#[tokio::test]
async fn publishing_and_unpublishing_in_haste_loses_nothing() {
    const TIMES: u64 = 40;
    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;
    let sdp = "x".repeat(20_000);

    for publication in 0..TIMES {
        client.say(&json!({"type": "offer", "sdp": sdp}).to_string()).await;
        client.say(&json!({"type": "unpublish", "publication": publication}).to_string()).await;
    }

    for publication in 0..TIMES {
        assert!(matches!(harness.heard().await.intent, Intent::Offer { .. }));
        let expected = Intent::Unpublish { publication: PublicationId(publication) };
        assert_eq!(harness.heard().await.intent, expected);
    }
    client.assert_alive().await;
}

#[tokio::test]
async fn whoever_floods_control_with_descriptions_is_told_when_to_try_again() {
    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;
    let offer = |id| json!({"type": "offer", "id": id, "sdp": "x".repeat(250_000)}).to_string();

    let refused = loop {
        client.say(&offer(9)).await;
        tokio::select! {
            request = harness.heard() => assert!(matches!(request.intent, Intent::Offer { .. })),
            refused = client.hear() => break refused,
        }
    };

    assert_eq!((&refused["code"], &refused["in_reply_to"]), (&json!("rate_limited"), &json!(9)));
    let wait = refused["retry_after_ms"].as_u64().expect("it says when");
    assert!((1..=1_000).contains(&wait), "{wait}");
    assert!(harness.heard_nothing_more());
    let page = get(harness.metrics, "/metrics").await;
    assert!(page.contains("\nswitchyard_gateway_descriptions_limited_total 1\n"), "{page}");

    assert!(matches!(harness.asked().await, Query::Totals));
    tokio::time::sleep(Duration::from_millis(wait)).await;
    client.say(&offer(10)).await;
    assert_eq!(harness.heard().await.id, Some(RequestId(10)));
}

#[tokio::test]
async fn descriptions_refused_for_haste_do_not_end_the_session() {
    // More than the errors after which a session ends.
    const REFUSED: usize = 15;
    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;
    let offer = json!({"type": "offer", "id": 9, "sdp": "x".repeat(250_000)}).to_string();

    let mut refused = 0;
    while refused < REFUSED {
        client.say(&offer).await;
        tokio::select! {
            request = harness.heard() => assert!(matches!(request.intent, Intent::Offer { .. })),
            answer = client.hear() => {
                assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!("rate_limited")));
                refused += 1;
            }
        }
    }

    client.assert_alive().await;
}
