//! Watching somebody: what was sent to them and what they saw, tenth of a second by tenth of a second.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::units::Bitrate;

use super::World;
use crate::network::Tally;

/// Time between two looks.
const EVERY: Duration = Duration::from_millis(100);

/// One look.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// When, since the start of the run.
    pub at: Duration,
    /// How much passes to them, if there is a limit.
    pub capacity: Option<Bitrate>,
    /// What was sent since the last look.
    pub tally: Tally,
    /// What they see and hear of each other.
    pub of: BTreeMap<String, Glance>,
}

/// What somebody sees and hears of somebody else.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Glance {
    /// The encoding decoded last, as the position of its rid.
    pub encoding: Option<u8>,
    /// Frames decoded so far.
    pub decoded: u64,
    /// Freezes so far.
    pub freezes: u32,
    /// Changes of encoding so far.
    pub switches: u64,
    /// Packets of sound so far.
    pub heard: u64,
}

/// All who are watched.
#[derive(Debug, Default)]
pub(super) struct Watches {
    next: Option<Instant>,
    looks: BTreeMap<&'static str, Vec<Look>>,
}

impl Watches {
    pub(super) const fn next_look(&self) -> Option<Instant> {
        self.next
    }
}

impl World {
    /// Watches the client called `name` from now on.
    pub fn watch(&mut self, name: &'static str) {
        let now = self.clock.now();
        if let Some(client) = self.client(name) {
            let address = client.config().subscribe_from;
            self.network.take_tally(address);
            self.watches.looks.entry(name).or_default();
            self.watches.next.get_or_insert(now + EVERY);
        }
    }

    /// What was written down of the client called `name`.
    pub fn looks(&self, name: &str) -> &[Look] {
        self.watches.looks.get(name).map_or(&[], Vec::as_slice)
    }

    /// Who is watched.
    pub fn watched(&self) -> impl Iterator<Item = &'static str> {
        self.watches.looks.keys().copied()
    }

    /// Looks at all who are watched, if it is time.
    pub(super) fn look(&mut self) {
        let now = self.clock.now();
        if self.watches.next.is_none_or(|next| now < next) {
            return;
        }
        self.watches.next = Some(now + EVERY);
        let names: Vec<&'static str> = self.watched().collect();
        for name in names {
            let Some(client) = self.client(name) else { continue };
            let (address, of) = (client.config().subscribe_from, self.glances(name));
            let (at, capacity) = (self.elapsed(), self.network.capacity(now, address));
            let tally = self.network.take_tally(address);
            self.watches.looks.entry(name).or_default().push(Look { at, capacity, tally, of });
        }
    }

    fn glances(&self, name: &str) -> BTreeMap<String, Glance> {
        let Some(client) = self.client(name) else { return BTreeMap::new() };
        let impression = client.impression();
        let mut of: BTreeMap<String, Glance> = BTreeMap::new();
        for (publication, (kind, whose)) in &client.told().others {
            let glance = of.entry(whose.as_str().to_owned()).or_default();
            match kind {
                MediaKind::Audio => {
                    glance.heard += impression.heard.get(publication).map_or(0, |heard| heard.packets);
                }
                MediaKind::Video => {
                    let Some(seen) = impression.seen.get(publication) else { continue };
                    glance.encoding = seen.encoding;
                    glance.decoded += seen.decoded;
                    glance.freezes += seen.freezes;
                    glance.switches += seen.switches;
                }
            }
        }
        of
    }
}
