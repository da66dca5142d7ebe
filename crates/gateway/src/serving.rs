//! Plain HTTP connections: how many there may be, and how long one may take to say what it wants.
//!
//! A connection counts here until it becomes a WebSocket or closes; a WebSocket has a place and limits
//! of its own.

mod open_connections;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_service::Service;
use tracing::debug;

use crate::app_state::AppState;
use crate::http_error::HttpError;
use open_connections::OpenConnections;

/// Time for the head of a request, from its connection or from the answer before it. Slow phones need
/// seconds; whoever sends a byte at a time on purpose holds a descriptor this long.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest head of a request. A token has at most 8 KiB.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// What a rest is good for after the system refused a new connection for want of descriptors or memory:
/// asking again at once would only burn a core.
const REST: Duration = Duration::from_millis(100);

/// Serves a router on a socket until `stopped`; what is being answered then is answered still.
///
/// Connections beyond the limits are closed without a word, and counted. Handlers find the
/// [client](crate::client_address::Client) in [`ConnectInfo`], whatever proxies are in between.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    state: &Arc<AppState>,
    mut stopped: watch::Receiver<()>,
) {
    let open = Arc::new(OpenConnections::default());
    let all_stopped = stopped.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        match accepted {
            Ok((stream, remote)) => match open.clone().admit(remote.ip(), state.proxies.trust(remote.ip())) {
                Some(admitted) => {
                    // Small messages must not wait for more to come. What can't be set only costs time.
                    if let Err(error) = stream.set_nodelay(true) {
                        debug!(%error, "TCP_NODELAY was refused");
                    }
                    let door =
                        Door { remote, router: router.clone(), state: state.clone(), open: open.clone() };
                    let connection = converse(stream, door, all_stopped.clone());
                    tokio::spawn(async move {
                        connection.await;
                        drop(admitted);
                    });
                }
                None => state.counters.crowded.add(),
            },
            Err(error) => {
                debug!(%error, "a connection was not accepted");
                tokio::time::sleep(REST).await;
            }
        }
    }
    drop(listener);
    open.all_closed().await;
}

/// Answers the requests of one connection, until it becomes a WebSocket, closes, or all is stopped.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    door: Door,
    mut stopped: watch::Receiver<()>,
) {
    let service = service_fn(move |request: Request<Incoming>| door.clone().answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    debug!(%error, "a connection ended badly");
                }
                return;
            }
            _ = stopped.changed(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The same for a connection that somebody else accepted: it is not counted.
pub(crate) async fn converse_uncounted(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    remote: SocketAddr,
    router: Router,
    state: Arc<AppState>,
    stopped: watch::Receiver<()>,
) {
    let door = Door { remote, router, state, open: Arc::default() };
    converse(stream, door, stopped).await;
}

/// What the requests of one connection come through.
#[derive(Clone)]
struct Door {
    remote: SocketAddr,
    router: Router,
    state: Arc<AppState>,
    open: Arc<OpenConnections>,
}

impl Door {
    /// Answers a request. One that a proxy brings counts as a connection of its client for as long as that takes.
    async fn answer(mut self, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let client = self.state.proxies.identify(self.remote, request.headers());
        request.extensions_mut().insert(ConnectInfo(client));
        if client.address == self.remote {
            return self.router.call(request).await;
        }
        let Some(_admitted) = self.open.admit_beside(client.address.ip()) else {
            self.state.counters.crowded.add();
            let message = "too many requests of your address wait for their answers";
            let error = HttpError::new(StatusCode::SERVICE_UNAVAILABLE, "crowded", message).retry_after(1);
            return Ok(error.into_response());
        };
        self.router.call(request).await
    }
}
