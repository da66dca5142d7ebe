//! Packets that did not arrive, and when to ask the publisher for them again.

mod repair_time;

use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use repair_time::RepairTime;

/// How long a packet may be merely late before it is asked for. Longer delays every repair;
/// shorter asks for packets that were only reordered.
const REORDER_WAIT: Duration = Duration::from_millis(10);

/// Quickest repetition, however near the publisher is.
const LEAST_RETRY: Duration = Duration::from_millis(20);

/// Slowest repetition, unless the path itself is slower: pictures stand still for all subscribers until it comes.
const MOST_RETRY: Duration = Duration::from_millis(150);

/// Times a packet is asked for. Fewer and a short path gives up within an outage of half a second.
const MAX_TRIES: u8 = 12;

/// How long a packet is asked for, or three round trips where that is longer: so long browsers keep what they
/// have sent. What did not come by then, a keyframe has to repair.
const LIFE: Duration = Duration::from_secs(1);

/// Packets missed at the same time. More is an outage, which resending would only prolong.
pub const MAX_MISSING: usize = 500;

/// Longest run that is asked for: beyond it a keyframe is cheaper than the packets.
const MAX_GAP: u64 = 250;

/// Numbers written by one [`poll`](Missing::poll): what fits a feedback packet comfortably.
pub const MAX_ASKED: usize = 250;

#[derive(Clone, Copy, Debug)]
struct Entry {
    seq: ExtSeqNo,
    missed: Instant,
    due: Instant,
    tries: u8,
    /// When it was first asked for.
    asked: Option<Instant>,
}

/// What a gap led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gap {
    /// It will be asked for.
    Noted,
    /// It is too large, or too much is missing already: everything is forgotten, and video needs a
    /// keyframe.
    TooLarge,
}

/// The register of one encoding, in order of sequence numbers.
#[derive(Debug, Default)]
pub struct Missing {
    entries: Vec<Entry>,
    repair_time: RepairTime,
}

impl Missing {
    /// The `count` numbers before `next` did not arrive (yet).
    pub fn handle_gap(&mut self, now: Instant, next: ExtSeqNo, count: u64) -> Gap {
        if count > MAX_GAP || self.entries.len() + count as usize > MAX_MISSING {
            self.entries.clear();
            return Gap::TooLarge;
        }
        let first = next.0.saturating_sub(count);
        let due = now + REORDER_WAIT;
        self.entries.extend((first..next.0).map(|seq| Entry {
            seq: ExtSeqNo(seq),
            missed: now,
            due,
            tries: 0,
            asked: None,
        }));
        Gap::Noted
    }

    /// A packet was merely late.
    pub fn handle_arrival(&mut self, seq: ExtSeqNo) {
        self.take(seq);
    }

    /// The retransmission of a packet arrived.
    pub fn handle_repair(&mut self, now: Instant, seq: ExtSeqNo) {
        if let Some(asked) = self.take(seq).and_then(|entry| entry.asked) {
            self.repair_time.note(now.saturating_duration_since(asked));
        }
    }

    /// Forgets everything: the source started anew, or nobody wants the encoding.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Hands every number that is due to `ask`, in order, [`MAX_ASKED`] at most; forgets those that
    /// were asked for often enough, and returns the newest of them. `rtt` is the round trip to the publisher as far
    /// as it is known otherwise; once anything was repaired, how long that took is known better.
    pub fn poll(&mut self, now: Instant, rtt: Duration, mut ask: impl FnMut(SeqNo)) -> Option<ExtSeqNo> {
        let rtt = self.repair_time.repeat_after().unwrap_or(rtt);
        let life = LIFE.max(rtt * 3);
        let (mut asked, mut given_up) = (0, None);
        self.entries.retain_mut(|entry| {
            if entry.due > now || asked == MAX_ASKED {
                return true;
            }
            let ends = entry.missed + life;
            if entry.tries == MAX_TRIES || now >= ends {
                given_up = Some(entry.seq);
                return false;
            }
            entry.tries += 1;
            entry.due = (now + retry_after(rtt, entry.tries)).min(ends);
            entry.asked.get_or_insert(now);
            asked += 1;
            ask(entry.seq.on_wire());
            true
        });
        given_up
    }

    /// When [`poll`](Self::poll) has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.entries.iter().map(|entry| entry.due).min()
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn take(&mut self, seq: ExtSeqNo) -> Option<Entry> {
        let index = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        Some(self.entries.remove(index))
    }
}

/// A quarter longer with every try.
fn retry_after(rtt: Duration, tries: u8) -> Duration {
    let base = rtt.max(LEAST_RETRY).min(repair_time::LONGEST);
    (1..tries).fold(base, |wait, _| wait * 5 / 4).min(MOST_RETRY.max(base))
}

#[cfg(test)]
mod tests;
