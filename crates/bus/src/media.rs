//! Media on its way to another worker: decrypted packets with the facts already read from them.
//!
//! A publication crosses **once per worker**, whatever the number of subscribers there. Packets are
//! staged during a turn and flushed at its end as one [`Batch`]; the reader gives the empty batch
//! back on a lane of its own, so that in steady state nothing is allocated.

use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::layer::{EncodingIndex, Layers};
use switchyard_vocab::observed::{ClockPair, Observed};

/// Batches that may wait for one worker: more than a few turns late is worthless anyway.
pub const CAPACITY: usize = 64;

/// Bytes after which a batch is flushed before the turn ends.
pub const BATCH_BYTES: usize = 256 * 1024;

/// What crossed in one turn.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    items: Vec<Staged>,
}

#[derive(Clone, Copy, Debug)]
enum Staged {
    Packet { publication: PublicationId, observed: Observed, start: u32, len: u32 },
    Clock { publication: PublicationId, encoding: EncodingIndex, incarnation: u64, pair: ClockPair },
    Layers { publication: PublicationId, layers: Layers },
}

/// One thing out of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item<'a> {
    /// A decrypted packet: what is needed of its header is in the facts.
    Packet {
        /// Whose it is.
        publication: PublicationId,
        /// What the home worker read from it.
        observed: Observed,
        /// Its payload, as the publisher sent it.
        payload: &'a [u8],
    },
    /// A sender report's clocks: these cross always, so that lip sync holds everywhere.
    Clock {
        /// Whose it is.
        publication: PublicationId,
        /// Which encoding it is about.
        encoding: EncodingIndex,
        /// Which life of its source: clocks of one say nothing about another's timestamps.
        incarnation: u64,
        /// The clocks.
        pair: ClockPair,
    },
    /// The layers as the publisher's worker sees them: a mirror is sent only what it wants, so it
    /// cannot see for itself what else there is.
    Layers {
        /// Whose they are.
        publication: PublicationId,
        /// All that have been seen.
        layers: Layers,
    },
}

impl Batch {
    /// Stages a packet.
    pub fn push_packet(&mut self, publication: PublicationId, observed: Observed, payload: &[u8]) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(payload);
        self.items.push(Staged::Packet { publication, observed, start, len: payload.len() as u32 });
    }

    /// Stages the clocks of a sender report, which are those of one life of an encoding's source.
    pub fn push_clock(
        &mut self,
        publication: PublicationId,
        (encoding, incarnation): (EncodingIndex, u64),
        pair: ClockPair,
    ) {
        self.items.push(Staged::Clock { publication, encoding, incarnation, pair });
    }

    /// Stages the layers of a publication.
    pub fn push_layers(&mut self, publication: PublicationId, layers: Layers) {
        self.items.push(Staged::Layers { publication, layers });
    }

    /// Everything staged, in order.
    pub fn iter(&self) -> impl Iterator<Item = Item<'_>> {
        self.items.iter().map(|staged| match *staged {
            Staged::Packet { publication, observed, start, len } => {
                let payload = &self.bytes[start as usize..(start + len) as usize];
                Item::Packet { publication, observed, payload }
            }
            Staged::Clock { publication, encoding, incarnation, pair } => {
                Item::Clock { publication, encoding, incarnation, pair }
            }
            Staged::Layers { publication, layers } => Item::Layers { publication, layers },
        })
    }

    /// How many packets are staged.
    pub fn packets(&self) -> usize {
        self.items.iter().filter(|item| matches!(item, Staged::Packet { .. })).count()
    }

    /// Bytes of the packets that are staged.
    pub const fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is staged.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether it should leave now.
    pub fn is_large(&self) -> bool {
        self.bytes.len() >= BATCH_BYTES
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.items.clear();
    }
}
