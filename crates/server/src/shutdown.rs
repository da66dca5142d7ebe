//! Being told to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGTERM or SIGINT. Where a handler cannot be installed, waits for the other alone.
pub(crate) async fn requested() {
    let name = tokio::select! {
        () = received(SignalKind::terminate()) => "SIGTERM",
        () = received(SignalKind::interrupt()) => "SIGINT",
    };
    tracing::info!(signal = name, "stopping");
}

async fn received(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signals) => drop(signals.recv().await),
        Err(error) => {
            tracing::warn!(%error, "a signal handler can't be installed");
            std::future::pending::<()>().await;
        }
    }
}
