//! Proxies that are believed, and limits by address and by key.

use std::net::SocketAddr;

use serde_json::json;
use switchyard_gateway::auth::{Claims, DEVELOPMENT_SECRET, Secret, mint};
use switchyard_gateway::config::GatewayConfig;

use crate::admin_support::{Answered, exchange};
use crate::support::{Harness, development};

async fn connect(address: SocketAddr, query: &str, headers: &str) -> Answered {
    let text = format!("GET /v1/connect?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    exchange(address, text).await
}

fn code(answered: &Answered) -> &str {
    answered.body["error"]["code"].as_str().unwrap_or_default()
}

/// A gateway that lets an address in ten times, and then no more for a while.
async fn strict(trusted: &[&str]) -> Harness {
    let trusted_proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
    let config = GatewayConfig { max_connects_per_second_per_address: 1, trusted_proxies, ..development() };
    Harness::open(config).await
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_a_limit_of_its_own() {
    let harness = strict(&["127.0.0.1"]).await;
    let by = |client: &str| format!("X-Forwarded-For: 1.2.3.4, {client}\r\n");
    let mut limited = 0;
    for _ in 0..14 {
        let answered = connect(harness.address, "room=lab&identity=ada", &by("203.0.113.9")).await;
        limited += usize::from(code(&answered) == "rate_limited");
    }

    assert!(limited >= 2, "one client is limited although it comes from loopback: {limited}");
    let other = connect(harness.address, "room=lab&identity=ada", &by("203.0.113.10")).await;
    assert_eq!(code(&other), "websocket_needed", "and another one is not");
}

#[tokio::test]
async fn clients_that_a_trusted_proxy_on_loopback_hides_are_limited_together() {
    let harness = strict(&["127.0.0.1"]).await;
    let mut limited = 0;
    for number in 0..14 {
        let hidden = ["", "X-Forwarded-For: unknown\r\n", "X-Forwarded-For: 127.0.0.1\r\n"];
        let answered = connect(harness.address, "room=lab&identity=ada", hidden[number % 3]).await;
        limited += usize::from(code(&answered) == "rate_limited");
    }

    assert!(limited >= 2, "loopback is no way around the limit: {limited}");
}

#[tokio::test]
async fn what_a_client_claims_without_a_proxy_that_is_trusted_counts_for_nothing() {
    let harness = strict(&["192.0.2.1"]).await;

    for _ in 0..14 {
        let header = "X-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n";
        let answered = connect(harness.address, "room=lab&identity=ada", header).await;
        assert_eq!(code(&answered), "websocket_needed", "it comes from loopback, which is exempt");
    }
}

#[tokio::test]
async fn participants_of_one_key_are_limited_together_and_those_of_another_are_not() {
    let mut config = development();
    config.auth.keys.insert("other".to_owned(), switchyard_gateway::auth::Key::new(DEVELOPMENT_SECRET));
    let key = config.auth.keys.get_mut("devkey").unwrap();
    key.max_connects_per_second = Some(1);
    let harness = Harness::open(config).await;
    let token = |key: &str, identity: &str| {
        let claims = Claims {
            sub: identity.to_owned(),
            room: "lab".to_owned(),
            exp: u64::from(u32::MAX),
            ..Claims::default()
        };
        mint(&claims, key, &Secret::new(DEVELOPMENT_SECRET)).unwrap()
    };
    let mut limited = None;
    for number in 0..14 {
        let query = format!("token={}", token("devkey", &format!("ada{number}")));
        let answered = connect(harness.address, &query, "").await;
        limited = limited.or_else(|| (code(&answered) == "key_rate_limited").then_some(answered));
    }

    let limited = limited.expect("ten in a burst, and one a second");
    assert_eq!(limited.status, 429);
    assert!(limited.head.contains("retry-after: "), "{}", limited.head);
    let other = connect(harness.address, &format!("token={}", token("other", "bob")), "").await;
    assert_eq!(code(&other), "websocket_needed");
    let by_name = connect(harness.address, "room=lab&identity=eve", "").await;
    assert_eq!(code(&by_name), "websocket_needed", "names without tokens are of no key");
    let page = crate::support::get(harness.metrics, "/metrics").await;
    let counted = page.lines().find(|line| line.contains("reason=\"key_rate_limited\"")).expect("a metric");
    assert!(!counted.ends_with(" 0"), "{counted}");
    assert_eq!(json!(limited.body["error"]["code"]), json!("key_rate_limited"));
}
