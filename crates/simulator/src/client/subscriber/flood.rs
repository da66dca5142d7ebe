//! A flood: somebody who asks for keyframes and packets again and again, whatever arrives.

use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo, Ssrc};
use switchyard_wire::rtcp::{Pli, Writer};

use super::SENDER;

/// Time between two datagrams of it: a hundred requests for a keyframe a second.
const EVERY: Duration = Duration::from_millis(10);

/// Packets asked for in each: 50 000 a second.
const PACKETS: u64 = 500;

/// What its datagrams need at most: thirty lists of 17 packets, and a request for a keyframe.
const LEN: usize = 256;

/// The datagrams of a flood.
#[derive(Debug)]
pub(super) struct Flood {
    next: Instant,
}

impl Flood {
    pub(super) const fn new(now: Instant) -> Self {
        Self { next: now }
    }

    pub(super) const fn poll_timeout(&self) -> Instant {
        self.next
    }

    /// Whether one is due.
    pub(super) fn take_due(&mut self, now: Instant) -> bool {
        let is_due = self.next <= now;
        if is_due {
            self.next += EVERY;
        }
        is_due
    }
}

/// One datagram of it, about a stream of which this packet was the newest.
pub(super) fn datagram(media: Ssrc, newest: ExtSeqNo) -> Vec<u8> {
    let mut bytes = vec![0; LEN];
    let mut writer = Writer::new(&mut bytes);
    let lost = (newest.0.saturating_sub(PACKETS - 1)..=newest.0).map(|seq| SeqNo(seq as u16));
    writer.nack(SENDER, media, lost).expect("so many packets fit");
    writer.pli(Pli { sender: SENDER, media }).expect("it is short");
    let len = writer.len();
    bytes.truncate(len);
    bytes
}
