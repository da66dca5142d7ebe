//! Stamps: what a payload says of itself, at its very end, where no header is ever rewritten.

use std::time::Duration;

use switchyard_vocab::codec::MediaKind;

/// First bytes of a stamp, so that nobody else's media is taken for ours.
const MAGIC: [u8; 4] = *b"SYL1";

/// Who sent a packet, the how-manieth it is, and when it left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stamp {
    /// Where it comes from.
    pub(crate) source: Source,
    /// How many packets of that source came before it.
    pub(crate) count: u64,
    /// When it left, since the beginning of the run.
    pub(crate) sent: Duration,
}

/// One encoding of one publisher's track.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Source {
    /// The publisher's number among all clients.
    pub(crate) publisher: u32,
    /// Sound or picture.
    pub(crate) kind: MediaKind,
    /// Which encoding, in the order of the offer.
    pub(crate) encoding: u8,
}

impl Stamp {
    /// Bytes of a stamp.
    pub(crate) const LEN: usize = 4 + 4 + 1 + 8 + 8;

    /// As it stands at the end of a payload.
    pub(crate) fn bytes(&self) -> [u8; Self::LEN] {
        let Source { publisher, kind, encoding } = self.source;
        let what = (u8::from(kind == MediaKind::Video) << 7) | (encoding & 0x7f);
        let mut bytes = [0; Self::LEN];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&publisher.to_be_bytes());
        bytes[8] = what;
        bytes[9..17].copy_from_slice(&self.count.to_be_bytes());
        bytes[17..].copy_from_slice(&(self.sent.as_nanos() as u64).to_be_bytes());
        bytes
    }

    /// The stamp at the end of a payload, if there is one.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let stamp: &[u8; Self::LEN] = payload.last_chunk()?;
        let (magic, rest) = stamp.split_first_chunk::<4>()?;
        let (publisher, rest) = rest.split_first_chunk::<4>()?;
        let (&what, rest) = rest.split_first()?;
        let (count, sent) = rest.split_first_chunk::<8>()?;
        let kind = if what & 0x80 == 0 { MediaKind::Audio } else { MediaKind::Video };
        (*magic == MAGIC).then_some(Self {
            source: Source { publisher: u32::from_be_bytes(*publisher), kind, encoding: what & 0x7f },
            count: u64::from_be_bytes(*count),
            sent: Duration::from_nanos(u64::from_be_bytes(sent.try_into().ok()?)),
        })
    }
}

#[cfg(test)]
mod tests;
