//! A client: one participant as its browser would be, without a picture and without sound.
//!
//! It takes notices and datagrams, gives intents and datagrams, and knows nothing of the server but
//! what these say.

pub mod codec;
pub mod line;
pub mod media;
pub mod oracle;
pub mod publisher;
pub mod red;
pub mod sdp;
pub mod stamp;
pub mod subscriber;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use switchyard_control::grants::Pass;
use switchyard_control::intent::{Intent, Join, TrackDescription, TrackSource};
use switchyard_control::notice::{EndReason, Notice, Participant};
use switchyard_control::refusal::Refusal;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::ids::{Identity, PublicationId, RoomName, SessionId};
use switchyard_vocab::wall_clock::WallClock;

use crate::seed::Seed;
use media::Media;
use publisher::keyframe_log::KeyframeLog;
use publisher::{Published, Publisher};
use subscriber::{Impression, Subscriber};

/// Who a client is and where it sends from.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Its session.
    pub session: SessionId,
    /// Under which name it joins.
    pub identity: Identity,
    /// Which room it joins.
    pub room: RoomName,
    /// What it publishes.
    pub media: Media,
    /// The address of the connection on which it sends.
    pub publish_from: SocketAddr,
    /// The address of the connection on which it receives.
    pub subscribe_from: SocketAddr,
}

/// What became of a client so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Requests that were refused.
    pub refusals: Vec<Refusal>,
    /// Why the session ended, once it did.
    pub ended: Option<EndReason>,
    /// Its own publications, by kind.
    pub published: BTreeMap<MediaKind, PublicationId>,
    /// The others' publications: kind and whose.
    pub others: BTreeMap<PublicationId, (MediaKind, Identity)>,
}

/// One participant.
pub struct Client {
    config: ClientConfig,
    publisher: Option<Publisher>,
    subscriber: Subscriber,
    intents: VecDeque<Intent>,
    told: Told,
}

impl Client {
    /// A client that wants to join.
    pub fn new(seed: Seed, config: ClientConfig, wall: WallClock) -> Self {
        let name = format!("{} {}", config.identity, config.session);
        let publishes = config.media != Media::none();
        let publisher =
            publishes.then(|| Publisher::new(seed, &name, &config.media, config.publish_from, wall));
        let join = Join {
            room: config.room.clone(),
            identity: config.identity.clone(),
            display_name: None,
            metadata: None,
            auto_subscribe: true,
            pass: Pass::default(),
        };
        Self {
            subscriber: Subscriber::new(seed, &name, config.subscribe_from, wall),
            publisher,
            intents: VecDeque::from([Intent::Join(join)]),
            config,
            told: Told::default(),
        }
    }

    /// Who it is.
    pub const fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// Takes what the server tells.
    pub fn handle_notice(&mut self, now: Instant, notice: &Notice) {
        match notice {
            Notice::Joined { participants, .. } => self.on_joined(participants),
            Notice::PublicationAdded { identity, publication } => {
                self.told.others.insert(publication.id, (publication.kind, identity.clone()));
            }
            Notice::PublicationMuted { publication, .. } => {
                self.subscriber.expect_pause(*publication);
            }
            Notice::Answer { sdp, publications } => {
                let Some(publisher) = &mut self.publisher else { return };
                publisher.handle_answer(now, sdp);
                for published in publications {
                    self.told.published.extend(
                        published.outcome.as_ref().ok().map(|&id| (publisher::kind_of(published.mid), id)),
                    );
                    self.told.refusals.extend(published.outcome.clone().err());
                }
            }
            Notice::Offer { offer, sdp, subscriptions } => {
                let carries = |mid: &str| {
                    let carried = subscriptions.iter().find(|subscribed| subscribed.mid.as_str() == mid);
                    carried.map(|subscribed| subscribed.publication)
                };
                let sdp = self.subscriber.handle_offer(now, sdp, carries);
                self.intents.push_back(Intent::Answer { offer: *offer, sdp });
            }
            Notice::Refused(refusal) => self.told.refusals.push(refusal.clone()),
            last if last.end().is_some() => self.told.ended = last.end(),
            _ => {}
        }
    }

    fn on_joined(&mut self, participants: &[Participant]) {
        for participant in participants {
            for publication in &participant.publications {
                let entry = (publication.kind, participant.identity.clone());
                self.told.others.insert(publication.id, entry);
            }
        }
        if let Some(publisher) = &self.publisher {
            let kinds =
                [(MediaKind::Audio, TrackSource::Microphone), (MediaKind::Video, TrackSource::Camera)];
            let media = &self.config.media;
            let has = |kind| match kind {
                MediaKind::Audio => media.microphone,
                MediaKind::Video => media.camera.is_some(),
            };
            let described = kinds.into_iter().filter(|(kind, _)| has(*kind)).map(|(kind, source)| {
                let mid = publisher::mid_of(kind).to_owned();
                TrackDescription { mid, source, name: None, muted: false, backup_of: None }
            });
            let tracks: Vec<_> = described.collect();
            self.intents.push_back(Intent::Offer { sdp: publisher.offer(), tracks });
        }
    }

    /// Wants something of the server.
    pub fn want(&mut self, intent: Intent) {
        if let Intent::SetPaused { publication, paused: false } = intent {
            self.subscriber.expect_pause(publication);
        }
        self.intents.push_back(intent);
    }

    /// The next thing to tell the server.
    pub fn poll_intent(&mut self) -> Option<Intent> {
        self.intents.pop_front()
    }

    /// Takes a datagram that came to one of its addresses.
    pub fn handle_datagram(&mut self, now: Instant, at: SocketAddr, bytes: Vec<u8>) {
        match &mut self.publisher {
            Some(publisher) if at == self.config.publish_from => publisher.handle_datagram(now, bytes),
            _ if at == self.config.subscribe_from => self.subscriber.handle_datagram(now, bytes),
            _ => {}
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Some(publisher) = &mut self.publisher {
            publisher.handle_timeout(now);
        }
        self.subscriber.handle_timeout(now);
    }

    /// When it wants to be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let publisher = self.publisher.as_ref().and_then(Publisher::poll_timeout);
        [publisher, self.subscriber.poll_timeout()].into_iter().flatten().min()
    }

    /// Everything that is to be sent: from where, where to, what.
    pub fn take_datagrams(&mut self) -> Vec<(SocketAddr, SocketAddr, Vec<u8>)> {
        let mut all = Vec::new();
        let mut take = |from, datagrams: Vec<(SocketAddr, Vec<u8>)>| {
            all.extend(datagrams.into_iter().map(|(to, bytes)| (from, to, bytes)));
        };
        if let Some(publisher) = &mut self.publisher {
            take(self.config.publish_from, publisher.take_datagrams());
        }
        take(self.config.subscribe_from, self.subscriber.take_datagrams());
        all
    }

    /// Whether it receives at this address.
    pub fn has_address(&self, at: SocketAddr) -> bool {
        at == self.config.publish_from || at == self.config.subscribe_from
    }

    /// The address of the connection with this ufrag, if it is one of its own.
    pub fn address_of(&self, ufrag: &str) -> Option<SocketAddr> {
        let lines = self.publisher.iter().map(Publisher::line).chain([self.subscriber.line()]);
        let mut own = lines.filter(|line| line.identity().ice.ufrag == ufrag);
        own.next().map(line::Line::address)
    }

    /// What became of it.
    pub const fn told(&self) -> &Told {
        &self.told
    }

    /// What its user has seen and heard.
    pub fn impression(&self) -> Impression {
        self.subscriber.impression()
    }

    /// What it has sent, if it sends.
    pub fn published(&self) -> Option<Published> {
        self.publisher.as_ref().map(Publisher::published)
    }

    /// When keyframes of its camera were asked for and made, if it sends one.
    pub fn keyframes(&self) -> Option<&KeyframeLog> {
        self.publisher.as_ref()?.keyframes()
    }

    /// Of what it has seen so far nothing counts any more.
    pub fn forget_seen(&mut self) {
        self.subscriber.forget_seen();
    }

    /// Asks from now on for far more than it needs.
    pub fn flood(&mut self, now: Instant) {
        self.subscriber.flood(now);
    }

    /// Its connections: the one on which it sends, if there is one, and the one on which it receives.
    pub fn lines(&self) -> impl Iterator<Item = &line::Line> {
        self.publisher.iter().map(Publisher::line).chain([self.subscriber.line()])
    }
}
