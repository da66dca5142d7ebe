//! Who is let in, and what the others are told.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use switchyard_control::intent::Intent;
use switchyard_gateway::auth::Key;
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::listener::Gateway;
use switchyard_gateway::port::ControlPort;
use switchyard_metrics::Exporter;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Harness, development, get};

const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes";

fn production() -> GatewayConfig {
    let mut config = GatewayConfig::default();
    config.auth.keys.insert("k1".to_owned(), Key::new(SECRET));
    config
}

fn token(room: &str, secret: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({"sub": "ada", "room": room, "name": "Ada L.", "exp": now + 60});
    let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) };
    encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

#[tokio::test]
async fn a_token_opens_the_door_and_names_who_comes() {
    let mut harness = Harness::open(production()).await;

    let mut client = harness.client(&format!("token={}", token("lab", SECRET))).await;
    client.say(r#"{"type":"join","name":"somebody else"}"#).await;

    let Intent::Join(join) = harness.heard().await.intent else { panic!("a join comes first") };
    assert_eq!((join.room.as_str(), join.identity.as_str()), ("lab", "ada"));
    assert_eq!(join.display_name.as_deref(), Some("Ada L."));
}

#[tokio::test]
async fn a_name_alone_does_not_open_it() {
    let harness = Harness::open(production()).await;

    let (status, body) = harness.connect("room=lab&identity=ada").await.unwrap_err();

    assert_eq!((status, body["error"]["code"].as_str()), (401, Some("token_missing")));
}

#[tokio::test]
async fn a_wrong_token_does_not_open_it() {
    let harness = Harness::open(production()).await;
    let forged = token("lab", "another-secret-of-at-least-32-bytes");
    let elsewhere = token("attic", SECRET);

    let (status, body) = harness.connect(&format!("token={forged}")).await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (401, Some("token_invalid")));

    let (status, body) = harness.connect(&format!("room=lab&token={elsewhere}")).await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (403, Some("token_for_other_room")));
}

#[tokio::test]
async fn a_request_that_says_too_little_is_told_what_is_missing() {
    let harness = Harness::open(development()).await;

    let (status, body) = harness.connect("identity=ada").await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (400, Some("parameter_missing")));
    assert!(body["error"]["message"].as_str().unwrap().contains("room"));

    let (status, body) = harness.connect("room=lab&room=attic&identity=ada").await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (400, Some("bad_query")));
}

#[tokio::test]
async fn a_plain_request_learns_why_a_websocket_would_fail() {
    let harness = Harness::open(production()).await;

    let refused = get(harness.address, "/v1/connect?room=lab&identity=ada").await;
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert!(refused.contains("www-authenticate: Bearer"), "{refused}");
    assert!(refused.contains("access-control-allow-origin: *"), "{refused}");

    let welcome = get(harness.address, &format!("/v1/connect?token={}", token("lab", SECRET))).await;
    assert!(welcome.starts_with("HTTP/1.1 426 ") && welcome.contains("websocket_needed"), "{welcome}");
}

#[tokio::test]
async fn a_full_server_takes_nobody_until_somebody_goes() {
    let mut harness = Harness::open(GatewayConfig { max_connections: 1, ..development() }).await;
    let (first, _) = harness.participant("ada").await;

    let (status, body) = harness.connect("room=lab&identity=bob").await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (503, Some("full")));

    drop(first);
    assert!(matches!(harness.heard().await.intent, Intent::Disconnect { .. }));
    while harness.connect("room=lab&identity=bob").await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_request_whose_head_never_ends_is_not_waited_for() {
    let mut harness = Harness::open(development()).await;
    let mut slow = TcpStream::connect(harness.address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await.unwrap();
    let (mut client, _session) = harness.participant("ada").await;

    let mut answer = Vec::new();
    let drip = async {
        // A byte a second, as somebody does who wants to hold the connection.
        while slow.write_all(b"a").await.is_ok() {
            if let Ok(Ok(0)) = timeout(Duration::from_secs(1), slow.read_buf(&mut answer)).await {
                break;
            }
        }
    };

    timeout(Duration::from_secs(60), drip).await.expect("the server closes it");
    assert!(!String::from_utf8_lossy(&answer).contains("200"));
    client.assert_alive().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let harness = Harness::open(development()).await;

    let answer = get(harness.address, &format!("/healthz?{}", "a".repeat(40_000))).await;

    assert!(answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 414"), "{answer:.60}");
}

/// Somebody at `address` opens a tab; the status, and the line, which stays open.
async fn tab(gateway: &Arc<Gateway>, address: [u8; 4]) -> (String, DuplexStream) {
    let (ours, mut theirs) = tokio::io::duplex(4_096);
    let gateway = gateway.clone();
    tokio::spawn(async move { gateway.converse(ours, (address, 4_000).into()).await });
    let ask = "GET /v1/connect?room=lab&identity=ada HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\n\
               upgrade: websocket\r\nsec-websocket-version: 13\r\n\
               sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    theirs.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(timeout(Duration::from_secs(10), theirs.read_u8()).await.expect("an answer").unwrap());
    }
    (String::from_utf8(answer).unwrap(), theirs)
}

#[tokio::test]
async fn a_thousand_tabs_from_one_address_are_let_in_at_its_rate_and_others_at_once() {
    let config = GatewayConfig { max_connects_per_second_per_address: 5, ..development() };
    let (port, _control) = ControlPort::open(&config);
    let gateway = Arc::new(Gateway::new(config, port, Exporter::new(Vec::new(), "1.2.3")));
    let (mut open, mut refused) = (Vec::new(), 0);

    let began = Instant::now();
    for _ in 0..1_000 {
        let (answer, line) = tab(&gateway, [203, 0, 113, 7]).await;
        if answer.starts_with("HTTP/1.1 101 ") {
            open.push(line);
        } else {
            assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("retry-after: 5\r\n"), "{answer}");
            refused += 1;
        }
    }

    // Ten seconds' worth at once, and then the rate, for however long this machine took.
    let most = 50 + 5 * (began.elapsed().as_secs() as usize + 1);
    assert!((50..=most).contains(&open.len()), "{} of a thousand are open", open.len());
    assert_eq!(open.len() + refused, 1_000);
    let (neighbour, _line) = tab(&gateway, [203, 0, 113, 8]).await;
    assert!(neighbour.starts_with("HTTP/1.1 101 "), "{neighbour}");
}
