//! The whole front door: HTTP, tokens, WHIP and WHEP, WebSockets with messages, and control behind it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use switchyard_control::driver::{Control, Output};
use switchyard_gateway::auth::Key;
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::listener::Gateway;
use switchyard_gateway::port::{ControlPort, FromGateway, Sessions};
use switchyard_metrics::Exporter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::input::{Input, pieces};
use crate::native::MESSAGES;
use crate::sdp::OFFERS;

/// A secret that no seed is signed with.
const SECRET: &str = "a-secret-that-nobody-here-has-ever-seen";

/// The longest that one connection's worth of bytes may be answered with.
const MAX_ANSWER: usize = 4 << 20;

/// Everything takes far less; only a connection that hangs takes as long.
const PATIENCE: Duration = Duration::from_secs(8);

/// Plays one connection. The first byte says who may come in and how the rest is meant: as the bytes of the
/// connection, or as a query and messages of a WebSocket.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let settings = input.u8();
    let is_production = settings & 1 != 0;
    let said = if settings & 2 == 0 { input.rest().to_vec() } else { spoken(input) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let answer = runtime.block_on(async {
        let talk = converse(config(is_production), &said);
        tokio::time::timeout(PATIENCE, talk).await.expect("a connection that is over ends")
    });
    assert!(answer.len() <= MAX_ANSWER);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."), "{:?}", answer.get(..16));
    if is_production {
        let answer = String::from_utf8_lossy(&answer);
        for status in ["HTTP/1.1 101", "HTTP/1.1 201", "HTTP/1.0 101", "HTTP/1.0 201"] {
            assert!(!answer.contains(status), "somebody without a key came in: {answer}");
        }
    }
    assert!(!answer.starts_with(b"HTTP/1.1 500"), "{}", String::from_utf8_lossy(&answer));
}

fn config(is_production: bool) -> GatewayConfig {
    let mut config = GatewayConfig::default();
    config.whip.wait_for_publisher = Duration::ZERO;
    if is_production {
        config.auth.keys.insert("tenant".to_owned(), Key::new(SECRET));
        return config;
    }
    config.for_development()
}

/// Says everything at once, hangs up, and gives back all that is answered.
async fn converse(config: GatewayConfig, said: &[u8]) -> Vec<u8> {
    let (port, mut from_gateway) = ControlPort::open(&config);
    let sessions = port.sessions.clone();
    let gateway = Gateway::new(config, port, Exporter::new(Vec::new(), "0"));
    let (ours, mut theirs) = tokio::io::duplex(said.len().max(1_024));
    let serving = gateway.converse(ours, SocketAddr::from(([203, 0, 113, 7], 4_000)));
    let talking = async {
        // Whoever is refused may be hung up on before all is said.
        let _ = theirs.write_all(said).await;
        let _ = theirs.shutdown().await;
        let mut answer = Vec::new();
        let _ = theirs.read_to_end(&mut answer).await;
        answer
    };
    let mut control = crate::control::control();
    tokio::select! {
        ((), answer) = async { tokio::join!(serving, talking) } => answer,
        () = answer_requests(&mut control, &mut from_gateway, &sessions) => Vec::new(),
    }
}

async fn answer_requests(control: &mut Control, from: &mut FromGateway, sessions: &Sessions) {
    while let Some(request) = from.requests.recv().await {
        control.handle_request(Instant::now(), request);
        while let Some(output) = control.poll_output() {
            if let Output::Notice(addressed) = output {
                let _ = sessions.deliver(addressed);
            }
        }
    }
}

/// A WebSocket: its query, then each piece as a frame.
fn spoken(mut input: Input<'_>) -> Vec<u8> {
    let query = String::from_utf8_lossy(input.piece()).into_owned();
    let mut said = format!(
        "GET /v1/connect?{query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .into_bytes();
    while !input.is_empty() {
        // Final, masked with zeros; usually a text, sometimes another kind.
        let kind = match input.u8() {
            kind @ 0..=15 => kind,
            _ => 1,
        };
        frame(&mut said, kind, input.piece());
    }
    said
}

fn frame(said: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    said.push(0x80 | kind);
    match payload.len() {
        len @ 0..126 => said.push(0x80 | len as u8),
        len => {
            said.push(0x80 | 126);
            said.extend((len as u16).to_be_bytes());
        }
    }
    said.extend([0; 4]);
    said.extend_from_slice(payload);
}

fn request(line: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    format!("{line} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let sdp = "Content-Type: application/sdp";
    let fragment = "Content-Type: application/trickle-ice-sdpfrag";
    let session = "0123456789abcdef0123456789abcdef01234567";
    let token = crate::token::good("tenant", "some-other-secret-of-enough-letters");
    let bearer = format!("Authorization: Bearer {token}");
    let plain = [
        request("GET /", &[], ""),
        request("GET /healthz", &["Connection: close"], ""),
        request("GET /v1/connect?room=a&identity=b", &[], ""),
        request("POST /v1/whip/kitchen?identity=ada", &[sdp], OFFERS[0]),
        request("POST /v1/whip/kitchen", &[sdp, &bearer], OFFERS[3]),
        request(
            "POST /v1/whep/kitchen/ada?identity=bob",
            &[sdp, "Accept: application/sdp;q=0.5, */*"],
            OFFERS[1],
        ),
        request(
            &format!("PATCH /v1/whip/kitchen/{session}"),
            &[fragment, "If-Match: \"a\", *"],
            "a=ice-ufrag:abcd\r\n",
        ),
        request(&format!("DELETE /v1/whep/kitchen/ada/{session}"), &[], ""),
        request("OPTIONS /v1/whip/%6bitchen/", &["Origin: https://example.org"], ""),
        "POST /v1/whip/k?identity=a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/sdp\r\n\r\n4\r\nv=0\r\n0\r\n\r\n"
            .to_owned(),
    ];
    let both = |settings: u8, text: &str| [&[settings][..], text.as_bytes()].concat();
    let offer = serde_json::json!({"type": "offer", "id": 2, "sdp": OFFERS[0]}).to_string();
    let join = MESSAGES[0];
    let with = |messages: &[&str]| {
        let frames = messages.iter().flat_map(|text| [&[1][..], &pieces([text.as_bytes()])].concat());
        [2].into_iter().chain(pieces([&b"room=kitchen&identity=ada"[..]])).chain(frames).collect::<Vec<u8>>()
    };
    let mut seeds: Vec<_> = plain.iter().flat_map(|text| [both(0, text), both(1, text)]).collect();
    seeds.push(with(&[join, &offer]));
    seeds.push(with(&[join, MESSAGES[19], MESSAGES[1]]));
    seeds.extend(MESSAGES.map(|message| with(&[join, message])));
    // Pings, binary frames, a close.
    seeds.push([&with(&[join])[..], &[9, 0, 2, 1, 2, 2, 0, 1, 7, 8, 0, 2, 3, 232]].concat());
    let query = format!("room=kitchen&identity=ada&token={token}");
    seeds.push([&[3][..], &pieces([query.as_bytes()]), &[1], &pieces([join.as_bytes()])].concat());
    seeds
}
