//! Who is in a room: join and leave, found by session and by identity.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::FxHashMap;
use switchyard_vocab::ids::{Identity, SessionId};

/// Somebody in a room.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) identity: Identity,
    pub(crate) display_name: Option<String>,
    /// When this participant came.
    pub(crate) since: Instant,
    pub(crate) metadata: Option<Arc<str>>,
    /// How many messages came to this participant alone.
    pub(crate) messages: u64,
    pub(crate) auto_subscribe: bool,
    /// Seen only by those who see everybody.
    pub(crate) hidden: bool,
    /// Can be told things now.
    pub(crate) connected: bool,
    /// Sees those who are hidden too.
    pub(crate) sees_hidden: bool,
    /// One for all that this participant publishes, so that it is played in step.
    pub(crate) cname: String,
}

/// The members of one room, in the order of their sessions.
#[derive(Debug, Default)]
pub(crate) struct Membership {
    members: BTreeMap<SessionId, Member>,
    by_identity: FxHashMap<Identity, SessionId>,
}

impl Membership {
    /// Lets somebody in.
    pub(crate) fn join(&mut self, session: SessionId, member: Member) {
        self.by_identity.insert(member.identity.clone(), session);
        self.members.insert(session, member);
    }

    /// Lets somebody go, and tells who it was.
    pub(crate) fn leave(&mut self, session: SessionId) -> Option<Member> {
        let member = self.members.remove(&session)?;
        self.by_identity.remove(&member.identity);
        Some(member)
    }

    /// Who a session is.
    pub(crate) fn get(&self, session: SessionId) -> Option<&Member> {
        self.members.get(&session)
    }

    /// The session of somebody, if they are here.
    pub(crate) fn session_of(&self, identity: &Identity) -> Option<SessionId> {
        self.by_identity.get(identity).copied()
    }

    /// How many are here.
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// Everybody.
    pub(crate) fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.members.keys().copied()
    }

    /// Who a session is, to be changed.
    pub(crate) fn get_mut(&mut self, session: SessionId) -> Option<&mut Member> {
        self.members.get_mut(&session)
    }

    /// Whether one participant sees another.
    pub(crate) fn sees(&self, session: SessionId, other: SessionId) -> bool {
        let is_hidden = self.get(other).is_some_and(|member| member.hidden);
        session == other || !is_hidden || self.get(session).is_some_and(|member| member.sees_hidden)
    }

    /// Everybody but one who sees that one.
    pub(crate) fn viewers(&self, session: SessionId) -> impl Iterator<Item = SessionId> {
        let hidden = self.get(session).is_some_and(|member| member.hidden);
        self.others(session).filter(move |(_, other)| !hidden || other.sees_hidden).map(|(id, _)| id)
    }

    /// Everybody after one, who need not be here.
    pub(crate) fn after(&self, session: Option<SessionId>) -> impl Iterator<Item = (SessionId, &Member)> {
        let start = session.map_or(Bound::Unbounded, Bound::Excluded);
        self.members.range((start, Bound::Unbounded)).map(|(&id, member)| (id, member))
    }

    /// Everybody but one.
    pub(crate) fn others(&self, session: SessionId) -> impl Iterator<Item = (SessionId, &Member)> {
        self.members.iter().map(|(&id, member)| (id, member)).filter(move |&(id, _)| id != session)
    }
}
