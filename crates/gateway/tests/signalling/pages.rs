//! What is served by plain HTTP.

use switchyard_control::query::ControlTotals;

use crate::support::{Harness, development, get};

#[tokio::test]
async fn a_living_process_is_healthy() {
    let harness = Harness::open(development()).await;

    assert!(get(harness.address, "/healthz").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn the_server_is_ready_when_control_answers() {
    let mut harness = Harness::open(development()).await;

    let asked = tokio::spawn(get(harness.address, "/readyz"));
    harness.answer_query(ControlTotals::default()).await;

    assert!(asked.await.unwrap().starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn the_server_is_not_ready_when_control_is_silent() {
    let harness = Harness::open(development()).await;

    let response = get(harness.address, "/readyz").await;

    assert!(response.starts_with("HTTP/1.1 503 ") && response.contains("control_silent"), "{response}");
}

#[tokio::test]
async fn metrics_are_served_on_their_own_listener_alone() {
    let mut harness = Harness::open(development()).await;
    let (_client, _) = harness.participant("ada").await;

    let asked = tokio::spawn(get(harness.metrics, "/metrics"));
    harness.answer_query(ControlTotals { rooms: 4, ..ControlTotals::default() }).await;
    let page = asked.await.unwrap();

    assert!(page.contains("content-type: text/plain; version=0.0.4"), "{page}");
    assert!(page.contains("\nswitchyard_control_rooms 4\n"), "{page}");
    assert!(page.contains("\nswitchyard_gateway_connections 1\n"), "{page}");
    assert!(page.contains("\nswitchyard_gateway_messages_received_total 1\n"), "{page}");
    assert!(get(harness.address, "/metrics").await.starts_with("HTTP/1.1 404 "));
}

#[tokio::test]
async fn the_page_and_the_client_library_are_served_with_a_policy() {
    let harness = Harness::open(development()).await;

    for (path, content_type) in [
        ("/", "text/html"),
        ("/?room=lab&identity=ada&publish=1", "text/html"),
        ("/style.css", "text/css"),
        ("/page.js", "text/javascript"),
        ("/switchyard.js", "text/javascript"),
        ("/switchyard/publisher.js", "text/javascript"),
    ] {
        let response = get(harness.address, path).await;

        assert!(response.starts_with("HTTP/1.1 200 "), "{path}: {response}");
        assert!(response.contains(&format!("content-type: {content_type}; charset=utf-8")), "{path}");
        assert!(response.contains("content-security-policy: default-src 'none'"), "{path}");
        assert!(response.contains("etag: \""), "{path}");
    }
}

#[tokio::test]
async fn elsewhere_there_is_nothing() {
    let harness = Harness::open(development()).await;

    let response = get(harness.address, "/v2/connect").await;

    assert!(response.starts_with("HTTP/1.1 404 ") && response.contains("not_found"), "{response}");
}

#[tokio::test]
async fn what_waits_between_gateway_and_control_is_on_the_page() {
    let harness = Harness::open(development()).await;
    let mut client = harness.client("room=lab&identity=ada").await;
    for _ in 0..3 {
        client.say(r#"{"type":"restart_ice"}"#).await;
    }
    client.assert_alive().await;

    let page = get(harness.metrics, "/metrics").await;

    assert!(page.contains("\nswitchyard_gateway_waiting_requests 3\n"), "{page}");
    assert!(page.contains("\nswitchyard_gateway_waiting_notices 0\n"), "{page}");
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_says_that_it_is_not_ready() {
    let mut harness = Harness::open(development()).await;
    let address = harness.address;
    let asking = tokio::spawn(async move { get(address, "/readyz").await });

    harness.answer_query(ControlTotals { overloaded: true, ..ControlTotals::default() }).await;

    let answer = asking.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("overloaded"), "{answer}");
}
