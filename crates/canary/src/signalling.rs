//! The WebSocket to the server: JSON out, JSON in.

use anyhow::{Result, anyhow};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::dialect::{FromServer, Request, ToServer};

/// Messages that may wait in either direction. A canary says little and listens at once.
const WAITING: usize = 64;

/// Both directions of an open connection. The incoming side ends when the connection does.
pub(crate) struct Signalling {
    /// Messages to send; each gets the next number.
    pub(crate) out: mpsc::Sender<ToServer>,
    pub(crate) incoming: mpsc::Receiver<FromServer>,
}

/// What the server said instead of opening the connection, if it said something.
fn explain(error: Error) -> anyhow::Error {
    match error {
        Error::Http(response) => {
            let said = response.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default();
            anyhow!("the server did not let us in: {}, {said}", response.status())
        }
        error => anyhow!(error).context("the server cannot be reached"),
    }
}

/// Opens the connection.
pub(crate) async fn connect(url: &str) -> Result<Signalling> {
    let (socket, _response) = connect_async(url).await.map_err(explain)?;
    let (mut sink, mut stream) = socket.split();
    let (out, mut outgoing) = mpsc::channel::<ToServer>(WAITING);
    let (arrived, incoming) = mpsc::channel(WAITING);

    tokio::spawn(async move {
        let mut id = 0;
        while let Some(message) = outgoing.recv().await {
            id += 1;
            let text = serde_json::to_string(&Request { id, message }).expect("messages are plain data");
            tracing::trace!(%text, "sent");
            if sink.send(Message::text(text)).await.is_err() {
                break;
            }
        }
        // A close that cannot be sent is a connection that is closed already.
        let _ = sink.close().await;
    });
    tokio::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            let Message::Text(text) = message else { continue };
            tracing::trace!(%text, "received");
            let message = serde_json::from_str(&text).unwrap_or_else(|error| {
                tracing::warn!(%error, "a message that the protocol does not describe");
                FromServer::Other
            });
            if arrived.send(message).await.is_err() {
                break;
            }
        }
    });
    Ok(Signalling { out, incoming })
}
