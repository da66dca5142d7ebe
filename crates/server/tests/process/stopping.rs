//! SIGTERM: everybody is told, and the exit code is 0.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::server::{PATIENCE, Server};

/// How long a server may take to stop.
const PROMPT: Duration = Duration::from_secs(5);

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn join(server: &Server, identity: &str) -> Client {
    let url = format!("ws://{}/v1/connect?room=lobby&identity={identity}", server.signalling);
    let (mut client, _) = connect_async(url).await.expect("the server lets us in");
    let join = json!({ "type": "join", "id": 1 }).to_string();
    client.send(Message::text(join)).await.expect("the message is sent");
    told(&mut client, "joined").await;
    client
}

/// Waits for a message of that type.
async fn told(client: &mut Client, kind: &str) -> Value {
    let found = async {
        while let Some(Ok(message)) = client.next().await {
            let Message::Text(text) = message else { continue };
            let value: Value = serde_json::from_str(&text).expect("JSON");
            if value["type"] == kind {
                return Some(value);
            }
        }
        None
    };
    timeout(PATIENCE, found).await.expect("in time").unwrap_or_else(|| panic!("was never told {kind}"))
}

#[tokio::test]
async fn sigterm_tells_every_session_and_ends_with_exit_code_0_within_five_seconds() {
    let mut server = Server::start();
    let mut clients = [join(&server, "ada").await, join(&server, "bob").await];

    server.terminate();

    for client in &mut clients {
        assert_eq!(told(client, "ended").await["reason"], "server_stopping");
    }
    drop(clients);
    let (status, took) = server.ended();
    assert_eq!(status.code(), Some(0));
    assert!(took < PROMPT, "{took:?}");
    assert_eq!(server.wait_for("stopping")["signal"], "SIGTERM");
    server.wait_for("stopped");
}

#[tokio::test]
async fn joins_and_ends_are_logged_with_room_and_session() {
    let mut server = Server::start();

    let mut client = join(&server, "ada").await;
    let joined = server.wait_for("joined");
    client.close(None).await.expect("the goodbye is sent");
    let left = server.wait_for("left");

    for line in [joined, left] {
        assert_eq!(
            (&line["level"], &line["room"], &line["session"]),
            (&json!("INFO"), &json!("lobby"), &json!("s1"))
        );
    }
}

#[test]
fn an_idle_server_stops_at_once() {
    let mut server = Server::start();

    server.terminate();

    let (status, took) = server.ended();
    assert_eq!(status.code(), Some(0));
    assert!(took < PROMPT, "{took:?}");
}
