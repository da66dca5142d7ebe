//! When to offer: changes come as they like, offers leave one at a time and not too often.
//!
//! ```text
//!            Changed                    Tick at its time
//!   Settled ─────────▶ Due ────────────────────────────────▶ InFlight
//!      ▲                ▲                                     │  │  │
//!      │                └──────── Answered, with changes ◀────┘  │  │
//!      └───────────────────────── Answered ◀─────────────────────┘  │
//!   Lost ◀──────────────────────── no answer in time, or LineLost ◀─┘
//!      └── Restarted ──▶ Due
//! ```

use std::time::{Duration, Instant};

use crate::intent::OfferId;

/// Quiet time between two offers. The first change after a quiet time is offered at once, so that
/// a join waits for nothing; what follows within this time shares the next offer, because each
/// one costs the client a round of `setRemoteDescription` over all m-lines.
pub(crate) const OFFER_SPACING: Duration = Duration::from_millis(150);

/// The same while changes do not end: it doubles with every offer up to this. When a hundred people enter
/// a room within two seconds, everybody gets eight offers instead of fourteen, each of up to a hundred
/// m-lines. Longer, and whoever comes last is heard later.
pub(crate) const LONGEST_SPACING: Duration = Duration::from_millis(400);

/// How long an answer may take. A client that is slower has lost the offer or its mind.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Where a connection on which we offer stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Negotiation {
    /// All that is wanted was offered. The next offer may leave when it has been quiet for long enough.
    Settled { quiet: Option<Quiet> },
    /// Something changed; the next offer leaves at `at`, and `spacing` later the one after it.
    Due { at: Instant, spacing: Duration },
    /// One offer is out.
    InFlight { offer: OfferId, since: Instant, spacing: Duration, changed: bool },
    /// The connection is gone. Nothing is offered until the participant asks for a fresh one.
    Lost,
}

/// The quiet time after an offer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Quiet {
    pub(crate) until: Instant,
    spacing: Duration,
}

impl Quiet {
    fn after(since: Instant, spacing: Duration) -> Self {
        Self { until: since + spacing, spacing }
    }

    /// What becomes due in it, or at `now` if it is over by then.
    fn end(self, now: Instant) -> Negotiation {
        let spacing = if now < self.until { self.spacing * 2 } else { OFFER_SPACING };
        Negotiation::Due { at: self.until.max(now), spacing: spacing.min(LONGEST_SPACING) }
    }
}

/// What may happen to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Input {
    /// Something wanted is not what was last offered.
    Changed,
    /// Time passed.
    Tick,
    /// The next offer was made.
    Offered(OfferId),
    /// There was nothing to offer after all.
    NothingToOffer,
    /// The offer in flight was answered.
    Answered,
    /// The connection ended.
    LineLost,
    /// The participant asks for a fresh start.
    Restarted,
    /// The participant was not reached for a while, and is again.
    Resumed,
}

/// What has to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Output {
    /// Make the offer, and come back with `Offered` or `NothingToOffer`.
    MakeOffer,
    /// No answer came: the connection is given up.
    GiveUp,
    /// The offer in flight may be lost: it has to be told again.
    OfferAgain,
}

impl Negotiation {
    /// A connection on which nothing was ever offered.
    pub(crate) const fn new() -> Self {
        Self::Settled { quiet: None }
    }

    /// Takes one input and returns what has to be done, if anything.
    pub(crate) fn handle_input(&mut self, now: Instant, input: Input) -> Option<Output> {
        use {Input::*, Negotiation::*};
        let (next, output) = match (*self, input) {
            (Settled { quiet: None } | Lost, Restarted) | (Settled { quiet: None }, Changed) => {
                (Due { at: now, spacing: OFFER_SPACING }, None)
            }
            (Settled { quiet: Some(quiet) }, Changed | Restarted) => (quiet.end(now), None),
            (Settled { .. }, Tick | NothingToOffer | Answered) => (*self, None),

            (Due { at, .. }, Tick) if at <= now => (*self, Some(Output::MakeOffer)),
            (Due { .. }, NothingToOffer) => (Self::new(), None),
            (Due { .. }, Tick | Changed | Restarted | Answered) => (*self, None),

            (Due { spacing, .. }, Offered(offer)) => {
                (InFlight { offer, since: now, spacing, changed: false }, None)
            }
            (Settled { .. } | Lost, Offered(offer)) => {
                (InFlight { offer, since: now, spacing: OFFER_SPACING, changed: false }, None)
            }

            (InFlight { offer, since, spacing, .. }, Changed | Restarted) => {
                (InFlight { offer, since, spacing, changed: true }, None)
            }
            (InFlight { since, spacing, changed: true, .. }, Answered) => {
                (Quiet::after(since, spacing).end(now), None)
            }
            (InFlight { since, spacing, changed: false, .. }, Answered) => {
                (Settled { quiet: Some(Quiet::after(since, spacing)) }, None)
            }
            (InFlight { since, .. }, Tick) if since + ANSWER_TIMEOUT <= now => (Lost, Some(Output::GiveUp)),
            (InFlight { .. }, Tick | Offered(_) | NothingToOffer) => (*self, None),
            (InFlight { offer, spacing, changed, .. }, Resumed) => {
                (InFlight { offer, since: now, spacing, changed }, Some(Output::OfferAgain))
            }
            (Settled { .. } | Due { .. }, Resumed) => (*self, None),

            // Whoever was not reached may not have heard that it is lost.
            (Lost, Resumed) => (Due { at: now, spacing: OFFER_SPACING }, None),
            (_, LineLost) | (Lost, _) => (Lost, None),
        };
        *self = next;
        output
    }

    /// When it wants a tick.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match *self {
            Self::Due { at, .. } => Some(at),
            Self::InFlight { since, .. } => Some(since + ANSWER_TIMEOUT),
            Self::Settled { .. } | Self::Lost => None,
        }
    }

    /// The offer that waits for an answer.
    pub(crate) fn in_flight(&self) -> Option<OfferId> {
        match *self {
            Self::InFlight { offer, .. } => Some(offer),
            _ => None,
        }
    }

    /// Whether an answer to this offer is what it waits for.
    pub(crate) fn waits_for(&self, offer: OfferId) -> bool {
        matches!(*self, Self::InFlight { offer: waiting, .. } if waiting == offer)
    }
}

#[cfg(test)]
mod tests;
