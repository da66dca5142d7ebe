//! A session that outlives its connections.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use switchyard_control::grants::Permissions;
use switchyard_control::intent::{Heard, Intent, Request, Resumption};
use switchyard_control::notice::{EndReason, Message, Notice, Snapshot};
use switchyard_gateway::auth::{Claims, DEVELOPMENT_KEY_ID, DEVELOPMENT_SECRET, Secret, mint};
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::port::Delivery;
use switchyard_vocab::ids::{Identity, RoomName, SessionId};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::support::{Client, Harness, development, get};

const LOST: Intent = Intent::Disconnect { lost: Resumption(0) };

fn snapshot() -> Notice {
    let message = |number| {
        let (from, text) = (Identity::new("bob"), "hello".into());
        Notice::Message(Message { number, from: Some(from), to: None, text, at: Duration::ZERO })
    };
    Notice::Snapshot(Box::new(Snapshot {
        room: RoomName::new("lab"),
        identity: Identity::new("ada"),
        display_name: Some("Ada L.".into()),
        own_metadata: None,
        participants: Vec::new(),
        permissions: Permissions::default(),
        metadata: None,
        locked: false,
        codecs: Default::default(),
        own: Vec::new(),
        subscriptions: Vec::new(),
        connections: Vec::new(),
        missed_messages: 0,
        then: vec![message(4), message(5)],
    }))
}

async fn refused(harness: &Harness, key: &str) -> (u16, Value) {
    harness.connect(&format!("resume={key}")).await.expect_err("it is refused")
}

impl Harness {
    async fn back(&self, key: &str) -> (Client, Value) {
        let mut client = self.connect(&format!("resume={key}")).await.expect("the client is let in");
        let welcome = client.hear().await;
        client.key = welcome["resume"].as_str().unwrap_or_default().to_owned();
        (client, welcome)
    }

    /// A session whose client is gone, and its key.
    async fn lingering(&mut self) -> (SessionId, String) {
        let (client, session) = self.participant("ada").await;
        let key = client.key.clone();
        drop(client);
        let Request { session: lost, intent, .. } = self.heard().await;
        assert_eq!((lost, intent), (session, LOST));
        (session, key)
    }
}

#[tokio::test]
async fn who_comes_back_with_the_key_has_the_same_session_and_hears_the_snapshot_first() {
    let mut harness = Harness::open(development()).await;
    let (session, key) = harness.lingering().await;
    assert_eq!(harness.tell(session, Notice::Done), Delivery::Nobody, "nothing is queued meanwhile");

    let (mut client, welcome) = harness.back(&format!("{key}&last_message=3&last_direct=1")).await;
    let heard = Some(Heard { message: 3, direct: 1 });
    let resumed = harness.heard().await;
    harness.tell(session, Notice::Done);
    harness.tell(session, snapshot());
    harness.tell(session, Notice::Done);

    assert_eq!(resumed, Request { session, id: None, intent: Intent::Resume { by: Resumption(1), heard } });
    assert_eq!((&welcome["session"], &welcome["resumed"]), (&json!(session.0), &json!(true)));
    assert_eq!(welcome["resume_seconds"], 20);
    assert!(client.key.len() >= 32 && client.key != key);
    let kinds = [client.hear().await, client.hear().await, client.hear().await, client.hear().await];
    let kinds = kinds.map(|message| message["type"].as_str().unwrap_or_default().to_owned());
    assert_eq!(kinds, ["snapshot", "message", "message", "done"], "what came before it is in it");
    client.assert_alive().await;
}

#[tokio::test]
async fn who_is_lost_again_comes_back_again() {
    let mut harness = Harness::open(development()).await;
    let (session, key) = harness.lingering().await;
    let (client, _) = harness.back(&key).await;
    assert!(matches!(harness.heard().await.intent, Intent::Resume { by: Resumption(1), heard: None }));
    let key = client.key.clone();

    drop(client);
    let lost = harness.heard().await;
    let (_client, welcome) = harness.back(&key).await;

    assert_eq!(lost.intent, Intent::Disconnect { lost: Resumption(1) });
    assert_eq!(welcome["session"], session.0);
    assert!(matches!(harness.heard().await.intent, Intent::Resume { by: Resumption(2), .. }));
}

#[tokio::test]
async fn a_key_counts_until_the_next_one_has_reached_the_client_and_no_longer() {
    let mut harness = Harness::open(development()).await;
    let (_, key) = harness.lingering().await;

    // Lost before the welcome is read: nothing is answered to the ping behind it.
    let unheard = harness.connect(&format!("resume={key}")).await.expect("it is let in");
    harness.heard().await;
    drop(unheard);
    harness.heard().await;
    let (mut client, _) = harness.back(&key).await;
    harness.heard().await;
    // Reading on answers the ping; this goes behind that answer.
    client.assert_alive().await;

    assert_eq!(refused(&harness, &key).await.0, 410);
    let key = client.key.clone();
    drop(client);
    harness.heard().await;
    assert_eq!(harness.back(&key).await.1["resumed"], true);
}

#[tokio::test]
async fn a_connection_that_is_lost_before_control_has_room_for_its_first_word_is_missed() {
    let ping_interval = Duration::from_millis(50);
    let config = GatewayConfig { max_waiting_requests: 1, ping_interval, ..development() };
    let mut harness = Harness::open(config).await;
    let (mut old, session) = harness.participant("ada").await;
    let key = old.key.clone();
    // Control is busy: no more fits into its queue.
    old.say(r#"{"type":"restart_ice"}"#).await;
    old.assert_alive().await;

    let (new, _) = harness.back(&key).await;
    drop(new);
    // Its pings find out that it is gone; it is given up, and waits with the word of that.
    while harness.tell(session, Notice::Done) != Delivery::Nobody {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    assert_eq!(harness.heard().await.intent, Intent::RestartIce);
    let Request { session: lost, intent, .. } = harness.heard().await;
    assert_eq!((lost, intent), (session, Intent::Disconnect { lost: Resumption(1) }));
}

#[tokio::test]
async fn the_old_connection_is_closed_when_it_still_seems_open() {
    let mut harness = Harness::open(development()).await;
    let (mut old, session) = harness.participant("ada").await;

    let (mut new, _) = harness.back(&old.key.clone()).await;
    harness.heard().await;

    assert_eq!(old.hear().await, json!({"type": "ended", "reason": "resumed_elsewhere"}));
    assert_eq!(old.closed().await, 4002);
    new.assert_alive().await;
    assert!(harness.heard_nothing_more(), "nobody has left or is lost");
    assert_eq!(harness.tell(session, snapshot()), Delivery::Queued);
    assert_eq!(new.hear().await["type"], "snapshot");
}

#[tokio::test]
async fn a_key_that_is_nobodys_is_gone_and_counted() {
    let mut harness = Harness::open(development()).await;
    let (session, key) = harness.lingering().await;
    harness.tell(session, Notice::Ended(EndReason::Left));

    for key in [key.as_str(), "", "0", &"f".repeat(48)] {
        let (status, body) = refused(&harness, key).await;
        assert_eq!((status, &body["error"]["code"]), (410, &json!("resume_gone")), "{key}");
    }
    let plain = get(harness.address, &format!("/v1/connect?resume={key}")).await;
    assert!(plain.starts_with("HTTP/1.1 410 "), "{plain}");
    let page = get(harness.metrics, "/metrics").await;
    let counted = "switchyard_gateway_connections_refused_total{reason=\"resume_gone\"} 5";
    assert!(page.contains(counted), "{page}");
    assert_eq!(harness.sessions.count(), 0);
}

#[tokio::test]
async fn who_was_sent_away_meanwhile_is_told_so() {
    let ends = [
        (Notice::Ended(EndReason::Replaced), "replaced"),
        (Notice::Kicked { message: Some("advertising".into()) }, "kicked"),
        (Notice::Ended(EndReason::RoomEnded), "room_ended"),
        (Notice::Ended(EndReason::TokenExpired), "token_expired"),
        (Notice::Ended(EndReason::TokenRevoked), "token_revoked"),
    ];
    let mut harness = Harness::open(development()).await;
    for (end, code) in ends {
        let (session, key) = harness.lingering().await;
        let message = matches!(end, Notice::Kicked { .. }).then_some("advertising");

        harness.tell(session, end);

        let (status, body) = refused(&harness, &key).await;
        assert_eq!((status, &body["error"]["code"]), (410, &json!(code)));
        assert!(message.is_none_or(|message| body["error"]["message"] == message), "{body}");
    }
}

#[tokio::test]
async fn who_was_let_in_and_came_too_late_all_the_same_is_not_told_that_it_left() {
    let mut harness = Harness::open(development()).await;
    let (session, key) = harness.lingering().await;
    let (mut client, _) = harness.back(&key).await;
    harness.heard().await;

    harness.tell(session, Notice::Ended(EndReason::NotResumed));

    assert_eq!(client.closed_because().await, (1013, "the session has ended".to_owned()));
    assert_eq!(refused(&harness, &client.key).await.1["error"]["code"], "resume_gone");
    assert!(harness.heard_nothing_more());
}

#[tokio::test]
async fn a_session_that_has_not_joined_is_nothing_to_come_back_to() {
    let config = GatewayConfig { join_timeout: Duration::from_secs(3), ..development() };
    let mut harness = Harness::open(config).await;
    let mut silent = harness.client("room=lab&identity=ada").await;

    let (status, body) = refused(&harness, &silent.key).await;

    assert_eq!((status, &body["error"]["code"]), (410, &json!("resume_gone")));
    assert_eq!(silent.hear().await, json!({"type": "ended", "reason": "protocol_error"}));
    assert_eq!(silent.closed_because().await, (1008, "not in a room in time".to_owned()));
    assert_eq!(harness.sessions.count(), 0);
    assert!(harness.heard_nothing_more());
}

#[tokio::test]
async fn who_asks_plainly_with_a_good_key_hears_that_a_websocket_is_needed() {
    let mut harness = Harness::open(development()).await;
    let (_, key) = harness.lingering().await;

    let plain = get(harness.address, &format!("/v1/connect?resume={key}")).await;

    assert!(plain.starts_with("HTTP/1.1 426 "), "{plain}");
    assert_eq!(harness.back(&key).await.1["resumed"], true, "the key is not used up");
}

#[tokio::test]
async fn a_page_that_is_closed_leaves_and_a_connection_that_is_given_up_lingers() {
    let mut harness = Harness::open(development()).await;
    for (code, intent) in [
        (Some(CloseCode::Away), Intent::Leave),
        (Some(CloseCode::Normal), Intent::Leave),
        (Some(CloseCode::Library(4_900)), LOST),
        (None, LOST),
    ] {
        let (mut client, _) = harness.participant("ada").await;

        let frame = code.map(|code| CloseFrame { code, reason: "".into() });
        client.socket.close(frame).await.unwrap();

        assert_eq!(harness.heard().await.intent, intent, "{code:?}");
    }
}

#[tokio::test]
async fn who_breaks_the_rules_does_not_linger() {
    let config = development();
    let mut harness = Harness::open(config.clone()).await;
    let (mut client, _) = harness.participant("ada").await;

    client.say(&"x".repeat(config.max_message_bytes + 1)).await;

    assert_eq!(harness.heard().await.intent, Intent::Leave);
    assert_eq!(refused(&harness, &client.key).await.0, 410);
}

#[tokio::test]
async fn what_is_forgiven_is_not_forgiven_anew_on_every_return() {
    let mut harness = Harness::open(development()).await;
    let (mut client, session) = harness.participant("ada").await;
    for _ in 0..10 {
        client.say("nonsense").await;
        assert_eq!(client.hear().await["code"], "malformed_json");
    }
    let key = client.key.clone();
    drop(client);
    assert_eq!(harness.heard().await.intent, LOST);

    let (mut client, _) = harness.back(&key).await;
    harness.heard().await;
    harness.tell(session, snapshot());
    while client.hear().await["number"] != 5 {}
    client.say("nonsense").await;

    assert_eq!(client.hear().await["code"], "malformed_json");
    assert_eq!(client.hear().await, json!({"type": "ended", "reason": "protocol_error"}));
}

#[tokio::test]
async fn who_reads_too_slowly_is_not_told_that_it_is_over() {
    let config = GatewayConfig { max_waiting_notices: 16, ..development() };
    let mut harness = Harness::open(config).await;
    let (mut slow, session) = harness.participant("ada").await;
    while harness.tell(session, Notice::Done) == Delivery::Queued {}

    assert_eq!(harness.heard().await.intent, LOST);

    let code = loop {
        match slow.frame().await {
            Some(tokio_tungstenite::tungstenite::Message::Text(text)) => {
                assert!(!text.contains("ended"), "{text}")
            }
            Some(tokio_tungstenite::tungstenite::Message::Close(Some(frame))) => break u16::from(frame.code),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(code, 4001);
    assert_eq!(harness.back(&slow.key.clone()).await.1["resumed"], true);
}

#[tokio::test]
async fn a_token_shown_on_the_return_is_handed_on_behind_it_and_one_that_does_not_hold_is_refused() {
    let mut harness = Harness::open(development()).await;
    let (session, key) = harness.lingering().await;
    let (status, body) = refused(&harness, &format!("{key}&token=nonsense")).await;
    assert_eq!((status, &body["error"]["code"]), (401, &json!("token_invalid")));

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = Claims { sub: "ada".into(), room: "lab".into(), exp: now + 60, ..Claims::default() };
    let token = mint(&claims, DEVELOPMENT_KEY_ID, &Secret::new(DEVELOPMENT_SECRET)).unwrap();
    let (_client, _) = harness.back(&format!("{key}&token={token}")).await;

    assert!(matches!(harness.heard().await.intent, Intent::Resume { .. }));
    let Request { session: refreshed, intent, .. } = harness.heard().await;
    assert!(matches!(intent, Intent::Refresh(_)), "{intent:?}");
    assert_eq!(refreshed, session);
}

#[tokio::test]
async fn without_lingering_no_key_is_given() {
    let config = GatewayConfig { resume_for: Duration::ZERO, ..development() };
    let harness = Harness::open(config).await;
    let mut client = harness.connect("room=lab&identity=ada").await.expect("the client is let in");

    let welcome = client.hear().await;

    assert_eq!((welcome.get("resume"), welcome.get("resume_seconds")), (None, None));
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_those_who_linger() {
    let mut harness = Harness::open(development()).await;
    harness.lingering().await;

    harness.stop();

    harness.stopped().await;
}
