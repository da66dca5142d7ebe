//! Acts: what the server's operator does to those who are in, by whatever means.

use std::time::Duration;

use switchyard_vocab::ids::Tenant;

use crate::revocations::Revoked;

/// What an operator does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Act {
    /// Let a pass no longer count. Whoever is in by it is sent away, and nobody comes in by it.
    Revoke {
        /// Of which tenant.
        tenant: Tenant,
        /// Which pass, or whose.
        revoked: Revoked,
        /// For how long: until the last pass that it is about has ended by itself.
        lasts: Duration,
    },
}

/// What an act led to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Acted {
    /// How many sessions it ended.
    pub ended: usize,
}
