//! Changes of codec: a publisher turns to another one on the m-line that it has.
//!
//! It may, without a word, to any that its answer took. Whoever receives it is offered the new one on another
//! m-line, under the number that it knows; whoever can't decode that gets the backup, or is told so.

use std::collections::BTreeMap;
use std::time::Instant;

use switchyard_bus::command::Command;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::ids::{PublicationId, SessionId};
use switchyard_vocab::profile::Format;

use super::Control;
use super::backing::SOON;
use crate::intent::Connection;
use crate::notice::Notice;

impl Control {
    /// Takes note of what a publication is sent in.
    pub(super) fn on_format(&mut self, now: Instant, publication: PublicationId, format: Format) {
        let Some(&owner) = self.directory.publications.get(&publication) else { return };
        let Some(track) = self.room_of_mut(owner).and_then(|room| room.track_mut(publication)) else {
            return;
        };
        if track.format.is_same(&format) {
            return;
        }
        // Whether it comes in RED was negotiated, and holds for all that is sent.
        let before = track.format.codec;
        track.format = Format { red: track.format.red, ..format };
        track.about.codec = format.codec;
        track.wanted_codecs.clear();
        let awaiting = std::mem::take(&mut track.awaiting);
        let track = track.clone();
        let awaiting = self.go_on_waiting(publication, awaiting, format.codec);
        self.counted.codec_changes += 1;
        if track.backup_of.is_none() && before != format.codec {
            self.tell_codec(owner, publication, format);
        }
        let (known_as, receivers) = self.receivers_of(&track);
        // They may be able to decode this one, or nobody is asked for a backup on their behalf any more.
        self.outputs
            .tell_all(awaiting, &Notice::SubscriptionChanged { publication: known_as, decision: SOON });
        for session in receivers {
            self.receive_anew(now, session, known_as);
        }
    }

    /// Those who lack the new codec as well wait on for a backup, if there can be one for them. Gives back those whose wait ends.
    fn go_on_waiting(
        &mut self,
        publication: PublicationId,
        awaiting: BTreeMap<SessionId, Vec<Codec>>,
        codec: Codec,
    ) -> Vec<SessionId> {
        let mut over = Vec::new();
        for (session, lacking) in awaiting {
            if !lacking.contains(&codec) || !self.ask_for_backup(session, publication, &lacking) {
                over.push(session);
            } else if let Some(track) = self.room_of_mut(session).and_then(|room| room.track_mut(publication))
            {
                track.awaiting.insert(session, lacking);
            }
        }
        over
    }

    fn tell_codec(&mut self, owner: SessionId, publication: PublicationId, format: Format) {
        let Some(room) = self.room_of(owner) else { return };
        let Some(member) = room.membership.get(owner) else { return };
        let notice =
            Notice::PublicationCodec { identity: member.identity.clone(), publication, codec: format.codec };
        let everybody: Vec<_> = room.membership.viewers(owner).chain([owner]).collect();
        self.outputs.tell_all(everybody, &notice);
    }

    /// Only a viewer itself can negotiate another codec: by playing again.
    pub(super) fn end_watching(&mut self, session: SessionId) {
        self.stop_watching(session);
        self.tell_ended(session, Connection::Subscribe, LineEnd::ClosedByUs);
    }

    /// What somebody receives comes in another format from now on.
    fn receive_anew(&mut self, now: Instant, session: SessionId, publication: PublicationId) {
        let Some(subscriber) = self.sessions.get_mut(&session) else { return };
        if subscriber.watching.as_ref().is_some_and(|watching| watching.carrier_of(publication).is_some()) {
            self.end_watching(session);
            return;
        }
        let stopped = subscriber.subscribing.let_go(publication);
        if let (Some(subscription), Some(worker)) = (stopped, subscriber.worker) {
            self.outputs.command(worker, Command::Unsubscribe { subscription });
        }
        self.find_carrier(now, session, publication);
    }
}
