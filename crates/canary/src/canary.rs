//! A participant: joins, publishes, receives, reports, leaves.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::dialect::{FromServer, ToServer, Track};
use crate::home::Home;
use crate::options::Options;
use crate::pattern::Pattern;
use crate::peer::{Direction, Peer, Shared};
use crate::publisher::Published;
use crate::report::{End, Report};
use crate::signalling::{self, Signalling};
use crate::tasks::Tasks;

/// Longest wait for an answer of the server's.
const PATIENCE: Duration = Duration::from_secs(10);

/// A participant in a room.
pub struct Canary {
    shared: Shared,
    home: Home,
    out: mpsc::Sender<ToServer>,
    replies: mpsc::Receiver<Reply>,
    publishing: Option<(Peer, Vec<Track>)>,
    tasks: Tasks,
}

/// What answers a request of ours.
enum Reply {
    Joined,
    Answer(String),
    Refused(String),
}

impl Canary {
    /// Enters a room.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, refuses, or stays silent.
    pub async fn join(options: Options) -> Result<Self> {
        let shared = Shared::new();
        let home = Home::new(options.local_address().await?);
        let Signalling { out, incoming } = signalling::connect(&options.door()).await?;
        let (replied, replies) = mpsc::channel(8);
        let listener = Listener {
            shared: shared.clone(),
            home: home.clone(),
            out: out.clone(),
            replied,
            receiving: None,
        };
        let mut tasks = Tasks::default();
        tasks.push(tokio::spawn(listener.run(incoming)));

        let mut canary = Self { shared, home, out, replies, publishing: None, tasks };
        canary.send(ToServer::Join { auto_subscribe: options.subscribe }).await?;
        match canary.reply().await? {
            Reply::Joined => canary.shared.note(|timings| &mut timings.joined_ms),
            Reply::Refused(why) => bail!("the server did not let us in: {why}"),
            Reply::Answer(_) => bail!("the server answered an offer that was never made"),
        }
        Ok(canary)
    }

    /// Publishes sound, and video unless the pattern's bitrate is 0.
    ///
    /// # Errors
    ///
    /// When the server refuses, or its answer cannot be used.
    pub async fn publish(&mut self, pattern: Pattern) -> Result<()> {
        let mut peer = Peer::new(self.shared.clone(), Direction::Publish, self.home.clone()).await?;
        let mut published = vec![Published::add(&peer, RtpCodecKind::Audio).await?];
        if pattern.video_bitrate > 0 {
            published.push(Published::add(&peer, RtpCodecKind::Video).await?);
        }
        let sdp = peer.offer().await?;
        let mut tracks = Vec::new();
        for track in &published {
            tracks.push(Track { mid: track.mid().await?, source: track.source() });
        }

        let answer = self.offer(sdp, tracks.clone()).await?;
        peer.handle_answer(answer).await?;
        for track in &published {
            self.tasks.push(track.start(pattern, self.shared.clone()).await?);
        }
        self.publishing = Some((peer, tracks));
        Ok(())
    }

    /// What connections are reached at changes to `address` as soon as they restart ICE; until then they go on
    /// where they are.
    pub fn move_to(&self, address: IpAddr) {
        self.home.move_to(address);
    }

    /// Restarts ICE on the connection that publishes.
    ///
    /// # Errors
    ///
    /// When nothing is published, the server refuses, or its answer cannot be used.
    pub async fn restart_publishing(&mut self) -> Result<()> {
        let (mut peer, tracks) = self.publishing.take().context("nothing is published")?;
        let sdp = peer.restart().await?;
        let answer = self.offer(sdp, tracks.clone()).await?;
        peer.handle_answer(answer).await?;
        self.publishing = Some((peer, tracks));
        Ok(())
    }

    /// Asks the server to restart ICE on the connection that receives. It does so with its next offer.
    ///
    /// # Errors
    ///
    /// When the connection to the server is lost.
    pub async fn restart_receiving(&self) -> Result<()> {
        self.send(ToServer::RestartIce {}).await
    }

    async fn offer(&mut self, sdp: String, tracks: Vec<Track>) -> Result<String> {
        self.send(ToServer::Offer { sdp, tracks }).await?;
        match self.reply().await? {
            Reply::Answer(sdp) => Ok(sdp),
            Reply::Refused(why) => bail!("the server refused our offer: {why}"),
            Reply::Joined => bail!("the server let us in twice"),
        }
    }

    /// What was seen up to now.
    pub fn report(&self) -> Report {
        self.shared.report()
    }

    /// Waits until it is over, and says why.
    pub async fn ended(&self) -> End {
        self.shared.ended().await
    }

    /// Leaves the room. What was seen until then is returned.
    pub async fn leave(mut self) -> Report {
        let report = self.report();
        // Whoever is gone cannot be told, and need not be.
        let _ = self.send(ToServer::Leave {}).await;
        if let Some((peer, _)) = self.publishing.take() {
            peer.close().await;
        }
        report
    }

    async fn send(&self, message: ToServer) -> Result<()> {
        self.out.send(message).await.context("the connection to the server is lost")
    }

    async fn reply(&mut self) -> Result<Reply> {
        let reply =
            timeout(PATIENCE, self.replies.recv()).await.context("the server did not answer in time")?;
        reply.context("the connection to the server is lost")
    }
}

/// Hears what the server says, and answers its offers.
struct Listener {
    shared: Shared,
    home: Home,
    out: mpsc::Sender<ToServer>,
    replied: mpsc::Sender<Reply>,
    receiving: Option<Peer>,
}

impl Listener {
    async fn run(mut self, mut incoming: mpsc::Receiver<FromServer>) {
        while let Some(message) = incoming.recv().await {
            if let Err(error) = self.handle(message).await {
                tracing::warn!(%error, "what the server said could not be acted on");
                self.shared.end(End::Ended(format!("{error:#}")));
            }
        }
        self.shared.end(End::SignallingLost);
    }

    async fn handle(&mut self, message: FromServer) -> Result<()> {
        let reply = match message {
            FromServer::Joined {} => Reply::Joined,
            FromServer::Answer { sdp } => Reply::Answer(sdp),
            FromServer::Refused { code, message } | FromServer::Error { code, message } => {
                Reply::Refused(format!("{message} ({code})"))
            }
            FromServer::Offer { offer, sdp } => return self.handle_offer(offer, sdp).await,
            FromServer::Ended { reason } => {
                self.shared.end(End::Ended(reason));
                return Ok(());
            }
            FromServer::ConnectionChanged { connection, state, reason } => {
                if state == "ended" {
                    let why = reason.unwrap_or_default();
                    self.shared.end(End::MediaLost(format!("{connection} connection: {why}")));
                }
                return Ok(());
            }
            FromServer::Other => return Ok(()),
        };
        self.replied.send(reply).await.context("nobody waits for answers any more")
    }

    async fn handle_offer(&mut self, offer: u64, sdp: String) -> Result<()> {
        let mut peer = match self.receiving.take() {
            Some(peer) => peer,
            None => Peer::new(self.shared.clone(), Direction::Subscribe, self.home.clone()).await?,
        };
        let sdp = peer.answer(sdp).await?;
        self.receiving = Some(peer);
        self.out.send(ToServer::Answer { offer, sdp }).await?;
        Ok(())
    }
}
