//! The admin API of a running server, from a call of people to a line in the audit log.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream as AsyncStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::server::{PATIENCE, Server, get, output, switchyard};

/// Opens the admin API of every server in development mode.
const SECRET: &str = "development-only-everybody-knows-this-secret";

struct Client(WebSocketStream<MaybeTlsStream<AsyncStream>>);

impl Client {
    /// Joins, or says how that was refused.
    async fn join(server: &Server, query: &str) -> Result<Self, Value> {
        let url = format!("ws://{}/v1/connect?{query}", server.signalling);
        let (socket, _) = connect_async(url).await.expect("the gateway lets it in");
        let mut client = Self(socket);
        client.0.send(Message::text(r#"{"id":1,"type":"join"}"#)).await.expect("it is read");
        client.wait_for("welcome").await;
        let answer = client.next().await.expect("an answer");
        if answer["type"] == "joined" { Ok(client) } else { Err(answer) }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("in time")? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("ended without {kind}"));
            if message["type"] == kind {
                return message;
            }
        }
    }
}

fn ask(address: SocketAddr, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = format!(
        "{method} /v1/admin{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {SECRET}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    stream.write_all(request.as_bytes()).expect("the request is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("HTTP");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn an_operator_sees_moderates_and_empties_a_server_and_each_act_is_written_down() {
    let mut server = Server::start();
    let admin = server.admin;
    let ada = "/rooms/devkey/lab/participants/ada";
    let mut bob = Client::join(&server, "room=lab&identity=bob").await.expect("he is let in");
    let mut client = Client::join(&server, "room=lab&identity=ada").await.expect("she is let in");

    let (_, rooms) = ask(admin, "GET", "/rooms", None);
    assert_eq!((&rooms["items"][0]["room"], &rooms["items"][0]["participants"]), (&json!("lab"), &json!(2)));
    let (status, detail) = ask(admin, "GET", ada, None);
    assert_eq!(
        (status, &detail["identity"], &detail["permissions"]["admin"]),
        (200, &json!("ada"), &json!(false))
    );

    let said = ask(admin, "POST", "/rooms/devkey/lab/messages", Some(json!({ "text": "fire drill" })));
    assert_eq!(said, (201, json!({ "number": 1 })));
    let heard = client.wait_for("message").await;
    assert_eq!((&heard["text"], heard.get("from")), (&json!("fire drill"), None));
    let (status, _) = ask(admin, "PATCH", ada, Some(json!({ "grants": { "messages": false } })));
    assert_eq!(
        (status, client.wait_for("permissions_changed").await["permissions"]["messages"].clone()),
        (200, json!(false))
    );

    let kicked = ask(admin, "DELETE", ada, Some(json!({ "reason": "enough", "ban_seconds": 60 })));
    assert_eq!(kicked, (200, json!({ "ended": 1 })));
    let ended = client.wait_for("ended").await;
    assert_eq!((&ended["reason"], &ended["message"]), (&json!("kicked"), &json!("enough")));
    let refused = Client::join(&server, "room=lab&identity=ada").await.err().expect("she is banned");
    assert_eq!(refused["code"], "banned");
    assert_eq!(ask(admin, "GET", "/rooms/devkey/lab/bans", None).1["items"][0]["identity"], "ada");
    assert_eq!(ask(admin, "DELETE", "/rooms/devkey/lab/bans/ada", None).0, 204);

    let wanted = json!({ "room": "lab", "identity": "ada", "token_id": "t-1" });
    let (status, minted) = ask(admin, "POST", "/tokens", Some(wanted));
    assert_eq!(status, 201);
    let query = format!("token={}", minted["token"].as_str().expect("a token"));
    let mut client = Client::join(&server, &query).await.expect("the token is good");
    let began = Instant::now();
    assert_eq!(
        ask(admin, "POST", "/revocations", Some(json!({ "token_id": "t-1" }))),
        (201, json!({ "ended": 1 }))
    );
    assert_eq!(client.wait_for("ended").await["reason"], "token_revoked");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(Client::join(&server, &query).await.err().expect("it is revoked")["code"], "token_revoked");

    let (_, drained) = ask(admin, "POST", "/drain", Some(json!({ "enabled": true })));
    assert_eq!((&drained["draining"], &drained["ready"]), (&json!(true), &json!(false)));
    let (head, body) = get(server.signalling, "/readyz");
    assert!(head.starts_with("HTTP/1.1 503") && body.contains("draining"), "{head} {body}");
    assert_eq!(Client::join(&server, "room=den&identity=eve").await.err().expect("no")["code"], "draining");
    assert_eq!(bob.wait_for("participant_left").await["identity"], "ada", "whoever is in stays");
    let listen = server.signalling.to_string();
    let check = |arguments: &[&str]| {
        let arguments = [&["healthcheck", "--dev", "--listen", &listen], arguments].concat();
        output(switchyard().args(arguments))
    };
    assert_eq!(check(&[]).0, Some(1));
    assert_eq!(check(&["--alive"]), (Some(0), "ok\n".to_owned(), String::new()));
    ask(admin, "POST", "/drain", Some(json!({ "enabled": false })));
    assert_eq!(check(&[]), (Some(0), "ready\n".to_owned(), String::new()));

    audited(&mut server);
}

/// Reads the audit log up to the last act.
fn audited(server: &mut Server) {
    ask(server.admin, "DELETE", "/rooms/devkey/nowhere", None);
    while server.wait_for("act")["act"] != "end_room" {}
    let lines: Vec<_> = server.log.iter().filter(|line| line["target"] == "audit").collect();
    let acts: Vec<_> = lines.iter().map(|line| line["act"].as_str().expect("an act")).collect();
    let expected = [
        "send_message",
        "change_participant",
        "kick_participant",
        "lift_ban",
        "mint_token",
        "revoke",
        "drain",
        "drain",
        "end_room",
    ];
    assert_eq!(acts, expected);
    let kick = lines[2];
    for (field, value) in [
        ("by", "operator"),
        ("from", "127.0.0.1"),
        ("tenant", "devkey"),
        ("room", "lab"),
        ("identity", "ada"),
        ("detail", "ban_seconds=60"),
        ("outcome", "done"),
    ] {
        assert_eq!(kick[field], value, "{kick}");
    }
    let last = lines.last().expect("there are some");
    assert_eq!((&last["outcome"], &last["code"]), (&json!("refused"), &json!("unknown_room")));
    assert!(
        !lines.iter().any(|line| line.to_string().contains("fire drill")),
        "what is said is nobody's business"
    );
}
