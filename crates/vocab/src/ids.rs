//! Who and what: identifiers of the things the server keeps.
//!
//! Numbers are never reused within a run and mean nothing to a client beyond equality: session
//! numbers come from the gateway's registry, all others from `control`. Names come from clients and operators and are bounded where they enter.

use std::fmt;
use std::sync::Arc;

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

numeric_id!(
    /// The signalled side of a participant: one WebSocket (or WHIP/WHEP resource) and what it owns.
    SessionId, "s"
);
numeric_id!(
    /// The media side: one ICE/DTLS/SRTP association. A session owns one or more.
    PeerId, "p"
);
numeric_id!(
    /// One published track, with all its encodings.
    PublicationId, "t"
);
numeric_id!(
    /// One publication on its way to one peer.
    SubscriptionId, "u"
);

/// One worker: a core with its own socket, peers and timers. Starts at 0; part of the ICE ufrag.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct WorkerId(pub u8);

impl WorkerId {
    /// Position in per-worker tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "w{}", self.0)
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a name that was already checked where it entered.
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// The name as its owner wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The name under which participants meet. Unique among the rooms of its tenant.
    RoomName
);
name!(
    /// Who a participant is, unique within a room.
    Identity
);
name!(
    /// Whose participants somebody is one of: the id of the key that signed the token. Tenants never see
    /// one another.
    Tenant
);
