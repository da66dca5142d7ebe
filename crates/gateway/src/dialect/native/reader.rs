//! The half of a connection that listens to the client.

use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use switchyard_control::intent::{Intent, Request, RequestId, Resumption};
use switchyard_control::notice::EndReason;
use switchyard_vocab::ids::SessionId;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;
use tracing::debug;

use super::client_message::{ClientEnvelope, ClientMessage, Complaint};
use super::connection::End;
use super::returning;
use super::server_message::{ErrorCode, Refused, ServerEnvelope, ServerMessage};
use super::translate;
use crate::app_state::AppState;
use crate::auth;
use crate::port::Guest;

/// Time that control has to confirm a `leave`.
const LEAVE_PATIENCE: Duration = Duration::from_secs(5);

/// Turns frames into intents.
pub(super) struct Reader<'a> {
    state: &'a AppState,
    guest: &'a Guest,
    session: SessionId,
    resumption: Resumption,
    /// What the gateway answers itself.
    replies: mpsc::Sender<ServerEnvelope>,
    was_heard_of: bool,
    /// The client has said that it has the key in its welcome.
    has_key: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        state: &'a AppState,
        guest: &'a Guest,
        (session, resumption): (SessionId, Resumption),
        replies: mpsc::Sender<ServerEnvelope>,
    ) -> Self {
        Self {
            state,
            guest,
            session,
            resumption,
            replies,
            // Whoever resumes has been heard of, and has to be missed even if its first word never goes out.
            was_heard_of: resumption != Resumption::default(),
            has_key: false,
        }
    }

    /// Hands on what is wanted before the client has said anything.
    pub(super) async fn begin(&mut self, intents: Vec<Intent>) -> Result<(), End> {
        for intent in intents {
            self.forward(None, intent).await?;
        }
        Ok(())
    }

    /// Reads until the client is gone or has to go.
    pub(super) async fn run(&mut self, stream: &mut SplitStream<WebSocket>) -> End {
        loop {
            let frame = match timeout(self.state.config.ping_timeout, stream.next()).await {
                Err(_) => return End::Silent,
                Ok(None) => return End::Gone,
                Ok(Some(Err(error))) => return broken(error),
                Ok(Some(Ok(frame))) => frame,
            };
            let heard = match frame {
                Message::Text(text) => self.on_text(&text).await,
                Message::Binary(_) => self.on_binary().await,
                Message::Pong(payload) => {
                    self.on_pong(&payload);
                    self.on_sign_of_life().await
                }
                Message::Ping(_) => self.on_sign_of_life().await,
                Message::Close(frame) => return closed(frame),
            };
            if let Err(end) = heard {
                return end;
            }
        }
    }

    /// Whether control has been sent anything of this session.
    pub(super) const fn was_heard_of(&self) -> bool {
        self.was_heard_of
    }

    async fn on_text(&mut self, text: &str) -> Result<(), End> {
        self.state.counters.messages_received.add();
        if let Err(wait) = self.guest.allowance.take_message(Instant::now()) {
            // Read for its number alone, so that the client knows which one to say again. Few are: each is an error.
            let id = ClientEnvelope::id_of(text);
            return self.complain(too_many(id, "messages", wait)).await;
        }
        let ClientEnvelope { id, message } = match ClientEnvelope::parse(text) {
            Ok(envelope) => envelope,
            Err(complaint) => return self.complain(complaint).await,
        };
        if let Err(wait) = self.admit_description(&message) {
            self.state.counters.descriptions_limited.add();
            // Nothing is wrong with it, and how many there are the rate of messages bounds: a client in a
            // large busy room meets this often, and must not be ended for it.
            return self.reject(too_many(id, "session descriptions", wait)).await;
        }
        if let ClientMessage::RefreshToken { token } = message {
            return self.refresh(id, token).await;
        }
        match translate::intent(message, &self.guest.admission) {
            None => self.reply(id, ServerMessage::Pong {}).await,
            Some(intent) => self.forward(id, intent).await,
        }
    }

    /// Hands on what a new token allows, or says why it allows nothing.
    async fn refresh(&mut self, id: Option<u64>, token: String) -> Result<(), End> {
        match auth::refresh(&self.guest.admission, token, &self.state.config.auth) {
            Ok(pass) => self.forward(id, Intent::Refresh(pass)).await,
            Err(error) => {
                let (code, message) = (error.code().to_owned(), error.to_string());
                let field = Some("token".to_owned());
                self.reply(id, ServerMessage::Refused(Refused { code, message, field })).await
            }
        }
    }

    fn admit_description(&self, message: &ClientMessage) -> Result<(), Duration> {
        match message {
            ClientMessage::Offer { sdp, .. } | ClientMessage::Answer { sdp, .. } => {
                self.guest.allowance.take_description(sdp.len(), Instant::now())
            }
            _ => Ok(()),
        }
    }

    /// The client has its key once it has answered the ping behind that.
    fn on_pong(&mut self, payload: &[u8]) {
        if !self.has_key && payload == returning::KEY_SENT {
            self.has_key = true;
            self.state.port.sessions.confirm(self.session, self.resumption);
        }
    }

    /// Pings and pongs are answered or dropped below us, but a flood of them is a flood: they are as many
    /// messages.
    async fn on_sign_of_life(&mut self) -> Result<(), End> {
        match self.guest.allowance.take_message(Instant::now()) {
            Ok(()) => Ok(()),
            Err(wait) => self.complain(too_many(None, "pings", wait)).await,
        }
    }

    async fn on_binary(&mut self) -> Result<(), End> {
        self.state.counters.messages_received.add();
        let message = "messages are text frames; this one was binary".to_owned();
        let code = ErrorCode::BinaryFrame;
        self.complain(Complaint { id: None, code, message, field: None, retry_after: None }).await
    }

    async fn forward(&mut self, id: Option<u64>, intent: Intent) -> Result<(), End> {
        let leaves = intent == Intent::Leave;
        let request = Request { session: self.session, id: id.map(RequestId), intent };
        self.was_heard_of = true;
        if self.state.port.requests.send(request).await.is_err() {
            return Err(End::ByUs(EndReason::ServerStopping));
        }
        if leaves {
            // Nothing more is read. The writer ends the connection when control has confirmed.
            tokio::time::sleep(LEAVE_PATIENCE).await;
            return Err(End::ByUs(EndReason::Left));
        }
        Ok(())
    }

    /// Says what was wrong. Whoever does not listen has to go.
    async fn complain(&mut self, complaint: Complaint) -> Result<(), End> {
        self.reject(complaint).await?;
        let is_forgiven = self.guest.allowance.forgives(Instant::now());
        if is_forgiven { Ok(()) } else { Err(End::ByUs(EndReason::ProtocolError)) }
    }

    /// Says why a message was not looked at, without charging it as an error.
    async fn reject(&self, complaint: Complaint) -> Result<(), End> {
        self.state.counters.messages_rejected.add();
        debug!(code = ?complaint.code, "message rejected");
        let Complaint { id, code, message, field, retry_after } = complaint;
        let retry_after_ms = retry_after.map(|wait| wait.as_millis() as u64);
        self.reply(id, ServerMessage::Error { code, message, field, retry_after_ms }).await
    }

    async fn reply(&self, in_reply_to: Option<u64>, message: ServerMessage) -> Result<(), End> {
        self.replies.send(ServerEnvelope { in_reply_to, message }).await.map_err(|_| End::Gone)
    }
}

fn too_many(id: Option<u64>, what: &str, wait: Duration) -> Complaint {
    let millis = wait.as_millis();
    let message = format!("too many {what}; this one was not looked at: send it again after {millis} ms");
    Complaint { id, code: ErrorCode::RateLimited, message, field: None, retry_after: Some(wait) }
}

/// Those who close with one of these codes mean it: browsers do when their page is left, libraries when their program
/// is done. Those who have lost hope in a connection close it without.
fn closed(frame: Option<CloseFrame>) -> End {
    match frame.map(|frame| frame.code) {
        Some(close_code::NORMAL | close_code::AWAY) => End::Closed,
        _ => End::Gone,
    }
}

fn broken(error: axum::Error) -> End {
    match error.into_inner().downcast::<tungstenite::Error>().as_deref() {
        Ok(tungstenite::Error::Capacity(_)) => End::TooLong,
        _ => End::Gone,
    }
}
