//! Where a datagram came from and where one goes.

use std::fmt;
use std::net::SocketAddr;

/// Largest UDP payload the server reads or writes; anything longer is dropped and counted.
pub const MAX_DATAGRAM: usize = 1500;

/// The two ends of a UDP path, as the server sees them.
///
/// `local` is the address that the datagram was sent to: on a host with several addresses an
/// answer must leave from the one that was asked (RFC 8445 §7.3).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tuple {
    /// Our end.
    pub local: SocketAddr,
    /// The peer's end.
    pub remote: SocketAddr,
}

/// An address that prints without its host part, for logs.
///
/// IPv4 keeps the first two numbers, IPv6 the first two groups: enough to tell networks apart.
#[derive(Clone, Copy)]
pub struct Redacted(pub SocketAddr);

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SocketAddr::V4(v4) => {
                let [a, b, ..] = v4.ip().octets();
                write!(f, "{a}.{b}.x.x:{}", v4.port())
            }
            SocketAddr::V6(v6) => {
                let [a, b, ..] = v6.ip().segments();
                write!(f, "[{a:x}:{b:x}::x]:{}", v6.port())
            }
        }
    }
}
