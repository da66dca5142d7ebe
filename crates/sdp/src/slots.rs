//! Slots: which m-line of our offers carries which subscription.
//!
//! M-lines never go away (RFC 9429 §5.2.2), so each is a slot that is used again and again:
//!
//! ```text
//!            open              offer()            close
//!   Free ───────────► Occupied ───────► Occupied ──────► Closing ──► answered ──► Free
//!    ▲                   │              (offered)
//!    └── close ──────────┘
//! ```
//!
//! A slot is free again only once the client has answered an offer in which it was inactive:
//! otherwise the client would see one m-line change its track without ever ending the first, and its
//! page would never hear of the second.

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::ids::SubscriptionId;
use switchyard_vocab::profile::Format;
use switchyard_vocab::rtp::{Mid, Ssrc};

use crate::error::SdpError;
use crate::negotiation::offer::{self, Offer, OfferedSection};
use crate::remote::MAX_SECTIONS;
use crate::transport::LocalTransport;

/// What our offers contain beyond the subscriptions.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct OfferPolicy {
    /// Offer abs-send-time beside transport-wide numbers. Off by default: where both are there, some
    /// receivers answer with the wrong kind of feedback.
    pub abs_send_time: bool,
    /// Offer feedback by stream (RFC 8888) beside transport-wide feedback. Who answers with both sends the one it
    /// likes better.
    pub ccfb: bool,
}

/// A subscription on its m-line, constant from its beginning to its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Occupant {
    /// Which one.
    pub subscription: SubscriptionId,
    /// How the publication is encoded.
    pub format: Format,
    /// Our SSRC for it.
    pub ssrc: Ssrc,
    /// Our SSRC for its retransmissions; announced even to clients that might not use it, because some
    /// drop frames when it appears unannounced. `None` for sound.
    pub rtx_ssrc: Option<Ssrc>,
    /// RTCP CNAME: the same for tracks that have to be in lip sync.
    pub cname: String,
    /// Stream id for the client's API: the same for tracks of one participant.
    pub stream: String,
    /// Track id for the client's API.
    pub track: String,
}

#[derive(Clone, Debug)]
enum State {
    /// Inactive, and the client knows.
    Free,
    /// Carries a subscription; `offered` once an offer said so.
    Occupied { occupant: Occupant, offered: bool },
    /// Was offered as active, carries nothing any more, and the client has not answered to that.
    Closing,
    /// The client rejected the m-line: a later subscription needs a new MID (RFC 9429 §5.2.2).
    Dead,
}

#[derive(Clone, Debug)]
struct Slot {
    mid: Mid,
    /// Decides the kind of the m-line; an inactive m-line has to list something.
    format: Format,
    state: State,
}

/// The m-lines of one connection on which we offer.
#[derive(Clone, Debug, Default)]
pub struct SlotMap {
    policy: OfferPolicy,
    slots: Vec<Slot>,
    next_mid: u32,
    /// Version of the latest offer; the first is 1.
    version: u64,
}

impl SlotMap {
    /// No m-lines yet.
    pub fn new(policy: OfferPolicy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// Gives a subscription an m-line: a free one of its kind, else a new one at the end.
    ///
    /// The client learns of it with the next [`offer`](Self::offer). A subscription that has one already keeps it.
    ///
    /// # Errors
    ///
    /// [`SdpError::NoFreeSlot`] at [`MAX_SECTIONS`] m-lines.
    pub fn open(&mut self, occupant: Occupant) -> Result<Mid, SdpError> {
        if let Some(mid) = self.mid_of(occupant.subscription) {
            return Ok(mid);
        }
        let format = occupant.format;
        let kind = format.codec.kind();
        let state = State::Occupied { occupant, offered: false };
        let of_kind = |slot: &&mut Slot| slot.kind() == kind;

        if let Some(slot) =
            self.slots.iter_mut().filter(of_kind).find(|slot| matches!(slot.state, State::Free))
        {
            slot.format = format;
            slot.state = state;
            return Ok(slot.mid);
        }
        let dead =
            self.slots.iter().position(|slot| matches!(slot.state, State::Dead) && slot.kind() == kind);
        if dead.is_none() && self.slots.len() >= MAX_SECTIONS {
            return Err(SdpError::NoFreeSlot { max: MAX_SECTIONS });
        }
        let slot = Slot { mid: self.new_mid(), format, state };
        let mid = slot.mid;
        match dead.and_then(|index| self.slots.get_mut(index)) {
            Some(dead) => *dead = slot,
            None => self.slots.push(slot),
        }
        Ok(mid)
    }

    /// Takes a subscription off its m-line; returns which one it was.
    ///
    /// The client learns of it with the next [`offer`](Self::offer).
    pub fn close(&mut self, subscription: SubscriptionId) -> Option<Mid> {
        let slot = self
            .slots
            .iter_mut()
            .find(|slot| slot.occupant().is_some_and(|o| o.subscription == subscription))?;
        let was_offered = matches!(slot.state, State::Occupied { offered: true, .. });
        slot.state = if was_offered { State::Closing } else { State::Free };
        Some(slot.mid)
    }

    /// Writes the next offer. Nothing may be sent on a new m-line before its answer.
    ///
    /// Without any m-line it is an empty description, of no use to a client: see [`is_empty`](Self::is_empty).
    pub fn offer(&mut self, local: &LocalTransport) -> Offer {
        self.version += 1;
        for slot in &mut self.slots {
            if let State::Occupied { offered, .. } = &mut slot.state {
                *offered = true;
            }
        }
        let sections = self.slots.iter().map(|slot| OfferedSection {
            mid: slot.mid,
            format: slot.format,
            occupant: slot.occupant().cloned(),
            stopped: matches!(slot.state, State::Dead),
        });
        offer::write(self.version, local, self.policy, sections.collect())
    }

    /// Whether the client has yet to hear of something: a subscription that began or ended.
    pub fn needs_offer(&self) -> bool {
        self.slots
            .iter()
            .any(|slot| matches!(slot.state, State::Closing | State::Occupied { offered: false, .. }))
    }

    /// The m-line of a subscription.
    pub fn mid_of(&self, subscription: SubscriptionId) -> Option<Mid> {
        self.occupied().find(|(_, occupant)| occupant.subscription == subscription).map(|(mid, _)| mid)
    }

    /// The subscription of an m-line.
    pub fn subscription_at(&self, mid: Mid) -> Option<SubscriptionId> {
        self.occupied().find(|&(at, _)| at == mid).map(|(_, occupant)| occupant.subscription)
    }

    /// Every m-line that carries something, in order.
    pub fn occupied(&self) -> impl Iterator<Item = (Mid, &Occupant)> {
        self.slots.iter().filter_map(|slot| Some((slot.mid, slot.occupant()?)))
    }

    /// How many m-lines there are, in use or not.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no m-line at all.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether a subscription still has the m-line on which it was offered.
    pub(crate) fn still_carries(&self, mid: Mid, subscription: SubscriptionId) -> bool {
        self.subscription_at(mid) == Some(subscription)
    }

    /// The client has answered that an m-line is inactive, or that it takes it.
    pub(crate) fn on_answered(&mut self, mid: Mid, offered_active: bool) {
        let slot = self.slots.iter_mut().find(|slot| slot.mid == mid);
        if let Some(slot) = slot.filter(|slot| matches!(slot.state, State::Closing) && !offered_active) {
            slot.state = State::Free;
        }
    }

    /// The client has stopped an m-line for good.
    ///
    /// A subscription that moved in since the offer was made begins anew there, under a new MID.
    pub(crate) fn on_stopped(&mut self, mid: Mid) {
        let Some(index) = self.slots.iter().position(|slot| slot.mid == mid) else { return };
        let fresh = self.new_mid();
        if let Some(slot) = self.slots.get_mut(index) {
            match slot.state {
                State::Occupied { offered: false, .. } => slot.mid = fresh,
                _ => slot.state = State::Dead,
            }
        }
    }

    fn new_mid(&mut self) -> Mid {
        let name = self.next_mid.to_string();
        self.next_mid = self.next_mid.wrapping_add(1);
        Mid::parse(name.as_bytes()).expect("a decimal number of 32 bits is 1 to 10 visible characters")
    }
}

impl Slot {
    const fn kind(&self) -> MediaKind {
        self.format.codec.kind()
    }

    const fn occupant(&self) -> Option<&Occupant> {
        match &self.state {
            State::Occupied { occupant, .. } => Some(occupant),
            _ => None,
        }
    }
}

impl Occupant {
    /// Sound or picture.
    pub const fn kind(&self) -> MediaKind {
        self.format.codec.kind()
    }
}

#[cfg(test)]
mod tests;
