//! The ledger: nothing may be lost, doubled or out of order.
//!
//! Two numberings are checked, because they can disagree: RTP sequence numbers say what the server
//! promised, stamps say what it was given. A packet the server never numbered leaves no gap in the first
//! and one in the second.

mod sequence;

use switchyard_vocab::rtp::{SeqNo, SeqNoExtender};

use crate::stamp::{Source, Stamp};
pub(crate) use sequence::{Entered, Sequence};

/// What arrived on one SSRC.
#[derive(Debug, Default)]
pub(crate) struct StreamLedger {
    extender: SeqNoExtender,
    rtp: Sequence,
    /// The run of stamps that goes on now, by source.
    run: Option<(Source, Sequence)>,
    /// Runs that are over: the server switched to another encoding.
    past: Account,
    switches: u64,
    stamped: u64,
}

/// What became of the packets of a stream.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Account {
    /// Media packets that came, doubles left out.
    pub(crate) received: u64,
    /// Packets that never came.
    pub(crate) lost: u64,
    /// Packets that came again.
    pub(crate) duplicated: u64,
    /// Packets that came after a later one.
    pub(crate) reordered: u64,
    /// Changes of the encoding.
    pub(crate) switches: u64,
}

impl StreamLedger {
    /// Enters a packet of the stream itself; without a stamp it is padding or somebody else's.
    pub(crate) fn enter(&mut self, seq: SeqNo, stamp: Option<&Stamp>) {
        let number = self.extender.extend(seq);
        let entered = self.rtp.enter(number.0);
        if let Some(stamp) = stamp {
            self.enter_stamp(stamp, matches!(entered, Entered::First | Entered::Newest));
        }
    }

    /// Enters a packet that came again on a stream of retransmissions.
    pub(crate) fn enter_resent(&mut self, stamp: &Stamp) {
        if self.run.as_ref().is_some_and(|(source, _)| *source == stamp.source) {
            self.enter_stamp(stamp, false);
        }
    }

    fn enter_stamp(&mut self, stamp: &Stamp, is_newest: bool) {
        self.stamped += 1;
        match &mut self.run {
            Some((source, run)) if *source == stamp.source => {
                run.enter(stamp.count);
            }
            Some(_) if !is_newest => {
                // A straggler of a run that is over: it was counted as lost there, or was the last of it.
                self.past.received += 1;
                self.past.reordered += 1;
                self.past.lost = self.past.lost.saturating_sub(1);
            }
            run => {
                let mut fresh = Sequence::default();
                fresh.enter(stamp.count);
                if let Some((_, over)) = run.replace((stamp.source, fresh)) {
                    self.past.add(&account_of(&over));
                    self.switches += 1;
                }
            }
        }
    }

    /// Whether anything was stamped.
    pub(crate) const fn has_media(&self) -> bool {
        self.stamped > 0
    }

    /// The final account. `sent` tells how many packets a source has sent in all, so that what was
    /// lost at the very end counts as well.
    pub(crate) fn account(&self, sent: impl Fn(Source) -> Option<u64>) -> Account {
        let mut account = self.past;
        let mut tail = 0;
        if let Some((source, run)) = &self.run {
            account.add(&account_of(run));
            if let (Some(sent), Some(highest)) = (sent(*source), run.highest()) {
                tail = sent.saturating_sub(highest + 1);
            }
        }
        account.lost = account.lost.max(self.rtp.lost()) + tail;
        account.duplicated = account.duplicated.max(self.rtp.duplicated());
        account.reordered = account.reordered.max(self.rtp.reordered());
        account.switches = self.switches;
        account
    }
}

impl Account {
    /// Adds what another stream's account says.
    pub(crate) const fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.reordered += other.reordered;
        self.switches += other.switches;
    }
}

fn account_of(run: &Sequence) -> Account {
    Account {
        received: run.unique(),
        lost: run.lost(),
        duplicated: run.duplicated(),
        reordered: run.reordered(),
        switches: 0,
    }
}

#[cfg(test)]
mod tests;
