//! ICE as a lite server does it (RFC 8445 §2.5): it answers checks and never makes any.
//!
//! ```text
//! Binding request ─ rate_limit ─ agent ─┬─ transactions   which requests were taken already
//!                                       ├─ tuples         addresses that proved they know our password
//!                                       └─ liveness       how long ago that was
//! ```
//!
//! A lite server cannot ask whether somebody is at an address; it can only judge what comes from there.
//! [`Tuples`] says what is concluded. In short: the handshake proves a path; after it, media moves to a
//! newly nominated path with the first protected packet that comes over it, or when the old path has
//! fallen silent. So a check that was recorded and is sent again from elsewhere turns nobody's media
//! towards a third party while the peer is heard.
//!
//! What remains is a participant that makes up the address of protected packets as well. It can turn
//! *its own* media away, but not to where another peer is heard; and when it stops, media comes back
//! with its next check after [`ABANDONED_AFTER`], or ends with consent after [`CONSENT_TIMEOUT`].

mod agent;
mod credentials;
mod liveness;
mod rate_limit;
mod transactions;
mod tuples;

pub use agent::{Checked, IceLite, OLD_CREDENTIALS_LAST, StunOutcome};
pub use credentials::{PWD_LEN, UFRAG_LEN, issue_credentials, worker_of};
pub use liveness::{CHECKING_TIMEOUT, CONSENT_TIMEOUT, DISCONNECTED_AFTER, Liveness, Verdict};
pub use rate_limit::{BURST, BindingRateLimit, MAX_ADDRESSES, PER_SECOND};
pub use tuples::{ABANDONED_AFTER, IN_USE_FOR, MAX_TUPLES, NOMINATED_AFTER, REBOUND_AFTER, Tuples};
