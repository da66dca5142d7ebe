//! We have offered: what the client's answer settles.

use switchyard_vocab::ids::SubscriptionId;
use switchyard_vocab::line::RemoteLine;
use switchyard_vocab::negotiated::{CodecMapping, Extension, SendSection};
use switchyard_vocab::rtp::Mid;

use crate::codec;
use crate::error::SdpError;
use crate::extmap;
use crate::negotiation::offer::{Offer, OfferedSection};
use crate::remote::RemoteDescription;
use crate::section::{Section, SectionKind};
use crate::slots::{Occupant, SlotMap};
use crate::transport::role_as_offerer;

/// What we may send after an answer.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Every subscription that the client takes, with its payload types and extension ids. Replaces
    /// what an earlier answer said.
    pub sections: Vec<SendSection>,
    /// Subscriptions that were offered and that the client does not take.
    pub refused: Vec<Refused>,
    /// The client's end, for its worker; `None` when the client stopped every m-line.
    /// Other credentials than before mean that ICE restarts.
    pub remote: Option<RemoteLine>,
}

/// A subscription that the client does not take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refused {
    /// Which one.
    pub subscription: SubscriptionId,
    /// The m-line on which it was offered.
    pub mid: Mid,
    /// Why.
    pub why: Unsent,
}

/// Why nothing is sent on an m-line that we offered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unsent {
    /// The client stopped the m-line for good (port 0).
    Stopped,
    /// The client does not want to receive on it for now.
    NotReceiving,
    /// The client's answer lacks the codec.
    NoCodec,
    /// The client left it out of the bundle.
    NotBundled,
}

/// Reads the client's answer to `offer` and moves the slots on.
///
/// Subscriptions that were closed since the offer was made are in neither list. Nothing changes when
/// an error is returned.
///
/// # Errors
///
/// The client's mistakes: another offer answered, m-lines moved, no credentials or certificate.
pub fn accept_answer(
    slots: &mut SlotMap,
    offer: &Offer,
    answer: &RemoteDescription,
) -> Result<Sending, SdpError> {
    check_sections(offer, answer)?;
    let our_role = role_as_offerer(answer.setup)?;

    let mut sending = Sending { sections: Vec::new(), refused: Vec::new(), remote: answer.line(our_role) };
    for (offered, answered) in offer.sections.iter().zip(&answer.sections) {
        if let Some(occupant) = &offered.occupant
            && slots.still_carries(offered.mid, occupant.subscription)
        {
            match send_section(offer, answer, offered, answered, occupant) {
                Ok(section) => sending.sections.push(section),
                Err(why) => {
                    let subscription = occupant.subscription;
                    sending.refused.push(Refused { subscription, mid: offered.mid, why });
                }
            }
        }
        if answered.stopped && !offered.stopped {
            slots.on_stopped(offered.mid);
        } else {
            slots.on_answered(offered.mid, offered.occupant.is_some());
        }
    }
    Ok(sending)
}

fn check_sections(offer: &Offer, answer: &RemoteDescription) -> Result<(), SdpError> {
    let (offered, answered) = (offer.sections.len(), answer.sections.len());
    if offered != answered {
        return Err(SdpError::WrongSectionCount { offered, answered });
    }
    for (offered, answered) in offer.sections.iter().zip(&answer.sections) {
        // A stopped m-line may have lost its name.
        let same_name = answered.mid == Some(offered.mid) || (answered.stopped && answered.mid.is_none());
        if !same_name || answered.kind != SectionKind::Media(offered.kind()) {
            return Err(SdpError::WrongSection { index: answered.index, expected: offered.mid.to_string() });
        }
    }
    Ok(())
}

fn send_section(
    offer: &Offer,
    answer: &RemoteDescription,
    offered: &OfferedSection,
    answered: &Section,
    occupant: &Occupant,
) -> Result<SendSection, Unsent> {
    if answered.stopped {
        return Err(Unsent::Stopped);
    }
    if !answer.is_bundled(answered) {
        return Err(Unsent::NotBundled);
    }
    if !answered.direction.receives() {
        return Err(Unsent::NotReceiving);
    }
    let extensions = extmap::answered(answered, &offered.extensions(offer.policy));
    let transport_cc = extensions.id(Extension::TransportCc).is_some();
    let ours = offered.mappings();
    let is_offered = |one: &CodecMapping| ours.iter().any(|our| our.format().is_same(&one.format()));
    let wanted = occupant.format.codec;
    let codec = codec::sendable(&answered.codecs, wanted, transport_cc, is_offered).ok_or(Unsent::NoCodec)?;
    // Retransmission needs both: a payload type of theirs and an SSRC of ours.
    let rtx_ssrc = occupant.rtx_ssrc.filter(|_| codec.rtx.is_some());
    let rtx = codec.rtx.filter(|_| rtx_ssrc.is_some());
    let codec = CodecMapping { rtx, ccfb: codec.ccfb && offer.policy.ccfb, ..codec };
    Ok(SendSection {
        subscription: occupant.subscription,
        mid: offered.mid,
        codec,
        ssrc: occupant.ssrc,
        rtx_ssrc,
        extensions,
    })
}

#[cfg(test)]
mod tests;
