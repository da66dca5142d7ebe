//! ICE as a lite server does it (RFC 8445 §2.5): it answers checks and never makes any.
//!
//! ```text
//! Binding request ─ rate_limit ─ agent ─┬─ tuples     addresses that proved they know our password
//!                                       └─ liveness   how long ago that was
//! ```

mod agent;
mod credentials;
mod liveness;
mod rate_limit;
mod tuples;

pub use agent::{Checked, IceLite, StunOutcome};
pub use credentials::{PWD_LEN, UFRAG_LEN, issue_credentials, worker_of};
pub use liveness::{CHECKING_TIMEOUT, CONSENT_TIMEOUT, DISCONNECTED_AFTER, Liveness, Verdict};
pub use rate_limit::{BURST, BindingRateLimit, MAX_ADDRESSES, PER_SECOND};
pub use tuples::{IN_USE_FOR, MAX_TUPLES, Tuples};
