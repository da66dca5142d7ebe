//! What the media thread is told, and what it answers.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use switchyard_bus::wake::Wake;
use switchyard_net::EventFd;
use switchyard_transport::dtls::Certificate;
use switchyard_vocab::codec::MediaKind;
use tokio::sync::oneshot;

use super::MediaThread;
use crate::client::{Delays, LinePlan};
use crate::publisher::{Feedback, Punctuality, Sent, TrackPlan};
use crate::subscriber::{Heard, Outcome};

/// Orders that may wait. Every client gives a few at its beginning, and the thread looks often.
pub(super) const WAITING: usize = 4_096;

/// What the media thread is told.
pub(crate) enum Order {
    /// A client has both descriptions: connect.
    Open(Box<Opening>),
    /// The server announced streams.
    Hear {
        /// Whom it told.
        client: u32,
        /// All of them.
        heard: Vec<Heard>,
    },
    /// How far is everybody?
    Tally(oneshot::Sender<Tally>),
    /// Publishers are to stop.
    StopSending,
    /// What was it like?
    AddUp(oneshot::Sender<Performance>),
    /// Say goodbye, and end.
    Close,
}

/// A client that has both descriptions.
pub(crate) struct Opening {
    /// Its number among all clients.
    pub(crate) number: u32,
    /// When it began to connect.
    pub(crate) began: Instant,
    /// Its line.
    pub(crate) line: LinePlan,
    /// Its certificate.
    pub(crate) certificate: Arc<Certificate>,
    /// What it does.
    pub(crate) role: Role,
}

/// What a client does.
pub(crate) enum Role {
    /// Sends these tracks.
    Publish(Vec<TrackPlan>),
    /// Receives these streams.
    Subscribe(Vec<Heard>),
}

/// How far everybody is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Lines that are open.
    pub(crate) open: u32,
    /// Subscribers that have received anything.
    pub(crate) receiving: u32,
    /// Lines that ended.
    pub(crate) ended: u32,
    /// Packets of media that arrived.
    pub(crate) received: u64,
    /// How long the thread has slept.
    pub(crate) slept: Duration,
}

/// What a run was like.
pub(crate) struct Performance {
    /// Of sound and of pictures: what was sent and what became of it.
    pub(crate) kinds: [(MediaKind, Sent, Outcome); 2],
    /// What publishers were told, all together.
    pub(crate) heard: Feedback,
    /// How punctual publishers were, all together.
    pub(crate) punctuality: Punctuality,
    /// Delays.
    pub(crate) delays: Delays,
    /// From the beginning to the open line, per client.
    pub(crate) open_after: Vec<Duration>,
    /// From the beginning to the first packet, per subscriber.
    pub(crate) first_packet_after: Vec<Duration>,
    /// From the beginning to the first packet of a picture, per subscriber.
    pub(crate) first_picture_after: Vec<Duration>,
    /// Lines that ended: whose, and why.
    pub(crate) ended: Vec<(u32, &'static str)>,
    /// Subscribers to whom nothing came.
    pub(crate) deaf: u32,
    /// Packets of streams that were never announced.
    pub(crate) strays: u64,
    /// Datagrams that could not be opened.
    pub(crate) refused: u64,
    /// Datagrams that the generator's own sockets dropped.
    pub(crate) kernel_drops: u64,
    /// Datagrams that the kernel did not take.
    pub(crate) send_failures: u64,
}

/// Where orders are given.
#[derive(Clone)]
pub(crate) struct Door {
    orders: SyncSender<Order>,
    wake: Arc<EventFd>,
}

impl Door {
    pub(super) const fn new(orders: SyncSender<Order>, wake: Arc<EventFd>) -> Self {
        Self { orders, wake }
    }

    /// Gives an order. It is lost when the thread has ended: the run is over then.
    pub(crate) fn order(&self, order: Order) {
        let _ = self.orders.send(order);
        self.wake.wake();
    }

    /// Asks something.
    pub(crate) async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Order) -> Option<T> {
        let (sender, answer) = oneshot::channel();
        self.order(question(sender));
        answer.await.ok()
    }
}

impl MediaThread {
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally {
            slept: self.slept,
            received: self.delays.audio.count() + self.delays.video.count(),
            ..Tally::default()
        };
        for seat in &self.seats {
            let progress = seat.client.progress();
            tally.open += u32::from(progress.open.is_some());
            tally.receiving += u32::from(progress.first_packet.is_some());
            tally.ended += u32::from(progress.ended.is_some());
        }
        tally
    }

    /// Adds everything up. The delays are taken along.
    pub(super) fn perform(&mut self) -> Performance {
        let fresh = crate::histogram::Histogram::new;
        let delays = std::mem::replace(&mut self.delays, Delays { audio: fresh(), video: fresh() });
        let mut performance = Performance {
            kinds: [MediaKind::Audio, MediaKind::Video]
                .map(|kind| (kind, self.sent(kind), self.outcome(kind))),
            heard: Feedback::default(),
            punctuality: Punctuality::default(),
            delays,
            open_after: Vec::new(),
            first_packet_after: Vec::new(),
            first_picture_after: Vec::new(),
            ended: Vec::new(),
            deaf: 0,
            strays: 0,
            refused: 0,
            kernel_drops: 0,
            send_failures: self.failed,
        };
        for seat in &self.seats {
            let progress = seat.client.progress();
            let after = |at: Instant| at.saturating_duration_since(seat.client.began());
            performance.open_after.extend(progress.open.map(after));
            performance.first_packet_after.extend(progress.first_packet.map(after));
            performance.first_picture_after.extend(progress.first_picture.map(after));
            performance.ended.extend(progress.ended.map(|end| (seat.number, end.as_str())));
            performance.refused += progress.refused;
            performance.kernel_drops += seat.port.kernel_drops();
            if let Some(publisher) = seat.client.publisher() {
                performance.add_publisher(publisher.heard(), publisher.punctuality());
            }
            if let Some(subscriber) = seat.client.subscriber() {
                performance.strays += subscriber.strays();
                performance.deaf += u32::from(progress.first_packet.is_none());
            }
        }
        performance
    }

    fn sent(&self, kind: MediaKind) -> Sent {
        let publishers = self.seats.iter().filter_map(|seat| seat.client.publisher());
        publishers.map(|publisher| publisher.sent(kind)).fold(Sent::default(), |all, one| Sent {
            packets: all.packets + one.packets,
            bytes: all.bytes + one.bytes,
            resent: all.resent + one.resent,
            keyframes: all.keyframes + one.keyframes,
        })
    }

    fn outcome(&self, kind: MediaKind) -> Outcome {
        let sent = |source| self.seats.iter().find_map(|seat| seat.client.publisher()?.sent_by(source));
        let mut all = Outcome::default();
        for subscriber in self.seats.iter().filter_map(|seat| seat.client.subscriber()) {
            let one = subscriber.outcome(kind, sent);
            all.streams += one.streams;
            all.silent += one.silent;
            all.account.add(&one.account);
            all.unstamped += one.unstamped;
            all.resent += one.resent;
        }
        all
    }
}

impl Performance {
    fn add_publisher(&mut self, heard: Feedback, punctuality: Punctuality) {
        self.heard.keyframe_requests += heard.keyframe_requests;
        self.heard.nacks += heard.nacks;
        self.heard.transport_feedback += heard.transport_feedback;
        self.heard.reported += heard.reported;
        self.punctuality.due += punctuality.due;
        self.punctuality.late += punctuality.late;
        self.punctuality.skipped += punctuality.skipped;
        self.punctuality.latest = self.punctuality.latest.max(punctuality.latest);
    }
}
