//! Binding requests, as they come from a client.

use super::attribute::{
    ICE_CONTROLLED, ICE_CONTROLLING, NOMINATION, PRIORITY, USE_CANDIDATE, USERNAME, is_unknown_and_required,
};
use super::frame::Frame;
use super::{Key, StunError, TransactionId};
use crate::bytes::{u32_at, u64_at};

/// Method Binding, class request (RFC 8489 §5). Method 0x080 (type 0x0200) and others never match.
pub(super) const TYPE: u16 = 0x0001;

/// Longest USERNAME (RFC 8489 §14.3).
const MAX_USERNAME: usize = 513;

/// Most unknown attributes that are remembered, to be named in the answer.
const MAX_UNKNOWN: usize = 8;

/// A connectivity check (RFC 8445 §7.1). **Nothing in it is proved before [`verify`](Self::verify).**
#[derive(Clone, Copy, Debug)]
pub struct BindingRequest<'a> {
    frame: Frame<'a>,
    username: Option<&'a str>,
    use_candidate: bool,
    role: Option<Role>,
    priority: Option<u32>,
    nomination: Option<u32>,
    unknown: UnknownAttributes,
}

/// What the sender believes to be, with its tie-breaker (RFC 8445 §7.3.1.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// It nominates: right, when it talks to a lite server.
    Controlling(u64),
    /// It waits for nominations: then both would wait, and 487 tells it so.
    Controlled(u64),
}

impl<'a> BindingRequest<'a> {
    /// Reads a Binding request; anything else, however sound, is an error.
    ///
    /// The fingerprint is checked when there is one. Of an attribute that stands there twice the
    /// first counts (RFC 8489 §14).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StunError> {
        let mut username = None;
        let mut use_candidate = false;
        let mut role = None;
        let mut priority = None;
        let mut nomination = None;
        let mut unknown = UnknownAttributes::default();
        let is_request = |kind| kind == TYPE;
        let frame = Frame::parse(bytes, is_request, |kind, value| {
            let bad = StunError::BadValue(kind);
            match kind {
                USERNAME if username.is_none() => username = Some(text(value).ok_or(bad)?),
                USE_CANDIDATE => use_candidate = true,
                ICE_CONTROLLING if role.is_none() => {
                    role = Some(Role::Controlling(u64_at(value, 0).ok_or(bad)?));
                }
                ICE_CONTROLLED if role.is_none() => {
                    role = Some(Role::Controlled(u64_at(value, 0).ok_or(bad)?));
                }
                PRIORITY if priority.is_none() => priority = Some(u32_at(value, 0).ok_or(bad)?),
                NOMINATION if nomination.is_none() => nomination = u32_at(value, 0),
                kind if is_unknown_and_required(kind) => unknown.push(kind),
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self { frame, username, use_candidate, role, priority, nomination, unknown })
    }

    /// What the answer must repeat.
    pub const fn transaction(&self) -> TransactionId {
        self.frame.transaction
    }

    /// USERNAME as it stands there; the receiver's fragment comes first.
    pub const fn username(&self) -> Option<&'a str> {
        self.username
    }

    /// Our side's fragment: whom the request is for. `None` without a well-formed USERNAME.
    pub fn server_ufrag(&self) -> Option<&'a str> {
        Some(self.username?.split_once(':')?.0)
    }

    /// The client's fragment.
    pub fn client_ufrag(&self) -> Option<&'a str> {
        Some(self.username?.split_once(':')?.1)
    }

    /// The client wants this path to be used (RFC 8445 §7.1.2).
    pub const fn use_candidate(&self) -> bool {
        self.use_candidate
    }

    /// What the client believes to be, when it says so.
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// Priority of the peer-reflexive candidate this might turn out to be.
    pub const fn priority(&self) -> Option<u32> {
        self.priority
    }

    /// Renomination: the highest value seen names the path to use.
    pub const fn nomination(&self) -> Option<u32> {
        self.nomination
    }

    /// Attributes that must be understood and are not: answer 420 when there are any.
    pub const fn unknown(&self) -> &UnknownAttributes {
        &self.unknown
    }

    /// Whether MESSAGE-INTEGRITY is there at all: 400 when it is not, 401 when it is wrong.
    pub const fn has_integrity(&self) -> bool {
        self.frame.has_integrity()
    }

    /// Whether who sent it knows the password of `key`. False without MESSAGE-INTEGRITY.
    pub fn verify(&self, key: &Key) -> bool {
        self.frame.verify(key)
    }
}

/// The types of attributes a request has no right to have, at most eight of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct UnknownAttributes {
    kinds: [u16; MAX_UNKNOWN],
    len: u8,
}

impl UnknownAttributes {
    /// The types, in the order in which they stood there.
    pub fn as_slice(&self) -> &[u16] {
        self.kinds.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn push(&mut self, kind: u16) {
        if let Some(free) = self.kinds.get_mut(usize::from(self.len)) {
            *free = kind;
            self.len += 1;
        }
    }
}

fn text(value: &[u8]) -> Option<&str> {
    if value.len() > MAX_USERNAME {
        return None;
    }
    std::str::from_utf8(value).ok()
}
