//! Commands: what control tells a worker to do. Reliable and in order.

use switchyard_vocab::demand::Preference;
use switchyard_vocab::ids::{PeerId, PublicationId, SessionId, SubscriptionId, WorkerId};
use switchyard_vocab::line::{IceCredentials, RemoteLine};
use switchyard_vocab::negotiated::{Receiving, SendSection};

/// Commands that may wait for one worker before control has to hold back.
///
/// A join causes about five; a burst of 100 joins fits.
pub const CAPACITY: usize = 1_024;

/// One instruction. A command about something that is gone is ignored: its event is on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Be ready for a peer: answer its connectivity checks from now on.
    OpenPeer {
        /// Who it will be.
        peer: PeerId,
        /// Whose it is; the peers of one session share a worker.
        session: SessionId,
        /// Our credentials; the ufrag names this worker.
        local: IceCredentials,
    },
    /// The peer's description arrived: the handshake may go on.
    ConnectPeer {
        /// Which peer.
        peer: PeerId,
        /// What its description said.
        remote: RemoteLine,
    },
    /// New credentials on both sides, everything else stays (RFC 8445 §9).
    RestartIce {
        /// Which peer.
        peer: PeerId,
        /// Our new credentials.
        local: IceCredentials,
        /// The peer's new credentials, once its description arrived.
        remote: Option<IceCredentials>,
    },
    /// Say goodbye to a peer and forget it, with all that it published and subscribed to.
    ClosePeer {
        /// Which peer.
        peer: PeerId,
    },
    /// What a peer may send from now on. Publications that are missing from it have ended.
    Receive {
        /// Which peer.
        peer: PeerId,
        /// Everything that was negotiated.
        receiving: Receiving,
    },
    /// Mute or unmute a publication: while muted nothing of it is forwarded.
    SetMuted {
        /// Which publication; it lives on this worker.
        publication: PublicationId,
        /// Whether it is silent now.
        muted: bool,
    },
    /// Forward a publication to a peer.
    Subscribe(Box<Subscribe>),
    /// Change what a subscriber wants of a running subscription.
    Prefer {
        /// Which subscription.
        subscription: SubscriptionId,
        /// What is wanted from now on.
        preference: Preference,
    },
    /// Stop forwarding.
    Unsubscribe {
        /// Which subscription.
        subscription: SubscriptionId,
    },
    /// Stop for good: say goodbye to every peer, then end the thread.
    Shutdown,
}

/// Everything a worker needs to forward one publication to one of its peers.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscribe {
    /// The subscriber's peer, on this worker.
    pub peer: PeerId,
    /// What is forwarded.
    pub publication: PublicationId,
    /// The worker on which the publication lives; when it is another one, media crosses a lane.
    pub home: WorkerId,
    /// How the subscriber wants it on the wire.
    pub section: SendSection,
    /// What the subscriber wants of it.
    pub preference: Preference,
    /// Ties the tracks of one participant together for lip sync (RTCP CNAME, RFC 3550 §6.5.1).
    pub cname: String,
}
