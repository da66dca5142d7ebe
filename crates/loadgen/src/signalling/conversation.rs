//! One client's conversation, from its first message to its last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use switchyard_sdp::RemoteDescription;
use switchyard_transport::dtls::Certificate;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::line::IceCredentials;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::describe::{self, Identity};
use super::dialect::{FromServer, Request, ToServer, Track};
use crate::destination::Destination;
use crate::media_thread::{Door, Opening, Order, Role};
use crate::plan::MediaPlan;
use crate::publisher::{self, TrackPlan};

/// Longest wait for a connection, and for leave to enter.
const PATIENCE: Duration = Duration::from_secs(15);

/// Longest wait for the server's goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// A client that is to come.
#[derive(Clone)]
pub(crate) struct Guest {
    /// Its number among all clients.
    pub(crate) number: u32,
    /// The room it enters.
    pub(crate) room: String,
    /// Its name.
    pub(crate) identity: String,
    /// What it publishes; subscribers publish nothing.
    pub(crate) publishes: Option<MediaPlan>,
    /// The server.
    pub(crate) destination: Arc<Destination>,
    /// The certificate that all clients share.
    pub(crate) certificate: Arc<Certificate>,
    /// Where its random numbers come from.
    pub(crate) seed: u64,
}

/// How it went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attendance {
    /// How long it took to be let in.
    pub(crate) joined_after: Option<Duration>,
    /// What went wrong.
    pub(crate) failure: Option<String>,
}

/// Joins, converses until `leave` says so, and leaves.
pub(crate) async fn attend(guest: Guest, door: Door, mut leave: watch::Receiver<bool>) -> Attendance {
    let mut attendance = Attendance::default();
    let name = guest.identity.clone();
    if let Err(error) = Conversation::hold(guest, door, &mut leave, &mut attendance).await {
        attendance.failure = Some(format!("{name}: {error:#}"));
    }
    attendance
}

/// Also when nobody is left to say so.
async fn told_to_leave(leave: &mut watch::Receiver<bool>) {
    let _ = leave.wait_for(|leave| *leave).await;
}

struct Conversation {
    guest: Guest,
    door: Door,
    socket: WebSocketStream<TcpStream>,
    began: Instant,
    requests: u64,
    identity: Identity,
    rng: ChaCha12Rng,
    /// Ours, until the server has answered.
    offered: Vec<TrackPlan>,
    is_connected: bool,
}

impl Conversation {
    async fn hold(
        guest: Guest,
        door: Door,
        leave: &mut watch::Receiver<bool>,
        attendance: &mut Attendance,
    ) -> Result<()> {
        let began = Instant::now();
        let socket = timeout(PATIENCE, connect(&guest)).await.context("the server does not answer")??;
        let mut rng = ChaCha12Rng::seed_from_u64(guest.seed);
        let identity =
            Identity { ice: credentials(&mut rng), fingerprint: guest.certificate.fingerprint().clone() };
        let auto_subscribe = guest.publishes.is_none();
        let mut conversation = Self {
            guest,
            door,
            socket,
            began,
            requests: 0,
            identity,
            rng,
            offered: Vec::new(),
            is_connected: false,
        };
        conversation.say(ToServer::Join { auto_subscribe }).await?;
        loop {
            tokio::select! {
                message = conversation.hear() => conversation.handle(message?, attendance).await?,
                () = told_to_leave(leave) => return conversation.leave().await,
            }
        }
    }

    async fn handle(&mut self, message: FromServer, attendance: &mut Attendance) -> Result<()> {
        match message {
            FromServer::Joined {} => {
                attendance.joined_after = Some(self.began.elapsed());
                if let Some(media) = self.guest.publishes {
                    self.offer(&media).await?;
                }
            }
            FromServer::Answer { sdp, publications } => {
                if let Some(refused) = publications.into_iter().find(|one| one.refused.is_some()) {
                    let why = refused.refused.map(|refusal| refusal.message).unwrap_or_default();
                    bail!("m-line {} was refused: {why}", refused.mid);
                }
                self.handle_answer(&sdp)?;
            }
            FromServer::Offer { offer, sdp } => self.handle_offer(offer, &sdp).await?,
            FromServer::Refused(refusal) | FromServer::Error(refusal) => {
                bail!("{} ({})", refusal.message, refusal.code)
            }
            FromServer::ConnectionChanged { connection, state, reason } if state == "ended" => {
                bail!("the server ended the {connection} connection: {}", reason.unwrap_or_default())
            }
            FromServer::Ended { reason } => bail!("the server ended the session: {reason}"),
            FromServer::ConnectionChanged { .. } | FromServer::Other => {}
        }
        Ok(())
    }

    async fn offer(&mut self, media: &MediaPlan) -> Result<()> {
        self.offered = publisher::tracks(media, &mut self.rng);
        let source = |kind| match kind {
            MediaKind::Audio => "microphone",
            MediaKind::Video => "camera",
        };
        let tracks = self.offered.iter();
        let tracks =
            tracks.map(|track| Track { mid: track.mid.to_string(), source: source(track.kind) }).collect();
        let sdp = describe::offer(self.rng.next_u64() >> 1, &self.identity, &self.offered);
        self.say(ToServer::Offer { sdp, tracks }).await
    }

    fn handle_answer(&mut self, sdp: &str) -> Result<()> {
        let answer = describe::read(sdp)?;
        let mut tracks = std::mem::take(&mut self.offered);
        describe::accepted(&answer, &mut tracks)?;
        self.open(&answer, Role::Publish(tracks))
    }

    async fn handle_offer(&mut self, offer: u64, sdp: &str) -> Result<()> {
        let description = describe::read(sdp)?;
        let heard = describe::heard(&description);
        let answer = describe::answer(self.rng.next_u64() >> 1, &self.identity, sdp);
        if self.is_connected {
            self.door.order(Order::Hear { client: self.guest.number, heard });
        } else {
            self.open(&description, Role::Subscribe(heard))?;
        }
        self.say(ToServer::Answer { offer, sdp: answer }).await
    }

    fn open(&mut self, description: &RemoteDescription, role: Role) -> Result<()> {
        let line = describe::line(&self.identity, description, &self.guest.destination)?;
        let certificate = Arc::clone(&self.guest.certificate);
        let opening = Opening { number: self.guest.number, began: self.began, line, certificate, role };
        self.door.order(Order::Open(Box::new(opening)));
        self.is_connected = true;
        Ok(())
    }

    async fn leave(&mut self) -> Result<()> {
        self.say(ToServer::Leave {}).await?;
        let goodbye = async {
            while let Ok(message) = self.hear().await {
                if matches!(message, FromServer::Ended { .. }) {
                    break;
                }
            }
        };
        // Whoever does not say goodbye is left without.
        let _ = timeout(GOODBYE, goodbye).await;
        let _ = timeout(GOODBYE, self.socket.close(None)).await;
        Ok(())
    }

    async fn say(&mut self, message: ToServer) -> Result<()> {
        self.requests += 1;
        let text = serde_json::to_string(&Request { id: self.requests, message })?;
        self.socket.send(Message::text(text)).await.context("the connection is lost")
    }

    async fn hear(&mut self) -> Result<FromServer> {
        loop {
            let message = self.socket.next().await.context("the server closed the connection")??;
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).context("a message that the protocol does not describe");
            }
        }
    }
}

/// Connects to the address that was looked at, whatever the name says by now.
async fn connect(guest: &Guest) -> Result<WebSocketStream<TcpStream>> {
    let Destination { url, address, .. } = &*guest.destination;
    let stream = TcpStream::connect(address).await.with_context(|| format!("{address} cannot be reached"))?;
    stream.set_nodelay(true)?;
    let url = format!("{url}?room={}&identity={}", guest.room, guest.identity);
    let (socket, _) = client_async(url, stream).await.context("the server does not let us in")?;
    Ok(socket)
}

/// Random credentials: 48 and 144 bits.
fn credentials(rng: &mut impl Rng) -> IceCredentials {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text =
        |len| -> String { (0..len).map(|_| char::from(ALPHABET[(rng.next_u32() % 64) as usize])).collect() };
    IceCredentials { ufrag: text(8), pwd: text(24) }
}
