//! Intents: what a participant wants, whatever dialect it speaks.
//!
//! Session descriptions and candidates are opaque text up to here; only control reads them.

mod parts;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::ids::{Identity, PublicationId, RoomName, SessionId};
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::rtp::Mid;

use crate::codec_policy::CodecPolicy;
use crate::grants::Pass;
use crate::room::key::RoomKey;

pub(crate) use parts::Parts;

/// One intent with its sender.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Whose intent it is.
    pub session: SessionId,
    /// The sender's own number for it; comes back in whatever answers it.
    pub id: Option<RequestId>,
    /// What is wanted.
    pub intent: Intent,
}

/// A participant's own number for a request.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RequestId(pub u64);

/// What a participant wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Enter a room. Must come first; the room is made when nobody is in it.
    Join(Join),
    /// Go away. Also sent by the gateway when a connection ends that nobody will come back from.
    Leave,
    /// The participant's connection to the server is lost; it may come back on another one. Sent by the gateway.
    Disconnect {
        /// Which of its connections.
        lost: Resumption,
    },
    /// The participant is back on another connection. Answered with
    /// [`Notice::Snapshot`](crate::notice::Notice::Snapshot). The dialect has checked who it is.
    Resume {
        /// Which of its connections this is.
        by: Resumption,
        /// The messages it has had, if it says.
        heard: Option<Heard>,
    },
    /// Publish: the description of the connection on which the participant sends. Sent again
    /// whenever that connection changes: more tracks, fewer tracks, new ICE credentials.
    Offer {
        /// The participant's session description.
        sdp: String,
        /// What the m-lines are about; those left out are taken as unnamed.
        tracks: Vec<TrackDescription>,
    },
    /// The participant's answer to our latest offer on the connection on which it receives.
    Answer {
        /// Which offer it answers.
        offer: OfferId,
        /// The participant's session description.
        sdp: String,
    },
    /// Publish at one go, as those do who say nothing but a description: every m-line that sends is a camera
    /// or a microphone. Answered as an [`Offer`](Self::Offer) is.
    Ingest {
        /// The participant's session description.
        sdp: String,
    },
    /// Receive what somebody publishes now, on a connection on which the participant offers. Answered with
    /// [`Notice::Answer`](crate::notice::Notice::Answer); what is published later does not join it.
    Watch {
        /// Whose publications.
        identity: Identity,
        /// The participant's session description.
        sdp: String,
        /// Whether it is refused when something lacks a codec that its publisher can be asked for. Then the
        /// participant is told with [`Notice::SubscriptionChanged`](crate::notice::Notice::SubscriptionChanged)
        /// that it can't decode that, and once more when it can.
        whole: bool,
    },
    /// What a participant adds to its description on a connection on which it offered (RFC 8840 §9):
    /// candidates, or new credentials, which restart ICE.
    Fragment {
        /// Which of the connections.
        connection: Connection,
        /// The fragment.
        fragment: String,
        /// Whether it may restart ICE; refused with
        /// [`RestartNotAsked`](crate::refusal::Refusal::RestartNotAsked) otherwise.
        may_restart: bool,
    },
    /// A trickled candidate. The server learns addresses from checks, so it is only validated.
    Candidate {
        /// Which of the two connections.
        connection: Connection,
        /// The candidate line; empty at the end of candidates.
        candidate: String,
    },
    /// Stop publishing a track without a new description.
    Unpublish {
        /// Which one.
        publication: PublicationId,
    },
    /// Silence or unsilence an own publication for everybody; whoever moderates silences those of others.
    SetMuted {
        /// Which one.
        publication: PublicationId,
        /// Whether it is silent from now on.
        muted: bool,
    },
    /// Receive a publication.
    Subscribe {
        /// Which one.
        publication: PublicationId,
    },
    /// Stop receiving a publication.
    Unsubscribe {
        /// Which one.
        publication: PublicationId,
    },
    /// Choose the highest layer wanted of a subscribed publication.
    SetMaxLayer {
        /// Which one.
        publication: PublicationId,
        /// 0 is the smallest picture; [`SpatialLayer::HIGHEST`] takes any.
        layer: SpatialLayer,
    },
    /// Pause or resume a subscribed publication for this participant alone.
    SetPaused {
        /// Which one.
        publication: PublicationId,
        /// Whether nothing of it is wanted from now on.
        paused: bool,
    },
    /// Ask for an offer with new ICE credentials on the connection on which the participant
    /// receives. (For the other one it sends an offer itself.)
    RestartIce,
    /// Show another pass, of the same tenant and for the same room and identity, before the one it came
    /// with ends. What it allows counts from now on.
    Refresh(Pass),
    /// Take another name for people to read.
    SetName(String),
    /// Have others know something else of oneself; what it means is the application's to say.
    SetMetadata(Option<String>),
    /// Say something to everybody in the room, or to one.
    Message {
        /// What.
        text: Arc<str>,
        /// To whom alone.
        to: Option<Identity>,
        /// When it came in, in time since 1970.
        at: Duration,
    },
    /// Send somebody away.
    Kick {
        /// Whom.
        identity: Identity,
        /// What they are told.
        message: Option<String>,
        /// For how long they may not come back.
        ban: Option<Duration>,
    },
    /// Let nobody in any more but those who moderate, or everybody again.
    SetLocked(bool),
    /// Have the room take other codecs of those who publish from now on, within what the server takes.
    SetRoomCodecs(CodecPolicy),
    /// Have everybody know something else of the room.
    SetRoomMetadata(Option<String>),
    /// Send everybody away.
    EndRoom,
}

/// Which of the connections of a session, one after the other, is meant: the first one is 0.
///
/// What a lost connection still had to say may come in after the first words of the next one; by this the two are
/// told apart.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Resumption(pub u64);

/// The last messages that a participant had; 0 where it had none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Heard {
    /// The highest number of those to everybody in the room.
    pub message: u64,
    /// The highest number of those to the participant alone.
    pub direct: u64,
}

/// Entering a room.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Join {
    /// Which room.
    pub room: RoomName,
    /// As whom. The dialect has checked that the participant may call itself so.
    pub identity: Identity,
    /// A name for people to read.
    pub display_name: Option<String>,
    /// What others shall know of the participant.
    pub metadata: Option<String>,
    /// Subscribe to every publication there is and will be.
    pub auto_subscribe: bool,
    /// Who vouches for the participant, and for what.
    pub pass: Pass,
}

impl Join {
    pub(crate) fn room_key(&self) -> RoomKey {
        RoomKey { tenant: self.pass.tenant.clone(), name: self.room.clone() }
    }
}

/// What an m-line is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrackDescription {
    /// The MID of the m-line.
    pub mid: String,
    /// Where the media comes from.
    pub source: TrackSource,
    /// A name for people to read.
    pub name: Option<String>,
    /// Begins silent.
    pub muted: bool,
    /// An own publication that this is the same as, in another codec: nobody sees it as one of its own.
    pub backup_of: Option<PublicationId>,
}

impl TrackDescription {
    /// An m-line of which nothing is said.
    pub(crate) fn unknown(mid: Mid) -> Self {
        let source = TrackSource::default();
        Self { mid: mid.to_string(), source, name: None, muted: false, backup_of: None }
    }
}

/// Where media comes from.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TrackSource {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A shared screen or window.
    Screen,
    /// The sound of a shared screen or window.
    ScreenAudio,
    /// Anything else.
    #[default]
    Unknown,
}

impl TrackSource {
    /// Every source.
    pub const ALL: [Self; 5] =
        [Self::Camera, Self::Microphone, Self::Screen, Self::ScreenAudio, Self::Unknown];

    /// What comes from it; `None` where that may be either.
    pub const fn kind(self) -> Option<MediaKind> {
        match self {
            Self::Camera | Self::Screen => Some(MediaKind::Video),
            Self::Microphone | Self::ScreenAudio => Some(MediaKind::Audio),
            Self::Unknown => None,
        }
    }
}

impl fmt::Display for TrackSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Screen => "screen",
            Self::ScreenAudio => "screen_audio",
            Self::Unknown => "unknown",
        })
    }
}

/// Which of a session's connections is meant.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Connection {
    /// The participant offers and sends.
    Publish,
    /// The server offers and the participant receives; or the participant
    /// [watches](Intent::Watch) and offers to receive.
    Subscribe,
}

/// Number of an offer of ours, rising within a session.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct OfferId(pub u64);
