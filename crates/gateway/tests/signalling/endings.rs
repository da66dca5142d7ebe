//! How sessions end, and who hears of it.

use std::time::{Duration, Instant};

use futures_util::SinkExt;
use serde_json::json;
use switchyard_control::intent::{Intent, Resumption};
use switchyard_control::notice::{EndReason, Notice, Participant};
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::port::Delivery;
use switchyard_vocab::ids::{Identity, SessionId};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Harness, development, get};

/// What control hears of the first connection of a session that may be resumed.
const LOST: Intent = Intent::Disconnect { lost: Resumption(0) };

fn long_notice() -> Notice {
    Notice::ParticipantJoined(Participant {
        hidden: false,
        connected: true,
        metadata: None,
        identity: Identity::new("x".repeat(100_000)),
        display_name: None,
        publications: Vec::new(),
    })
}

/// Tells somebody who does not read more than the buffers between the two hold, and no more than may wait: whoever
/// writes to them is stuck.
async fn fill_buffers(harness: &Harness, session: SessionId) {
    let mut stuck_for = 0;
    while stuck_for < 10 {
        if harness.sessions.most_waiting() < 40 {
            assert_eq!(harness.tell(session, long_notice()), Delivery::Queued);
            stuck_for = 0;
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            stuck_for += 1;
        }
    }
}

#[tokio::test]
async fn whoever_says_goodbye_is_confirmed_and_closed_normally() {
    let mut harness = Harness::open(development()).await;
    let (mut client, session) = harness.participant("ada").await;

    client.say(r#"{"id":2,"type":"leave"}"#).await;
    let request = harness.heard().await;
    harness.reply(&request, Notice::Ended(EndReason::Left));

    assert_eq!(request.intent, Intent::Leave);
    assert_eq!(client.hear().await, json!({"type": "ended", "in_reply_to": 2, "reason": "left"}));
    assert_eq!(client.closed().await, 1000);
    assert_eq!(harness.tell(session, Notice::Done), Delivery::Nobody);
    assert!(harness.heard_nothing_more(), "control ended the session itself");
}

#[tokio::test]
async fn a_connection_that_is_lost_leaves_where_nothing_is_resumed() {
    let config = GatewayConfig { resume_for: Duration::ZERO, ..development() };
    let mut harness = Harness::open(config).await;
    let (client, session) = harness.participant("ada").await;

    drop(client);

    let request = harness.heard().await;
    assert_eq!((request.session, request.intent), (session, Intent::Leave));
    assert_eq!(harness.sessions.count(), 0);
}

#[tokio::test]
async fn a_visitor_of_whom_control_never_heard_needs_no_leave() {
    let mut harness = Harness::open(development()).await;
    let mut client = harness.client("room=lab&identity=ada").await;
    client.assert_alive().await;

    drop(client);
    let (_other, _) = harness.participant("bob").await;

    assert!(harness.heard_nothing_more());
}

#[tokio::test]
async fn whoever_is_replaced_is_told() {
    let mut harness = Harness::open(development()).await;
    let (mut client, session) = harness.participant("ada").await;

    harness.tell(session, Notice::Ended(EndReason::Replaced));

    assert_eq!(client.hear().await, json!({"type": "ended", "reason": "replaced"}));
    assert_eq!(client.closed().await, 4000);
}

#[tokio::test]
async fn too_many_errors_end_the_session() {
    let mut harness = Harness::open(development()).await;
    let (mut client, _) = harness.participant("ada").await;

    for _ in 0..11 {
        client.say("nonsense").await;
    }

    for _ in 0..11 {
        assert_eq!(client.hear().await["code"], "malformed_json");
    }
    assert_eq!(client.hear().await, json!({"type": "ended", "reason": "protocol_error"}));
    assert_eq!(client.closed().await, 1008);
    assert_eq!(harness.heard().await.intent, Intent::Leave);
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_the_session() {
    let config = development();
    let mut harness = Harness::open(config.clone()).await;
    let (mut client, _) = harness.participant("ada").await;

    client.say(&"x".repeat(config.max_message_bytes + 1)).await;

    assert_eq!(client.closed().await, 1009);
    assert_eq!(harness.heard().await.intent, Intent::Leave);
}

#[tokio::test]
async fn whoever_does_not_join_in_time_is_sent_away() {
    let config = GatewayConfig { join_timeout: Duration::from_millis(50), ..development() };
    let harness = Harness::open(config).await;
    let mut client = harness.client("room=lab&identity=ada").await;

    assert_eq!(client.hear().await, json!({"type": "ended", "reason": "protocol_error"}));
    assert_eq!(client.closed_because().await, (1008, "not in a room in time".to_owned()));
    let page = get(harness.metrics, "/metrics").await;
    assert!(page.contains("\nswitchyard_gateway_sessions_ended_total{reason=\"not_joined\"} 1\n"), "{page}");
}

#[tokio::test]
async fn whoever_pings_without_joining_or_listening_loses_their_place() {
    let config = GatewayConfig { join_timeout: Duration::from_millis(500), ..development() };
    let harness = Harness::open(config).await;
    let mut client = harness.client("room=lab&identity=ada").await;
    fill_buffers(&harness, SessionId(1)).await;

    let began = Instant::now();
    while harness.sessions.count() > 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "the place is held by pings alone");
        client.socket.send(Message::Ping(Vec::new().into())).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn whoever_floods_with_pings_is_told_and_then_ended() {
    whoever_floods_is_told_and_then_ended(Message::Ping(vec![7; 100].into())).await;
}

#[tokio::test]
async fn the_answer_to_the_ping_behind_the_key_is_counted_like_any_other() {
    whoever_floods_is_told_and_then_ended(Message::Pong(b"key".to_vec().into())).await;
}

async fn whoever_floods_is_told_and_then_ended(frame: Message) {
    let config = GatewayConfig { max_messages_per_second: 10, ..development() };
    let mut harness = Harness::open(config).await;
    let (mut client, session) = harness.participant("ada").await;

    let flood = async {
        for _ in 0..500 {
            // The connection may end while it is spoken on.
            let _: Result<(), _> = client.socket.send(frame.clone()).await;
        }
        let first = client.hear().await;
        assert_eq!((first["type"].as_str(), first["code"].as_str()), (Some("error"), Some("rate_limited")));
        while client.hear().await["type"] != "ended" {}
    };

    tokio::time::timeout(Duration::from_secs(10), flood).await.expect("it is ended");
    let request = harness.heard().await;
    assert_eq!((request.session, request.intent), (session, Intent::Leave));
}

#[tokio::test]
async fn nobody_is_sent_away_for_having_joined_long_ago() {
    // Long enough for the join itself, however busy the machine.
    let config = GatewayConfig { join_timeout: Duration::from_secs(3), ..development() };
    let mut harness = Harness::open(config).await;
    let (mut client, session) = harness.participant("ada").await;

    tokio::time::timeout(Duration::from_secs(4), client.hear()).await.unwrap_err();

    assert_eq!(harness.tell(session, Notice::Done), Delivery::Queued);
}

#[tokio::test]
async fn whoever_is_silent_for_too_long_is_taken_for_lost() {
    let config = GatewayConfig {
        ping_interval: Duration::from_millis(200),
        // Long enough for the join itself, however busy the machine.
        ping_timeout: Duration::from_secs(3),
        ..development()
    };
    let mut harness = Harness::open(config).await;
    // A client that is not polled does not answer pings.
    let (_client, session) = harness.participant("ada").await;

    let request = harness.heard().await;

    assert_eq!((request.session, request.intent), (session, LOST));
}

#[tokio::test]
async fn pings_keep_a_quiet_client() {
    const TIMEOUT: Duration = Duration::from_secs(5);
    let config =
        GatewayConfig { ping_interval: Duration::from_millis(200), ping_timeout: TIMEOUT, ..development() };
    let mut harness = Harness::open(config).await;
    let (mut client, session) = harness.participant("ada").await;

    // Listening is enough: the WebSocket library answers pings by itself.
    let joined = Instant::now();
    let mut pings = 0;
    while pings < 3 || joined.elapsed() < TIMEOUT + Duration::from_secs(1) {
        client.pinged().await;
        pings += 1;
    }

    assert_eq!(harness.tell(session, Notice::Done), Delivery::Queued);
    assert!(harness.heard_nothing_more());
}

#[tokio::test]
async fn whoever_does_not_listen_is_taken_for_lost_and_nobody_waits_for_them() {
    let config = GatewayConfig { max_waiting_notices: 16, ..development() };
    let mut harness = Harness::open(config).await;
    let (_deaf, session) = harness.participant("ada").await;
    let (mut other, other_session) = harness.participant("bob").await;

    let mut deliveries = 0;
    while harness.tell(session, long_notice()) == Delivery::Queued {
        deliveries += 1;
        assert!(deliveries < 10_000, "the socket's buffers are not that large");
        tokio::task::yield_now().await;
    }
    harness.tell(other_session, Notice::Done);

    assert_eq!(other.hear().await["type"], "done");
    let request = harness.heard().await;
    assert_eq!((request.session, request.intent), (session, LOST));
}

#[tokio::test]
async fn when_the_server_stops_everybody_is_told_and_leaves() {
    let mut harness = Harness::open(development()).await;
    let (mut ada, _) = harness.participant("ada").await;
    let (mut bob, _) = harness.participant("bob").await;

    harness.stop();

    for client in [&mut ada, &mut bob] {
        assert_eq!(client.hear().await, json!({"type": "ended", "reason": "server_stopping"}));
        assert_eq!(client.closed().await, 1001);
    }
    assert_eq!(harness.heard().await.intent, Intent::Leave);
    assert_eq!(harness.heard().await.intent, Intent::Leave);
    harness.stopped().await;
}

#[tokio::test]
async fn a_deaf_client_does_not_keep_the_server_from_stopping() {
    let config = GatewayConfig { shutdown_timeout: Duration::from_millis(300), ..development() };
    let mut harness = Harness::open(config).await;
    let (_deaf, _) = harness.participant("ada").await;

    harness.stop();

    harness.stopped().await;
}

#[tokio::test]
async fn whoever_speaks_and_never_reads_loses_their_place() {
    let times = (Duration::from_millis(100), Duration::from_millis(500));
    let resume_for = Duration::ZERO;
    let config = GatewayConfig { ping_interval: times.0, ping_timeout: times.1, resume_for, ..development() };
    let mut harness = Harness::open(config).await;
    let (mut deaf, session) = harness.participant("ada").await;
    fill_buffers(&harness, session).await;

    let began = Instant::now();
    while harness.sessions.count() > 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "what cannot be written waits for ever");
        // The connection may end while it is spoken on.
        let _: Result<(), _> = deaf.socket.send(Message::Ping(Vec::new().into())).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    assert_eq!(harness.heard().await.intent, Intent::Leave);
    let page = get(harness.metrics, "/metrics").await;
    assert!(page.contains("\nswitchyard_gateway_sessions_ended_total{reason=\"too_slow\"} 1\n"), "{page}");
}
