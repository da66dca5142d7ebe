//! Why a subscription gets what it gets.

use crate::layer::{EncodingIndex, SpatialLayer};

/// What selection says about one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Send it.
    Forward,
    /// Send it: it is the first packet of the keyframe at which this encoding takes over.
    Switch,
    /// Send the parameter sets that are attached to it, as a packet of their own: this encoding takes over
    /// with a keyframe that does not bring them along. The packet itself follows.
    Introduce,
    /// Not this one; the reason is for people, no number is spent on it.
    Skip(SkipReason),
}

/// Why selection passed a packet over. Not a fault: nothing was lost.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SkipReason {
    /// Another encoding is being forwarded.
    OtherEncoding,
    /// The wanted encoding has not shown a keyframe yet.
    AwaitingKeyframe,
    /// The subscriber or its publisher paused it, or there is no room for it on the way to the subscriber.
    Paused,
    /// It carries no media.
    PaddingOnly,
    /// It belongs to a time before the encoding was switched to.
    BeforeSwitch,
    /// It is in another codec than the one that was negotiated with the subscriber.
    OtherCodec,
}

/// What keeps a subscription from a higher layer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum LimitingFactor {
    /// Nothing: it has the highest layer there is.
    None,
    /// The subscriber asked for no more.
    Preference,
    /// No more fits on the way to the subscriber.
    Bandwidth,
    /// The publisher sends nothing higher, or nothing at all.
    PublisherNotSending,
    /// It waits for a keyframe of the higher layer.
    KeyframeWait,
    /// Its decoder lacks the codec: it gets nothing of it.
    CodecUnsupported,
    /// The subscriber's token allows no more.
    TokenCap,
}

/// The state of one subscription as a person would ask for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decision {
    /// What is being forwarded now, if anything.
    pub current: Option<EncodingIndex>,
    /// Its rank by size.
    pub layer: Option<SpatialLayer>,
    /// What it is heading for.
    pub target: Option<EncodingIndex>,
    /// Why not more.
    pub limited_by: LimitingFactor,
}
