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

/// How long an answer may take. A client that is slower has lost the offer or its mind.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Where a connection on which we offer stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Negotiation {
    /// All that is wanted was offered. The next offer may leave after `quiet_until`.
    Settled { quiet_until: Option<Instant> },
    /// Something changed; the next offer leaves at `at`.
    Due { at: Instant },
    /// One offer is out.
    InFlight { offer: OfferId, since: Instant, changed: bool },
    /// The connection is gone. Nothing is offered until the participant asks for a fresh one.
    Lost,
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
        Self::Settled { quiet_until: None }
    }

    /// Takes one input and returns what has to be done, if anything.
    pub(crate) fn handle_input(&mut self, now: Instant, input: Input) -> Option<Output> {
        use {Input::*, Negotiation::*};
        let (next, output) = match (*self, input) {
            (Settled { quiet_until }, Changed | Restarted) => {
                (Due { at: quiet_until.map_or(now, |quiet| quiet.max(now)) }, None)
            }
            (Settled { .. }, Tick | NothingToOffer | Answered) => (*self, None),

            (Due { at }, Tick) if at <= now => (*self, Some(Output::MakeOffer)),
            (Due { .. }, NothingToOffer) => (Settled { quiet_until: None }, None),
            (Due { .. }, Tick | Changed | Restarted | Answered) => (*self, None),

            (Settled { .. } | Due { .. } | Lost, Offered(offer)) => {
                (InFlight { offer, since: now, changed: false }, None)
            }

            (InFlight { offer, since, .. }, Changed | Restarted) => {
                (InFlight { offer, since, changed: true }, None)
            }
            (InFlight { since, changed: true, .. }, Answered) => {
                (Due { at: (since + OFFER_SPACING).max(now) }, None)
            }
            (InFlight { since, changed: false, .. }, Answered) => {
                (Settled { quiet_until: Some(since + OFFER_SPACING) }, None)
            }
            (InFlight { since, .. }, Tick) if since + ANSWER_TIMEOUT <= now => (Lost, Some(Output::GiveUp)),
            (InFlight { .. }, Tick | Offered(_) | NothingToOffer) => (*self, None),
            (InFlight { offer, changed, .. }, Resumed) => {
                (InFlight { offer, since: now, changed }, Some(Output::OfferAgain))
            }
            (Settled { .. } | Due { .. }, Resumed) => (*self, None),

            // Whoever was not reached may not have heard that it is lost.
            (Lost, Restarted | Resumed) => (Due { at: now }, None),
            (_, LineLost) | (Lost, _) => (Lost, None),
        };
        *self = next;
        output
    }

    /// When it wants a tick.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match *self {
            Self::Due { at } => Some(at),
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
