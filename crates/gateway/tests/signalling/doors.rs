//! Who is let in, and what the others are told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use switchyard_control::intent::Intent;
use switchyard_gateway::auth::Key;
use switchyard_gateway::config::GatewayConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{House, development, get};

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
    let mut house = House::open(production()).await;

    let mut client = house.client(&format!("token={}", token("lab", SECRET))).await;
    client.say(r#"{"type":"join","name":"somebody else"}"#).await;

    let Intent::Join(join) = house.heard().await.intent else { panic!("a join comes first") };
    assert_eq!((join.room.as_str(), join.identity.as_str()), ("lab", "ada"));
    assert_eq!(join.display_name.as_deref(), Some("Ada L."));
}

#[tokio::test]
async fn a_name_alone_does_not_open_it() {
    let house = House::open(production()).await;

    let (status, body) = house.connect("room=lab&identity=ada").await.unwrap_err();

    assert_eq!((status, body["error"]["code"].as_str()), (401, Some("token_missing")));
}

#[tokio::test]
async fn a_wrong_token_does_not_open_it() {
    let house = House::open(production()).await;
    let forged = token("lab", "another-secret-of-at-least-32-bytes");
    let elsewhere = token("attic", SECRET);

    let (status, body) = house.connect(&format!("token={forged}")).await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (401, Some("token_invalid")));

    let (status, body) = house.connect(&format!("room=lab&token={elsewhere}")).await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (403, Some("token_for_other_room")));
}

#[tokio::test]
async fn a_request_that_says_too_little_is_told_what_is_missing() {
    let house = House::open(development()).await;

    let (status, body) = house.connect("identity=ada").await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (400, Some("parameter_missing")));
    assert!(body["error"]["message"].as_str().unwrap().contains("room"));

    let (status, body) = house.connect("room=lab&room=attic&identity=ada").await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (400, Some("bad_query")));
}

#[tokio::test]
async fn a_plain_request_learns_why_a_websocket_would_fail() {
    let house = House::open(production()).await;

    let refused = get(house.address, "/v1/connect?room=lab&identity=ada").await;
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert!(refused.contains("www-authenticate: Bearer"), "{refused}");
    assert!(refused.contains("access-control-allow-origin: *"), "{refused}");

    let welcome = get(house.address, &format!("/v1/connect?token={}", token("lab", SECRET))).await;
    assert!(welcome.starts_with("HTTP/1.1 426 ") && welcome.contains("websocket_needed"), "{welcome}");
}

#[tokio::test]
async fn a_full_server_takes_nobody_until_somebody_goes() {
    let mut house = House::open(GatewayConfig { max_connections: 1, ..development() }).await;
    let (first, _) = house.participant("ada").await;

    let (status, body) = house.connect("room=lab&identity=bob").await.unwrap_err();
    assert_eq!((status, body["error"]["code"].as_str()), (503, Some("full")));

    drop(first);
    assert!(matches!(house.heard().await.intent, Intent::Disconnect { .. }));
    while house.connect("room=lab&identity=bob").await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_request_whose_head_never_ends_is_not_waited_for() {
    let mut house = House::open(development()).await;
    let mut slow = TcpStream::connect(house.address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await.unwrap();
    let (mut client, _session) = house.participant("ada").await;

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
    let house = House::open(development()).await;

    let answer = get(house.address, &format!("/healthz?{}", "a".repeat(40_000))).await;

    assert!(answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 414"), "{answer:.60}");
}
