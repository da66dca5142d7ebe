//! What tells rooms apart.

use switchyard_vocab::ids::{RoomName, Tenant};

/// A room of a tenant: those of different tenants never meet, whatever they are called.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RoomKey {
    /// Whose it is.
    pub tenant: Tenant,
    /// What it is called there.
    pub name: RoomName,
}
