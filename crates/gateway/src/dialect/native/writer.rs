//! The half of a connection that speaks to the client.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use switchyard_control::notice::{Addressed, EndReason, Notice};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::connection::End;
use super::returning::{self, Begun};
use super::server_message::{ServerEnvelope, ServerMessage};
use super::{PROTOCOL_VERSION, translate};
use crate::app_state::AppState;
use crate::port::Seat;

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
    pub(super) async fn run(&mut self, seat: &mut Seat, begun: Begun) -> End {
        self.speak(seat, begun).await.unwrap_or_else(|end| end)
    }

    async fn speak(&mut self, seat: &mut Seat, begun: Begun) -> Result<End, End> {
        let ping_interval = self.state.config.ping_interval;
        let mut pings = interval_at(Instant::now() + ping_interval, ping_interval);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);

        let is_resumed = matches!(begun, Begun::Resumed);
        self.send(self.welcome(seat, is_resumed)).await?;
        // Whoever answers this has read the welcome, and its key.
        self.write(Message::Ping(Bytes::from_static(returning::KEY_SENT))).await?;
        let mut is_up_to_date = !is_resumed;
        loop {
            tokio::select! {
                notice = seat.notices.recv() => match notice {
                    None => return Ok(seat.ended_by().map_or(End::Gone, End::ByUs)),
                    Some(addressed) => {
                        is_up_to_date |= matches!(addressed.notice, Notice::Snapshot(_));
                        if matches!(addressed.notice, Notice::Joined { .. }) {
                            self.joined.send_replace(true);
                        }
                        let end = addressed.notice.end();
                        // What comes before the snapshot is in it. Whoever came too late has left no call: it
                        // hears by the close alone, as when it had come a moment later, and asks once more.
                        let is_for_client = is_up_to_date || end.is_some();
                        if is_for_client && end != Some(EndReason::NotResumed) {
                            self.tell(addressed).await?;
                        }
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

    async fn tell(&mut self, addressed: Addressed) -> Result<(), End> {
        for envelope in translate::messages(addressed) {
            self.send(envelope).await?;
        }
        Ok(())
    }

    /// Says what is left to say and closes the socket. Of a session that lingers nobody says that it is over.
    pub(super) async fn close(&mut self, end: End, lingers: bool) {
        // A socket that breaks now has nobody left to tell.
        let _: Result<(), End> = self.say_goodbye(end, lingers).await;
    }

    async fn say_goodbye(&mut self, end: End, lingers: bool) -> Result<(), End> {
        while let Ok(reply) = self.replies.try_recv() {
            self.send(reply).await?;
        }
        if let Some(reason) = end.untold().filter(|_| !lingers) {
            let message = ServerMessage::Ended { reason: reason.into(), message: None };
            self.send(ServerEnvelope { in_reply_to: None, message }).await?;
        }
        let (code, reason) = end.close();
        self.write(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await
    }

    fn welcome(&self, seat: &Seat, resumed: bool) -> ServerEnvelope {
        let key = seat.key.as_ref();
        let message = ServerMessage::Welcome {
            session: seat.id.0,
            protocol: PROTOCOL_VERSION,
            server: SERVER.to_owned(),
            resume: key.map(|key| key.as_str().to_owned()),
            resume_seconds: key.map(|_| self.state.config.resume_for.as_secs()),
            resumed,
        };
        ServerEnvelope { in_reply_to: None, message }
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
