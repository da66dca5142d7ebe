//! A participant that only talks: a WebSocket, and the messages of the native dialect as plain JSON.

use std::collections::VecDeque;
use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::server::Server;

/// How long the server may take to say something.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who is in a room, or is about to be.
pub(crate) struct Talker {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_id: u64,
    /// What was said while something else was waited for.
    heard: VecDeque<Value>,
    /// With what the server closed the connection.
    closed: Option<u16>,
}

impl Talker {
    /// Opens a connection by a token.
    pub(crate) async fn connect(server: &Server, token: &str) -> Result<Self> {
        let (socket, _) = connect_async(format!("{}?token={token}", server.url())).await?;
        let mut talker = Self { socket, last_id: 0, heard: VecDeque::new(), closed: None };
        talker.until(|said| said["type"] == "welcome").await.context("no welcome")?;
        Ok(talker)
    }

    /// Enters the room of a token. `options` are those of `switchyard token`.
    pub(crate) async fn join(server: &Server, options: &str) -> Result<(Self, Value)> {
        let mut talker = Self::connect(server, &server.token(options)?).await?;
        let joined = talker.ask(json!({"type": "join"})).await?;
        ensure!(joined["type"] == "joined", "{joined}");
        Ok((talker, joined))
    }

    /// Sends a request, and returns what answers it.
    pub(crate) async fn ask(&mut self, mut request: Value) -> Result<Value> {
        self.last_id += 1;
        let id = json!(self.last_id);
        request["id"] = id.clone();
        self.socket.send(Message::text(request.to_string())).await?;
        self.until(|said| said["in_reply_to"] == id).await.with_context(|| format!("no answer to {request}"))
    }

    /// Sends a request that is refused, and returns the code of the refusal.
    pub(crate) async fn refused(&mut self, request: Value) -> Result<String> {
        let answer = self.ask(request).await?;
        ensure!(answer["type"] == "refused", "it was not refused: {answer}");
        Ok(answer["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Offers to publish so many microphones, and returns what became of each: a number, or the code of a refusal.
    pub(crate) async fn publish(&mut self, count: usize) -> Result<Vec<Value>> {
        let tracks: Vec<_> = (0..count).map(|mid| track(mid, "microphone")).collect();
        self.offer(&tracks).await
    }

    /// Offers tracks of sound, as they are described.
    pub(crate) async fn offer(&mut self, tracks: &[Value]) -> Result<Vec<Value>> {
        let answer = self.ask(json!({"type": "offer", "sdp": offer(tracks.len()), "tracks": tracks})).await?;
        let Some(lines) = answer["publications"].as_array() else {
            return Ok(vec![answer["code"].clone()]);
        };
        let outcome = |line: &Value| match &line["refused"]["code"] {
            Value::Null => line["publication"].clone(),
            code => code.clone(),
        };
        Ok(lines.iter().map(outcome).collect())
    }

    /// The next message of a type, of those not yet looked at. What comes before it is kept.
    pub(crate) async fn hear(&mut self, kind: &str) -> Result<Value> {
        self.until(|said| said["type"] == kind).await.with_context(|| format!("{kind} was not said"))
    }

    /// Whether a message of a type has come by the time that a ping is answered.
    pub(crate) async fn has_heard(&mut self, kind: &str) -> Result<bool> {
        self.ask(json!({"type": "ping"})).await?;
        Ok(self.heard.iter().any(|said| said["type"] == kind))
    }

    /// The code with which the server closes the connection.
    pub(crate) async fn closed(&mut self) -> Result<u16> {
        let _ = self.until(|_| false).await;
        self.closed.context("the connection was not closed")
    }

    async fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Result<Value> {
        if let Some(place) = self.heard.iter().position(&is_it) {
            return self.heard.remove(place).context("it was there");
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let Some(frame) = timeout_at(end, self.socket.next()).await.context("the server is silent")?
            else {
                bail!("the connection is over, and before it: {:?}", self.heard);
            };
            match frame? {
                Message::Text(text) => {
                    let said: Value = serde_json::from_str(&text)?;
                    if is_it(&said) {
                        return Ok(said);
                    }
                    self.heard.push_back(said);
                }
                Message::Close(frame) => self.closed = frame.map(|frame| frame.code.into()),
                _ => {}
            }
        }
    }
}

/// A track as `offer` describes it.
pub(crate) fn track(mid: usize, source: &str) -> Value {
    json!({"mid": mid.to_string(), "source": source})
}

/// An offer of so many tracks of sound, from a client that will never send any.
fn offer(count: usize) -> String {
    let mids: Vec<_> = (0..count).map(|mid| mid.to_string()).collect();
    let fingerprint = vec!["A7"; 32].join(":");
    let mut sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\na=ice-ufrag:talk\r\na=ice-pwd:onlytalksandneverlistens\r\n",
        mids.join(" ")
    );
    for mid in mids {
        let _ = write!(
            sdp,
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=sendonly\r\na=rtcp-mux\r\n\
             a=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\n"
        );
    }
    sdp
}
