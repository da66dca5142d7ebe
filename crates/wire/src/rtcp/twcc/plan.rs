//! How much of a report fits one feedback packet, and the writing of it.

use std::time::Instant;

use super::chunk::{Packer, Symbol};
use super::{FeedbackHead, REFERENCE_TICKS, TICK_MICROS};
use crate::bytes::{Cursor, NoRoom, u24_bytes};

/// RTCP header, sender, media source, base, count, reference time and feedback number.
const HEAD_LEN: usize = 20;

/// Most numbers one feedback tells of: a wider span would be ambiguous in 16 bits.
const MAX_STATUSES: usize = 0x7ffe;

/// The first arrivals of a report, as many as one packet tells.
#[derive(Clone, Copy, Debug)]
pub(in crate::rtcp) struct Plan<'a> {
    epoch: Instant,
    arrivals: &'a [Option<Instant>],
    /// Ticks from the epoch to the reference time.
    reference: i64,
}

impl<'a> Plan<'a> {
    /// Takes what fits `room` bytes. [`NoRoom`] when not even the first arrival does.
    pub(in crate::rtcp) fn new(
        epoch: Instant,
        arrivals: &'a [Option<Instant>],
        room: usize,
    ) -> Result<Self, NoRoom> {
        let first = arrivals.iter().flatten().next().ok_or(NoRoom)?;
        let first = ticks(epoch, *first);
        let whole = Self { epoch, arrivals, reference: first - first % REFERENCE_TICKS };
        let mut packer = Packer::new();
        let mut len = HEAD_LEN;
        let mut count = 0;
        let mut has_arrival = false;
        for (symbol, _) in whole.steps().take(MAX_STATUSES) {
            len += symbol.delta_len() + packer.push(symbol).map_or(0, |_| 2);
            // One more chunk for what waits in the packer.
            if (len + 2).next_multiple_of(4) > room {
                break;
            }
            has_arrival |= symbol != Symbol::Missing;
            count += 1;
        }
        if !has_arrival {
            return Err(NoRoom);
        }
        let arrivals = arrivals.get(..count).unwrap_or_default();
        Ok(Self { arrivals, ..whole })
    }

    /// How many arrivals it tells.
    pub(in crate::rtcp) const fn count(&self) -> usize {
        self.arrivals.len()
    }

    /// Writes everything behind the RTCP header.
    pub(in crate::rtcp) fn write(&self, head: &FeedbackHead, out: &mut Cursor<'_>) -> Result<(), NoRoom> {
        out.put(&head.sender.0.to_be_bytes())?;
        out.put(&head.media.0.to_be_bytes())?;
        out.put(&head.base.0.to_be_bytes())?;
        out.put(&u16::try_from(self.count()).map_err(|_| NoRoom)?.to_be_bytes())?;
        // The clock's upper bits are cut: it wraps after twelve days.
        out.put(&u24_bytes((self.reference / REFERENCE_TICKS) as u32))?;
        out.put(&[head.feedback])?;
        let mut packer = Packer::new();
        for (symbol, _) in self.steps() {
            if let Some(chunk) = packer.push(symbol) {
                out.put(&chunk.to_be_bytes())?;
            }
        }
        packer.finish().map_or(Ok(()), |chunk| out.put(&chunk.to_be_bytes()))?;
        self.steps().try_for_each(|(symbol, delta)| match symbol {
            Symbol::Missing => Ok(()),
            Symbol::Small => out.put(&[delta as u8]),
            Symbol::Large => out.put(&delta.to_be_bytes()),
        })
    }

    /// Symbol and time step of each number; ends where a step is too wide for its field.
    ///
    /// Steps are taken between whole ticks from the epoch, so that rounding never adds up.
    fn steps(&self) -> impl Iterator<Item = (Symbol, i16)> {
        let epoch = self.epoch;
        let mut last = self.reference;
        self.arrivals.iter().map_while(move |arrival| {
            let Some(arrival) = arrival else { return Some((Symbol::Missing, 0)) };
            let now = ticks(epoch, *arrival);
            let delta = i16::try_from(now - last).ok()?;
            last = now;
            Some(if matches!(delta, 0..=255) { (Symbol::Small, delta) } else { (Symbol::Large, delta) })
        })
    }
}

/// Ticks from `epoch` to `arrival`; zero when it lies before.
fn ticks(epoch: Instant, arrival: Instant) -> i64 {
    arrival.saturating_duration_since(epoch).as_micros() as i64 / TICK_MICROS
}
