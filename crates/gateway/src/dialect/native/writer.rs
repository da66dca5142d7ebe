//! The half of a connection that speaks to the client.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use switchyard_control::notice::{Addressed, EndReason, Notice};
use switchyard_vocab::ids::SessionId;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::connection::End;
use super::server_message::{ServerEnvelope, ServerMessage};
use super::{PROTOCOL_VERSION, translate};
use crate::app_state::AppState;

/// What the server calls itself.
const SERVER: &str = concat!("switchyard ", env!("CARGO_PKG_VERSION"));

/// Turns notices into frames.
pub(super) struct Writer<'a> {
    state: &'a AppState,
    sink: SplitSink<WebSocket, Message>,
    replies: mpsc::Receiver<ServerEnvelope>,
    /// Turns true when the client is in its room.
    joined: watch::Sender<bool>,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(
        state: &'a AppState,
        sink: SplitSink<WebSocket, Message>,
        replies: mpsc::Receiver<ServerEnvelope>,
        joined: watch::Sender<bool>,
    ) -> Self {
        Self { state, sink, replies, joined }
    }

    /// Says welcome, then whatever there is to say, until control ends the session or the socket breaks.
    pub(super) async fn run(&mut self, session: SessionId, notices: &mut mpsc::Receiver<Addressed>) -> End {
        self.speak(session, notices).await.unwrap_or_else(|end| end)
    }

    async fn speak(
        &mut self,
        session: SessionId,
        notices: &mut mpsc::Receiver<Addressed>,
    ) -> Result<End, End> {
        let ping_interval = self.state.config.ping_interval;
        let mut pings = interval_at(Instant::now() + ping_interval, ping_interval);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);

        self.send(welcome(session)).await?;
        loop {
            tokio::select! {
                notice = notices.recv() => match notice {
                    None => return Ok(End::Gone),
                    Some(addressed) => {
                        if matches!(addressed.notice, Notice::Joined { .. }) {
                            self.joined.send_replace(true);
                        }
                        let end = addressed.notice.end();
                        self.send(translate::message(addressed)).await?;
                        if let Some(reason) = end {
                            return Ok(End::Told(reason));
                        }
                    }
                },
                Some(reply) = self.replies.recv() => self.send(reply).await?,
                _ = pings.tick() => self.write(Message::Ping(Bytes::new())).await?,
            }
        }
    }

    /// Says what is left to say and closes the socket.
    pub(super) async fn close(&mut self, end: End) {
        // A socket that breaks now has nobody left to tell.
        let _: Result<(), End> = self.say_goodbye(end).await;
    }

    async fn say_goodbye(&mut self, end: End) -> Result<(), End> {
        while let Ok(reply) = self.replies.try_recv() {
            self.send(reply).await?;
        }
        if let Some(reason) = end.untold() {
            let message = ServerMessage::Ended { reason: reason.into(), message: None };
            self.send(ServerEnvelope { in_reply_to: None, message }).await?;
        }
        let (code, reason) = end.close();
        self.write(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await
    }

    async fn send(&mut self, envelope: ServerEnvelope) -> Result<(), End> {
        let text = serde_json::to_string(&envelope).map_err(|_| End::Gone)?;
        self.write(Message::text(text)).await?;
        self.state.counters.messages_sent.add();
        Ok(())
    }

    /// Writes a frame, within the time in which something has to be heard of a client. One that speaks and
    /// does not read is not silent, and a few hundred answers to its longest offers are a hundred megabytes.
    async fn write(&mut self, frame: Message) -> Result<(), End> {
        match timeout(self.state.config.ping_timeout, self.sink.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::ByUs(EndReason::TooSlow)),
        }
    }
}

fn welcome(session: SessionId) -> ServerEnvelope {
    let message =
        ServerMessage::Welcome { session: session.0, protocol: PROTOCOL_VERSION, server: SERVER.to_owned() };
    ServerEnvelope { in_reply_to: None, message }
}
