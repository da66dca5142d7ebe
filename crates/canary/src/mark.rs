//! Marks at the end of every payload, by which a packet is recognised whatever header it arrives with.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// First bytes of a mark, so that other people's media is not mistaken for ours.
const MAGIC: [u8; 4] = *b"SYC1";

/// What a mark says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mark {
    /// Number of the packet within its track, from 0, as the publisher counted.
    pub(crate) number: u32,
    /// When it was sent, since the Unix epoch, in microseconds.
    pub(crate) sent_us: u64,
}

impl Mark {
    /// Bytes of a mark.
    pub(crate) const LEN: usize = 16;

    /// The mark of a packet that is sent now.
    pub(crate) fn now(number: u32) -> Self {
        Self { number, sent_us: unix_us() }
    }

    /// Appends the mark to a payload.
    pub(crate) fn write(self, payload: &mut Vec<u8>) {
        payload.extend_from_slice(&MAGIC);
        payload.extend_from_slice(&self.number.to_be_bytes());
        payload.extend_from_slice(&self.sent_us.to_be_bytes());
    }

    /// The mark at the end of a payload, if there is one.
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let mark: &[u8; Self::LEN] = payload.last_chunk()?;
        let (magic, rest) = mark.split_first_chunk::<4>()?;
        let (number, sent) = rest.split_first_chunk::<4>()?;
        (*magic == MAGIC).then(|| Self {
            number: u32::from_be_bytes(*number),
            sent_us: sent.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)),
        })
    }

    /// How long the packet was under way, if the clocks of both ends agree.
    pub(crate) fn age(self) -> Duration {
        Duration::from_micros(unix_us().saturating_sub(self.sent_us))
    }
}

fn unix_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
