//! The listening sockets, the routes, and how all of it stops.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use switchyard_metrics::Exporter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::admin;
use crate::app_state::AppState;
use crate::config::GatewayConfig;
use crate::dialect::{native, whip};
use crate::health::{healthz, readyz};
use crate::http_error::HttpError;
use crate::metrics_page::metrics;
use crate::port::ControlPort;
use crate::serving;
use crate::web;

/// The gateway, ready to serve.
#[derive(Debug)]
pub struct Gateway {
    state: Arc<AppState>,
    /// Kept while connections of somebody else's are answered.
    running: watch::Sender<()>,
    routes: Router,
}

/// The sockets that the gateway serves on.
#[derive(Debug)]
pub struct Listeners {
    /// HTTP and WebSocket for clients.
    pub signalling: TcpListener,
    /// `/metrics`.
    pub metrics: TcpListener,
    /// The admin API, unless it is off.
    pub admin: Option<TcpListener>,
}

/// A socket could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({key}): {source}")]
pub struct BindError {
    /// Where.
    pub address: SocketAddr,
    /// Which key of the configuration chose it.
    pub key: &'static str,
    /// What the system said.
    pub source: io::Error,
}

impl Listeners {
    /// Opens the sockets.
    ///
    /// # Errors
    /// When an address is in use, forbidden or not of this machine.
    pub async fn bind(config: &GatewayConfig) -> Result<Self, BindError> {
        let signalling = bind("listen", config.listen).await?;
        let metrics = bind("metrics_listen", config.metrics_listen).await?;
        let admin = match config.admin.listen.address() {
            Some(address) => Some(bind("admin.listen", address).await?),
            None => None,
        };
        Ok(Self { signalling, metrics, admin })
    }
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| BindError { address, key, source })
}

impl Gateway {
    /// A gateway in front of control. `config` is taken as it is: [check](GatewayConfig::check) it first.
    pub fn new(config: GatewayConfig, port: ControlPort, exporter: Exporter) -> Self {
        let state = Arc::new(AppState::new(config, port, exporter));
        Self { routes: routes(state.clone()), state, running: watch::Sender::new(()) }
    }

    /// Answers what comes on one connection that somebody else accepted, until it ends: bytes in, bytes out.
    /// The limits on how many connections there are, which come with a socket, do not hold for it.
    pub async fn converse(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        remote: SocketAddr,
    ) {
        let (routes, stopped) = (self.routes.clone(), self.running.subscribe());
        serving::converse_uncounted(stream, remote, routes, self.state.clone(), stopped).await;
    }

    /// Serves until `shutdown` resolves, then tells every session, waits for connections to close, at most
    /// `shutdown_timeout`, and returns. Control must keep running until then: every session leaves.
    pub async fn serve(self, listeners: Listeners, shutdown: impl Future<Output = ()> + Send) {
        let Self { state, running: stop, routes } = self;
        let stopped = stop.subscribe();
        let public = serving::serve(listeners.signalling, routes, &state, stopped.clone());
        let metrics =
            serving::serve(listeners.metrics, metrics_routes(state.clone()), &state, stopped.clone());
        let admin = async {
            if let Some(listener) = listeners.admin {
                serving::serve(listener, admin::routes(state.clone()), &state, stopped).await;
            }
        };
        let serving = async { tokio::join!(public, metrics, admin) };
        tokio::pin!(serving);
        tokio::select! {
            _ = &mut serving => {}
            () = shutdown => {}
        }

        info!(connections = state.connections(), "signalling stops");
        state.stop();
        drop(stop);
        let closing = async {
            serving.await;
            all_closed(&state).await;
        };
        if tokio::time::timeout(state.config.shutdown_timeout, closing).await.is_err() {
            warn!(connections = state.connections(), "connections did not close in time");
        }
    }
}

/// Resolves when no signalling connection is left.
async fn all_closed(state: &AppState) {
    let all = u32::try_from(state.config.max_connections).unwrap_or(u32::MAX);
    // The semaphore is never closed.
    drop(state.places.acquire_many(all).await);
}

fn routes(state: Arc<AppState>) -> Router {
    Router::new()
        .route("/v1/connect", get(native::upgrade::connect))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .merge(web::routes())
        .fallback(nothing_here)
        .with_state(state.clone())
        .merge(whip::routes(state))
}

fn metrics_routes(state: Arc<AppState>) -> Router {
    Router::new().route("/metrics", get(metrics)).fallback(nothing_here).with_state(state)
}

async fn nothing_here() -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
}
