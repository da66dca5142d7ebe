//! Answering: looking at what there is, without changing it.

use std::ops::Bound;
use std::time::Instant;

use switchyard_vocab::ids::{Identity, RoomName, SessionId, Tenant};

use super::Control;
use crate::directory::PeerEntry;
use crate::query::{
    Answer, ConnectionInfo, ControlTotals, MAX_PAGE, Page, ParticipantDetail, ParticipantInfo,
    PublicationInfo, Query, RoomInfo, SubscriptionInfo,
};
use crate::room::Room;
use crate::room::key::RoomKey;
use crate::room::membership::Member;
use crate::session::Session;

impl Control {
    /// Looks at what control holds. What waits on lanes, and what workers leave there, is for their
    /// owner to add.
    pub fn answer(&self, now: Instant, query: &Query) -> Answer {
        match query {
            Query::Totals => Answer::Totals(self.totals()),
            Query::Rooms { tenant, after, limit } => {
                Answer::Rooms(self.rooms_after(tenant.as_ref(), after.as_ref(), *limit))
            }
            Query::Room(key) => Answer::Room(self.rooms.get(key).map(|room| room_info(key, room))),
            Query::Participants { room, after, limit } => {
                Answer::Participants(self.participants_after(room, *after, *limit))
            }
            Query::Participant { room, identity } => {
                Answer::Participant(self.participant_detail(room, identity).map(Box::new))
            }
            Query::Bans { room, after, limit } => {
                let bans = self.bans.after(now, room, after.as_ref());
                Answer::Bans(page(bans, *limit, |ban| ban.identity.clone()))
            }
            Query::Revocations { tenant, after, limit } => {
                let revocations = self.revocations.after(now, tenant.as_ref(), after.as_ref());
                let place = |one: &crate::query::Revocation| (one.tenant.clone(), one.revoked.clone());
                Answer::Revocations(page(revocations, *limit, place))
            }
            Query::IsRevoked { tenant, revoked } => {
                let mut any = revoked.iter();
                Answer::IsRevoked(any.any(|revoked| self.revocations.holds(now, tenant, revoked)))
            }
        }
    }

    fn totals(&self) -> ControlTotals {
        ControlTotals {
            rooms: self.rooms.len() as u64,
            sessions: (self.sessions.len() + self.waiting.len()) as u64,
            peers: self.directory.peers.len() as u64,
            publications: self.directory.publications.len() as u64,
            subscriptions: self.directory.subscriptions.len() as u64,
            joins_accepted: self.counted.joins_accepted,
            joins_refused: self.counted.joins_refused,
            joins_overloaded: self.counted.joins_overloaded,
            overloaded: self.overloaded,
            joins_draining: self.counted.joins_draining,
            sessions_lingering: self.outputs.silenced() as u64,
            sessions_resumed: self.counted.sessions_resumed,
            sessions_not_resumed: self.counted.sessions_not_resumed,
            draining: self.draining,
            requests_refused: self.counted.requests_refused,
            codec_changes: self.counted.codec_changes,
            ..ControlTotals::default()
        }
    }

    fn rooms_after(
        &self,
        tenant: Option<&Tenant>,
        after: Option<&RoomKey>,
        limit: usize,
    ) -> Page<RoomInfo, RoomKey> {
        let first = tenant.map(|tenant| RoomKey { tenant: tenant.clone(), name: RoomName::new("") });
        let start = match (after.cloned(), first) {
            (Some(after), Some(first)) if after < first => Bound::Included(first),
            (Some(after), _) => Bound::Excluded(after),
            (None, Some(first)) => Bound::Included(first),
            (None, None) => Bound::Unbounded,
        };
        let rooms = self.rooms.range((start, Bound::Unbounded));
        let theirs = rooms.take_while(|(key, _)| tenant.is_none_or(|tenant| key.tenant == *tenant));
        page(theirs.map(|(key, room)| room_info(key, room)), limit, |info| info.room.clone())
    }

    fn participants_after(
        &self,
        key: &RoomKey,
        after: Option<SessionId>,
        limit: usize,
    ) -> Option<Page<ParticipantInfo, SessionId>> {
        let room = self.rooms.get(key)?;
        let members = room.membership.after(after);
        let infos = members.filter_map(|(id, member)| {
            let session = self.sessions.get(&id)?;
            Some(participant_info(id, member, session, room.tracks_of(id).count()))
        });
        Some(page(infos, limit, |info| info.session))
    }

    fn participant_detail(&self, key: &RoomKey, identity: &Identity) -> Option<ParticipantDetail> {
        let room = self.rooms.get(key)?;
        let id = room.membership.session_of(identity)?;
        let (member, session) = (room.membership.get(id)?, self.sessions.get(&id)?);
        let publications = room.all_tracks_of(id).map(|track| PublicationInfo {
            about: track.about.clone(),
            layers: track.layers,
            subscribers: track.subscribers.len(),
            backup_of: track.backup_of,
        });
        let connections = session.peers().filter_map(|peer| {
            let PeerEntry { connection, open, .. } = *self.directory.peers.get(&peer)?;
            Some(ConnectionInfo { peer, connection, open, downlink: None })
        });
        Some(ParticipantDetail {
            about: participant_info(id, member, session, room.tracks_of(id).count()),
            metadata: member.metadata.clone(),
            auto_subscribe: member.auto_subscribe,
            permissions: session.pass.permissions,
            token: session.pass.token.clone(),
            expires_at: session.pass.expires_at,
            connections: connections.collect(),
            publications: publications.collect(),
            subscriptions: self.subscriptions_of(room, session),
        })
    }

    fn subscriptions_of(&self, room: &Room, session: &Session) -> Vec<SubscriptionInfo> {
        let caps = session.pass.permissions.caps;
        let subscriptions = session.subscriptions().filter_map(|subscription| {
            let entry = self.directory.subscriptions.get(&subscription)?;
            let wanted = session.subscribing.wanted(entry.publication);
            let owner = room.track(entry.publication).map(|track| track.owner);
            let publisher = owner.and_then(|owner| room.membership.get(owner));
            Some(SubscriptionInfo {
                publication: entry.publication,
                publisher: publisher.map(|publisher| publisher.identity.clone()),
                // Whoever watches has settled everything with its one offer.
                flowing: wanted.is_none_or(|wanted| wanted.flowing),
                preference: caps.bound(wanted.map(|wanted| wanted.preference).unwrap_or_default()),
                decision: entry.decision,
            })
        });
        subscriptions.collect()
    }
}

/// The first entries, as many as are wanted and allowed, and where to go on.
fn page<T, C>(mut items: impl Iterator<Item = T>, limit: usize, place: impl Fn(&T) -> C) -> Page<T, C> {
    let taken: Vec<_> = items.by_ref().take(limit.clamp(1, MAX_PAGE)).collect();
    let next = items.next().and_then(|_| taken.last().map(place));
    Page { items: taken, next }
}

fn room_info(key: &RoomKey, room: &Room) -> RoomInfo {
    RoomInfo {
        room: key.clone(),
        since: room.since,
        participants: room.membership.len(),
        publications: room.visible().count(),
        metadata: room.metadata.clone(),
        locked: room.locked,
        codecs: room.codecs.clone(),
    }
}

fn participant_info(
    id: SessionId,
    member: &Member,
    session: &Session,
    publications: usize,
) -> ParticipantInfo {
    ParticipantInfo {
        session: id,
        identity: member.identity.clone(),
        display_name: member.display_name.clone(),
        since: member.since,
        connected: member.connected,
        hidden: member.hidden,
        worker: session.worker,
        publications,
        subscriptions: session.subscriptions().count(),
    }
}
