//! A thousand joins with wrong tokens and every hostile description there is, beside a call that notices nothing.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use switchyard_canary::Pattern;
use switchyard_fuzz_targets::{Hostile, hostile_descriptions, wrong_tokens};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::server::Server;
use crate::{PATIENCE, enter, nothing_amiss, streams, until};

/// Joins with wrong tokens, of all kinds together.
const JOINS: usize = 1_000;

/// The most that memory may grow beside them, in bytes: as much as beside junk on the media port.
const GROWTH: u64 = 8 << 20;

/// Descriptions that are longer than a message may be end their connection.
const LONGEST_MESSAGE: usize = 256 * 1024;

/// What became of every attempt, by the code that it got.
type Codes = BTreeMap<String, u64>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_does_not_notice_wrong_tokens_and_hostile_descriptions() -> Result<()> {
    let server = Server::start_alone(1, &[])?;
    let mut ada = enter(&server, "ada").await?;
    ada.publish(Pattern::default()).await?;
    let bob = enter(&server, "bob").await?;
    until("sound and picture", || streams(&bob) == 2).await?;
    // The first of everything takes what a server needs once.
    knock(&server, 100).await?;
    describe(&server, 40).await?;
    let (memory, refused, before) = (server.memory()?, refusals(&server)?, bob.report().received.packets());
    let began = Instant::now();

    let joins = knock(&server, JOINS).await?;
    let counted = refusals(&server)? - refused;
    let (descriptions, answers) = describe(&server, usize::MAX).await?;

    let grown = server.memory()?.saturating_sub(memory);
    let flowed = bob.report().received.packets() - before;
    println!(
        "{JOINS} wrong tokens: {joins:?}, counted as unauthorized: {counted}; {descriptions} hostile descriptions: \
         {answers:?}; memory +{} KiB, {flowed} packets of the call in {:?}",
        grown >> 10,
        began.elapsed()
    );
    ensure!(counted == JOINS as u64, "{counted} of {JOINS} refusals are counted");
    ensure!(joins.keys().all(|code| code.starts_with("token_")), "{joins:?}");
    ensure!(descriptions >= 200, "only {descriptions}");
    ensure!(grown <= GROWTH, "memory has grown by {grown} bytes");
    ensure!(flowed > 0, "the call has stopped");
    nothing_amiss(&server, &bob.leave().await)?;
    nothing_amiss(&server, &ada.leave().await)
}

fn refusals(server: &Server) -> Result<u64> {
    server.metrics()?.sum("switchyard_gateway_connections_refused_total", "reason=\"unauthorized\"")
}

/// Tries to come in with wrong tokens, by WebSocket and by WHIP in turn.
async fn knock(server: &Server, count: usize) -> Result<Codes> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let tokens = wrong_tokens(now);
    let mut codes = Codes::new();
    for number in 0..count {
        let (kind, token) = &tokens[number % tokens.len()];
        let code = if (number / tokens.len()).is_multiple_of(2) {
            websocket_refusal(server, token).await
        } else {
            let ask =
                format!("POST /v1/whip/interop?identity=eve HTTP/1.1\r\nAuthorization: Bearer {token}\r\n");
            Reply::to(server, ask, Vec::new()).await.and_then(|reply| reply.code())
        };
        let code = code.with_context(|| format!("a token that is {kind}"))?;
        *codes.entry(code).or_default() += 1;
    }
    Ok(codes)
}

async fn websocket_refusal(server: &Server, token: &str) -> Result<String> {
    let url = format!("{}?room=interop&identity=eve&token={token}", server.url());
    match timeout(PATIENCE, connect_async(url)).await? {
        Ok(_) => bail!("it opened the door"),
        Err(Error::Http(response)) => {
            let body = serde_json::from_slice(response.body().as_deref().unwrap_or_default())?;
            code_of(&body)
        }
        Err(error) => Err(error.into()),
    }
}

/// Offers hostile descriptions, each by WHIP and, where it is text, by the native dialect.
async fn describe(server: &Server, most: usize) -> Result<(usize, Codes)> {
    let mut codes = Codes::new();
    let all = hostile_descriptions();
    for hostile in all.iter().take(most) {
        for code in both_ways(server, hostile).await.with_context(|| hostile.name.clone())? {
            *codes.entry(code).or_default() += 1;
        }
    }
    Ok((all.len().min(most), codes))
}

async fn both_ways(server: &Server, hostile: &Hostile) -> Result<Vec<String>> {
    let ask = "POST /v1/whip/hostile?identity=eve HTTP/1.1\r\nContent-Type: application/sdp\r\n".to_owned();
    let reply = Reply::to(server, ask, hostile.bytes.clone()).await?;
    let by_whip = match reply.status {
        201 => {
            let resource = reply.header("location").context("a resource has a name")?;
            let ended = Reply::to(server, format!("DELETE {resource} HTTP/1.1\r\n"), Vec::new()).await?;
            ensure!(ended.status == 200, "{} for the end", ended.status);
            "whip answered".to_owned()
        }
        400..500 => format!("whip {}", reply.code()?),
        status => bail!("status {status}: {}", reply.body),
    };
    let mut codes = vec![by_whip];
    if let Ok(sdp) = std::str::from_utf8(&hostile.bytes) {
        codes.push(format!("native {}", offered(server, sdp).await?));
    }
    Ok(codes)
}

/// Offers a description on a connection of its own, and tells what it was answered with.
async fn offered(server: &Server, sdp: &str) -> Result<String> {
    let (mut socket, _) = connect_async(format!("{}?room=hostile&identity=mallory", server.url())).await?;
    let offer = json!({"type": "offer", "id": 2, "sdp": sdp}).to_string();
    let is_too_long = offer.len() > LONGEST_MESSAGE;
    socket.send(Message::text(json!({"type": "join", "id": 1}).to_string())).await?;
    // A message that is too long ends the connection while it is written.
    let sent = socket.send(Message::text(offer)).await;
    ensure!(sent.is_ok() || is_too_long, "{sent:?}");
    loop {
        match timeout(PATIENCE, socket.next()).await? {
            Some(Ok(Message::Text(text))) => {
                let message: Value = serde_json::from_str(&text)?;
                match message["type"].as_str() {
                    Some("answer") => return Ok("answered".to_owned()),
                    Some("refused" | "error") => {
                        return Ok(message["code"].as_str().context("no code")?.to_owned());
                    }
                    _ => {}
                }
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None if is_too_long => return Ok("ended".to_owned()),
            Some(Ok(Message::Close(frame))) => bail!("closed: {frame:?}"),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => bail!("hung up"),
        }
    }
}

/// An answer over HTTP.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    /// Asks on a connection of its own; `ask` is the request's line and its own headers.
    async fn to(server: &Server, ask: String, body: Vec<u8>) -> Result<Self> {
        let site = server.site();
        tokio::task::spawn_blocking(move || {
            let address = site.trim_start_matches("http://");
            let mut connection = TcpStream::connect(address)?;
            connection.set_read_timeout(Some(Duration::from_secs(30)))?;
            let rest = format!("Host: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            connection.write_all(&[ask.as_bytes(), rest.as_bytes(), &body].concat())?;
            let mut answer = Vec::new();
            connection.read_to_end(&mut answer)?;
            let answer = String::from_utf8(answer)?;
            let (head, body) = answer.split_once("\r\n\r\n").context("an answer has a head")?;
            let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
            let status = status.context("an answer has a status")?;
            Ok(Self { status, head: head.to_owned(), body: body.to_owned() })
        })
        .await?
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
    }

    fn code(&self) -> Result<String> {
        ensure!(self.status >= 400, "status {}", self.status);
        code_of(&serde_json::from_str(&self.body)?)
    }
}

fn code_of(body: &Value) -> Result<String> {
    let code = body["error"]["code"].as_str().with_context(|| format!("no code in {body}"))?;
    let sentence = body["error"]["message"].as_str().unwrap_or_default();
    ensure!(sentence.len() > 10 && sentence.len() < 2_048, "no sentence beside {code}: {sentence}");
    Ok(code.to_owned())
}
