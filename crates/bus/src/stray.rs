//! Datagrams that landed on the wrong worker, on their way to the right one.
//!
//! The worker's number is part of the ICE ufrag, so whoever receives a first connectivity check
//! knows its owner; later datagrams from that address follow.

use switchyard_vocab::datagram::Tuple;

/// Datagrams that may wait for one worker.
pub const CAPACITY: usize = 256;

/// A datagram with the path it came by. The answer leaves by the owner's own socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stray {
    /// Where it came from and where it was sent to.
    pub tuple: Tuple,
    /// Its bytes.
    pub bytes: Box<[u8]>,
}
