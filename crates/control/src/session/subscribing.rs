//! The connection on which the server offers and a participant receives.

use std::collections::BTreeMap;
use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_sdp::{RemoteDescription, Unsent};
use switchyard_vocab::decision::Decision;
use switchyard_vocab::demand::Preference;
use switchyard_vocab::ids::{PeerId, PublicationId, SessionId, SubscriptionId};
use switchyard_vocab::negotiated::SendSection;
use switchyard_vocab::profile::Format;

use super::line::WorkerEndpoint;
use super::negotiation::{Input, Negotiation, Output};
use crate::intent::OfferId;
use crate::issuer::Issuer;
use crate::notice::{Notice, Subscribed};
use crate::refusal::Refusal;

mod downlink;

use downlink::Downlink;

/// What a participant receives, or wants to.
pub(crate) struct Subscribing {
    wanted: BTreeMap<PublicationId, Wanted>,
    line: Option<Downlink>,
    negotiation: Negotiation,
    offers: u64,
    /// Formats that an answer of the client did not take. Learned on this connection, forgotten with it.
    undecodable: Vec<Format>,
}

/// Most formats remembered of those that a client can't decode: there are not many more at all.
const MAX_UNDECODABLE: usize = 32;

/// One publication that is wanted.
pub(crate) struct Wanted {
    pub(crate) subscription: SubscriptionId,
    pub(crate) preference: Preference,
    /// Its m-line was answered and the worker forwards it.
    pub(crate) flowing: bool,
    /// The publication whose media its m-line carries: itself, or its backup.
    pub(crate) carrier: PublicationId,
    /// What is received of it, as last heard.
    pub(crate) decision: Option<Decision>,
}

/// What an offer has to say of a publication.
pub(crate) struct Subject {
    pub(crate) carrier: PublicationId,
    pub(crate) format: Format,
    pub(crate) owner: SessionId,
    pub(crate) cname: String,
}

/// An offer on its way, and the commands that come before it.
pub(crate) struct Made {
    pub(crate) opened: Option<PeerId>,
    pub(crate) commands: Vec<Command>,
    pub(crate) notice: Notice,
}

/// What an answer settled. The commands come first.
#[derive(Default)]
pub(crate) struct Accepted {
    pub(crate) commands: Vec<Command>,
    pub(crate) flowing: Vec<Flowing>,
    pub(crate) declined: Vec<Stopped>,
    /// Those whose codec the client lacks. They stay wanted.
    pub(crate) undecodable: Vec<PublicationId>,
}

/// A subscription that may begin.
pub(crate) struct Flowing {
    pub(crate) peer: PeerId,
    pub(crate) publication: PublicationId,
    pub(crate) carrier: PublicationId,
    pub(crate) section: SendSection,
    pub(crate) preference: Preference,
}

/// A subscription that is over.
pub(crate) struct Stopped {
    pub(crate) publication: PublicationId,
    pub(crate) subscription: SubscriptionId,
    /// The worker forwards it.
    pub(crate) flowing: bool,
}

/// A subscription that goes on under another number.
pub(crate) struct Renumbered {
    pub(crate) publication: PublicationId,
    pub(crate) before: SubscriptionId,
    pub(crate) after: SubscriptionId,
}

impl Subscribing {
    pub(crate) fn new() -> Self {
        let (wanted, negotiation) = (BTreeMap::new(), Negotiation::new());
        Self { wanted, line: None, negotiation, offers: 0, undecodable: Vec::new() }
    }

    pub(crate) fn want(&mut self, now: Instant, publication: PublicationId, subscription: SubscriptionId) {
        let preference = Preference::default();
        let wanted =
            Wanted { subscription, preference, flowing: false, carrier: publication, decision: None };
        self.wanted.insert(publication, wanted);
        self.negotiation.handle_input(now, Input::Changed);
    }

    pub(crate) fn unwant(&mut self, now: Instant, publication: PublicationId) -> Option<Stopped> {
        let Wanted { subscription, flowing, .. } = self.wanted.remove(&publication)?;
        if let Some(line) = &mut self.line {
            line.close(subscription);
        }
        self.negotiation.handle_input(now, Input::Changed);
        Some(Stopped { publication, subscription, flowing })
    }

    /// New credentials with the next offer; a fresh connection when the last one was lost.
    pub(crate) fn restart(&mut self, now: Instant) {
        if let Some(line) = &mut self.line {
            line.restart();
        }
        self.negotiation.handle_input(now, Input::Restarted);
    }

    pub(crate) fn handle_tick(&mut self, now: Instant) -> Option<Output> {
        self.negotiation.handle_input(now, Input::Tick)
    }

    pub(crate) fn nothing_to_offer(&mut self, now: Instant) {
        self.negotiation.handle_input(now, Input::NothingToOffer);
    }

    /// Offers what is wanted now, unless the client knows all of it already.
    pub(crate) fn make_offer(
        &mut self,
        now: Instant,
        endpoint: &WorkerEndpoint<'_>,
        session: SessionId,
        issuer: &mut Issuer,
        subject: impl Fn(PublicationId) -> Option<Subject>,
    ) -> Option<Made> {
        let known = self.line.is_some();
        let line = self.line.get_or_insert_with(|| Downlink::new(endpoint, issuer));
        let complete = line.open_slots(&mut self.wanted, issuer, subject);
        if !line.has_something_to_say() {
            self.line.take_if(|_| !known);
            self.negotiation.handle_input(now, Input::NothingToOffer);
            return None;
        }
        self.offers += 1;
        let offer = OfferId(self.offers);
        self.negotiation.handle_input(now, Input::Offered(offer));
        if !complete {
            self.negotiation.handle_input(now, Input::Changed);
        }

        let mut commands = Vec::new();
        commands.extend((!known).then(|| line.open(session)));
        commands.extend(line.begin_restart(endpoint, issuer));
        let opened = (!known).then_some(line.peer());
        Some(Made { opened, commands, notice: line.offer(offer, endpoint, &self.wanted) })
    }

    /// Takes the answer to the offer in flight. A refused answer changes nothing: the offer still
    /// waits.
    pub(crate) fn handle_answer(
        &mut self,
        now: Instant,
        answer: &RemoteDescription,
    ) -> Result<Accepted, Refusal> {
        let mut accepted = Accepted::default();
        let Some(line) = &mut self.line else { return Ok(accepted) };
        let Some(sending) = line.handle_answer(answer)? else { return Ok(accepted) };

        let peer = line.peer();
        accepted.commands.extend(sending.remote.and_then(|remote| line.connect(remote)));
        for section in sending.sections {
            let mut wanted = self.wanted.iter_mut();
            let Some((&publication, wanted)) =
                wanted.find(|(_, one)| one.subscription == section.subscription)
            else {
                continue;
            };
            if !std::mem::replace(&mut wanted.flowing, true) {
                let (preference, carrier) = (wanted.preference, wanted.carrier);
                accepted.flowing.push(Flowing { peer, publication, carrier, section, preference });
            }
        }
        self.negotiation.handle_input(now, Input::Answered);
        for refused in sending.refused {
            let publication = self.publication_of(refused.subscription);
            if let Some(publication) =
                publication.filter(|&publication| self.lacks_codec(publication, refused.why))
            {
                self.let_go(publication);
                accepted.undecodable.push(publication);
                continue;
            }
            accepted.declined.extend(publication.and_then(|publication| self.unwant(now, publication)));
        }
        Ok(accepted)
    }

    /// The client is reached again: gives back the offer that waits for an answer, which may be lost.
    pub(crate) fn resume(&mut self, now: Instant) -> Option<Notice> {
        let output = self.negotiation.handle_input(now, Input::Resumed)?;
        let offer = self.negotiation.in_flight().filter(|_| output == Output::OfferAgain)?;
        self.line.as_ref()?.offer_again(offer, &self.wanted)
    }

    /// Which publication each m-line carries, as far as the client has answered.
    pub(crate) fn settled(&self) -> Vec<Subscribed> {
        let flowing = self.wanted.iter().filter(|(_, wanted)| wanted.flowing);
        let line = self.line.as_ref();
        flowing.filter_map(|(&publication, wanted)| line?.carrying(publication, wanted)).collect()
    }

    /// Forgets the connection, which is gone. What was wanted stays so under new numbers, because
    /// the old ones mean m-lines and streams that no longer exist.
    pub(crate) fn lose_line(&mut self, now: Instant, issuer: &mut Issuer) -> Vec<Renumbered> {
        self.line = None;
        self.undecodable.clear();
        self.negotiation.handle_input(now, Input::LineLost);
        let renumber = |(&publication, wanted): (&PublicationId, &mut Wanted)| {
            let before = std::mem::replace(&mut wanted.subscription, issuer.subscription());
            wanted.flowing = false;
            wanted.decision = None;
            Renumbered { publication, before, after: wanted.subscription }
        };
        self.wanted.iter_mut().map(renumber).collect()
    }

    /// Whether the client refused an m-line for its codec. Browsers stop an m-line of which they know no
    /// format; one that is stopped later was stopped by the page.
    fn lacks_codec(&self, publication: PublicationId, why: Unsent) -> bool {
        let was_flowing = self.wanted.get(&publication).is_some_and(|wanted| wanted.flowing);
        match why {
            Unsent::NoCodec => true,
            Unsent::Stopped => !was_flowing,
            Unsent::NotReceiving | Unsent::NotBundled => false,
        }
    }

    /// Takes a publication off its m-line. It stays wanted; gives back the subscription if it was flowing.
    pub(crate) fn let_go(&mut self, publication: PublicationId) -> Option<SubscriptionId> {
        let wanted = self.wanted.get_mut(&publication)?;
        if let Some(line) = &mut self.line {
            line.close(wanted.subscription);
        }
        wanted.carrier = publication;
        std::mem::take(&mut wanted.flowing).then_some(wanted.subscription)
    }

    /// The client has no decoder for this.
    pub(crate) fn note_undecodable(&mut self, format: Format) {
        if self.decodes(&format) && self.undecodable.len() < MAX_UNDECODABLE {
            self.undecodable.push(format);
        }
    }

    /// Whether the client may have a decoder for this.
    pub(crate) fn decodes(&self, format: &Format) -> bool {
        !self.undecodable.iter().any(|known| known.is_same(format))
    }

    /// What the client is known to have no decoder for.
    pub(crate) fn undecodable(&self) -> &[Format] {
        &self.undecodable
    }

    /// The publication whose media a wanted one is received as.
    pub(crate) fn carrier_of(&self, publication: PublicationId) -> Option<PublicationId> {
        self.wanted.get(&publication).map(|wanted| wanted.carrier)
    }

    /// Something wanted can be offered now that could not be before.
    pub(crate) fn reconsider(&mut self, now: Instant) {
        self.negotiation.handle_input(now, Input::Changed);
    }

    pub(crate) fn waits_for(&self, offer: OfferId) -> bool {
        self.negotiation.waits_for(offer)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.negotiation.deadline()
    }

    pub(crate) fn peer(&self) -> Option<PeerId> {
        self.line.as_ref().map(Downlink::peer)
    }

    pub(crate) fn is_wanted(&self, publication: PublicationId) -> bool {
        self.wanted.contains_key(&publication)
    }

    pub(crate) fn wanted(&self, publication: PublicationId) -> Option<&Wanted> {
        self.wanted.get(&publication)
    }

    /// Everything wanted, the oldest publication first.
    pub(crate) fn all_wanted(&self) -> impl Iterator<Item = (PublicationId, &Wanted)> {
        self.wanted.iter().map(|(&publication, wanted)| (publication, wanted))
    }

    /// Notes what is received of a publication now.
    pub(crate) fn note_decision(&mut self, publication: PublicationId, decision: Decision) {
        if let Some(wanted) = self.wanted.get_mut(&publication) {
            wanted.decision = Some(decision);
        }
    }

    pub(crate) fn wanted_mut(&mut self, publication: PublicationId) -> Option<&mut Wanted> {
        self.wanted.get_mut(&publication)
    }

    /// Everything wanted, the oldest publication first.
    pub(crate) fn publications(&self) -> impl DoubleEndedIterator<Item = PublicationId> {
        self.wanted.keys().copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.wanted.len()
    }

    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> {
        self.wanted.values().map(|wanted| wanted.subscription)
    }

    fn publication_of(&self, subscription: SubscriptionId) -> Option<PublicationId> {
        let found = self.wanted.iter().find(|(_, wanted)| wanted.subscription == subscription);
        found.map(|(&publication, _)| publication)
    }
}
