//! What a line tells its worker.

use std::time::Duration;

use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::datagram::Tuple;

use crate::srtp::SrtpProfile;

/// One thing that happened, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineEvent {
    /// Datagrams on this path are this peer's from now on: keep it in the address table.
    AddressAdded(Tuple),
    /// This path is no longer the peer's: remove it from the address table.
    AddressForgotten(Tuple),
    /// Send on this path from now on; what is known about the old one's bandwidth is void.
    PathChanged(Tuple),
    /// The credentials from before an ICE restart are answered no more: forget their ufrag.
    CredentialsDropped,
    /// Media may flow.
    Opened {
        /// From the line's creation to now.
        after: Duration,
        /// From the first authenticated check, when DTLS could start, to now.
        handshake: Duration,
        /// The profile that was settled on.
        profile: SrtpProfile,
    },
    /// Nothing was heard for a while. It may come back.
    Disconnected,
    /// It came back.
    Reconnected,
    /// The line is over. Send what [`poll_transmit`](super::Line::poll_transmit) still has, then drop it.
    Ended(LineEnd),
}
