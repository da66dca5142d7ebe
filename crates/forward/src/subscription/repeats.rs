//! Sound with earlier sound in it: which of the packets sent before go into the next one once more (RFC 2198).
//!
//! Only numbers are kept: the bytes come out of the cache, when a packet is written and when it is written again.
//! What is encrypted from end to end is repeated as it is.

use std::cmp::Reverse;
use std::num::NonZeroU8;

use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::{ExtSeqNo, PayloadType, RtpTimestamp};
use switchyard_wire::payload::red::{self, Red, Redundant};

use crate::publication::cache::{Cache, CacheRef, CachedPacket};
use crate::redundancy::MAX_REPEATS;

/// Longest payload that repeats make: with the header, its extensions and the encryption around it the packet stays
/// below what browsers themselves send at most, 1200 bytes.
const MAX_PAYLOAD: usize = 1_100;

/// One packet that is in another one once more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Repeat {
    /// How many numbers it came before, as the publisher counts.
    back: NonZeroU8,
    /// How much earlier it was sent, on the media clock.
    offset: u16,
}

/// The packets that are in another one once more, the newest first.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Repeats([Option<Repeat>; MAX_REPEATS]);

/// Their bytes, the oldest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blocks<'a>([Option<Redundant<'a>>; MAX_REPEATS]);

impl Repeats {
    /// What they are for the packet made from `source`; `None` when one of them is no longer cached.
    pub fn blocks<'a>(&self, source: CacheRef, cache: &'a Cache, opus: PayloadType) -> Option<Blocks<'a>> {
        let mut blocks = Blocks::default();
        for (repeat, block) in self.0.iter().flatten().zip(blocks.0.iter_mut().rev()) {
            let seq = ExtSeqNo(source.seq.0.checked_sub(repeat.back.get().into())?);
            let data = own_sound(&cache.get(CacheRef { seq, ..source })?)?;
            *block = Some(Redundant { payload_type: opus, timestamp_offset: repeat.offset, data });
        }
        Some(blocks)
    }
}

impl<'a> Blocks<'a> {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        // The newest is the last one.
        self.0[MAX_REPEATS - 1].is_none()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Redundant<'a>> + Clone {
        self.0.into_iter().flatten()
    }
}

/// What was sent last of one subscription, and how often it is repeated.
#[derive(Debug, Default)]
pub struct Recent {
    /// The packets and their timestamps as the subscriber knows them, the newest first.
    sent: [Option<(CacheRef, RtpTimestamp)>; MAX_REPEATS],
    repeats: u8,
}

impl Recent {
    /// Each packet has so many of those before it in it from now on.
    pub const fn set_repeats(&mut self, repeats: u8) {
        self.repeats = repeats;
    }

    /// How long a payload of `len` bytes may get.
    pub fn longest(&self, observed: &Observed, len: usize) -> usize {
        if self.repeats == 0 || observed.red {
            return len;
        }
        let repeats = usize::from(self.repeats).min(MAX_REPEATS);
        (len * (1 + repeats) + repeats * red::HEADER_LEN + 1).min(MAX_PAYLOAD.max(len))
    }

    /// A packet is sent, and begins anew if that is said. What goes into it once more: as much of what was sent last as
    /// fits, the newest first.
    pub fn on_sent(
        &mut self,
        begins: bool,
        (packet, timestamp): (CacheRef, RtpTimestamp),
        cached: &CachedPacket<'_>,
        cache: &Cache,
    ) -> Repeats {
        if begins {
            self.sent = Default::default();
        }
        let mut repeats = Repeats::default();
        let wraps = !cached.observed.red && !cached.payload.is_empty();
        let mut room = MAX_PAYLOAD.saturating_sub(cached.payload.len() + 1);
        let wanted = self.sent.iter().flatten().take(if wraps { self.repeats.into() } else { 0 });
        for (&(earlier, sent_as), place) in wanted.zip(&mut repeats.0) {
            let fitting = repeat((earlier, sent_as), (packet, timestamp), cache)
                .filter(|(_, len)| red::HEADER_LEN + len <= room);
            let Some((repeat, len)) = fitting else { break };
            room -= red::HEADER_LEN + len;
            *place = Some(repeat);
        }
        self.note(packet, timestamp);
        repeats
    }

    fn note(&mut self, packet: CacheRef, timestamp: RtpTimestamp) {
        let [newest, before] = self.sent;
        let mut all = [Some((packet, timestamp)), newest, before];
        all.sort_by_key(|sent| Reverse(sent.map(|(packet, _)| packet.seq)));
        let [newest, before, _] = all;
        self.sent = [newest, before];
    }
}

/// An earlier packet as it goes into a later one, with its length; `None` where it is not earlier, too old, too
/// long or gone.
fn repeat(
    (earlier, sent_as): (CacheRef, RtpTimestamp),
    (packet, timestamp): (CacheRef, RtpTimestamp),
    cache: &Cache,
) -> Option<(Repeat, usize)> {
    let back = packet.seq.0.checked_sub(earlier.seq.0).filter(|_| earlier.encoding == packet.encoding)?;
    let offset = u16::try_from(timestamp.since(sent_as)).ok()?;
    let len = own_sound(&cache.get(earlier)?)?.len();
    let fits = (1..=red::MAX_OFFSET).contains(&offset) && (1..=red::MAX_BLOCK).contains(&len);
    let back = NonZeroU8::new(u8::try_from(back).ok()?)?;
    fits.then_some((Repeat { back, offset }, len))
}

/// What is new in a packet of sound.
fn own_sound<'a>(cached: &CachedPacket<'a>) -> Option<&'a [u8]> {
    if !cached.observed.red {
        return Some(cached.payload);
    }
    Red::parse(cached.payload).ok().map(|red| red.primary())
}
