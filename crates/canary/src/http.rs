//! Requests in plain HTTP, one connection each.

use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, HeaderMap};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest wait for an answer: a server may let viewers wait for somebody to watch.
const PATIENCE: Duration = Duration::from_secs(70);

/// Longest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Asks, and waits for the whole answer. `body` comes with its type.
pub(crate) async fn ask(
    method: Method,
    url: &Uri,
    token: Option<&str>,
    body: Option<(&'static str, String)>,
) -> Result<Answer> {
    ensure!(url.scheme_str() == Some("http"), "{url} is no http:// URL, and others are not spoken");
    timeout(PATIENCE, converse(method, url, token, body))
        .await
        .context("the server did not answer in time")?
}

async fn converse(
    method: Method,
    url: &Uri,
    token: Option<&str>,
    body: Option<(&'static str, String)>,
) -> Result<Answer> {
    let authority = url.authority().context("the URL names no host")?.as_str();
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, url.port_u16().unwrap_or(80)))
        .await
        .with_context(|| format!("{authority} cannot be reached"))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer, or the answer with it.
    tokio::spawn(async move { connection.await.unwrap_or_default() });

    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder().method(method).uri(path).header(HOST, authority);
    request = request.header(CONNECTION, "close");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let (kind, body) = body.map_or((None, String::new()), |(kind, body)| (Some(kind), body));
    if let Some(kind) = kind {
        request = request.header(CONTENT_TYPE, kind);
    }
    let answer = sender.send_request(request.body(body)?).await?;
    let (head, body) = answer.into_parts();
    Ok(Answer { status: head.status, headers: head.headers, body: text(body).await? })
}

async fn text(mut body: Incoming) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
        ensure!(bytes.len() <= MAX_ANSWER, "the answer is too long");
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
