//! Why a packet died, by name. The names are the labels of the metric.

/// Every reason for which the packet path refuses a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum DropReason {
    /// Longer than any packet the server takes, or too long for a datagram with what one subscriber gets with it.
    TooLong,
    /// First byte belongs to no protocol of the port (RFC 7983 §7).
    NotWebRtc,
    /// Looks like STUN and does not parse.
    MalformedStun,
    /// A binding request for nobody here; strangers get no answer.
    UnknownUfrag,
    /// A binding request whose integrity check failed.
    StunUnauthentic,
    /// STUN other than a binding request: we originate no checks.
    StunUnexpected,
    /// More binding requests from one address than the limit.
    StunRateLimited,
    /// DTLS or media from an address that ICE did not authenticate.
    UnknownAddress,
    /// A DTLS record that the handshake library refused.
    DtlsRefused,
    /// More handshake records at once than the budget and its queue take.
    DtlsOverload,
    /// Media before the handshake was done.
    NoKeys,
    /// An RTP header that contradicts itself.
    MalformedRtp,
    /// An RTCP packet that contradicts itself.
    MalformedRtcp,
    /// Shorter than its protocol allows.
    TooShort,
    /// Seen before, or older than the replay window (RFC 3711 §3.3.2).
    Replayed,
    /// The SRTP tag does not match: wrong keys or changed bytes.
    Unauthentic,
    /// Authentic, but no m-line claims its SSRC, MID or RID.
    UnknownSsrc,
    /// The peer already uses as many streams as it may.
    TooManySsrcs,
    /// A payload type that was not negotiated.
    UnknownPayloadType,
    /// A payload descriptor that contradicts itself.
    MalformedPayload,
    /// The same sequence number again, after decryption.
    Duplicate,
    /// Older than the cache: nobody could use it any more.
    TooOld,
    /// The publication is muted.
    Muted,
    /// The media lane to another worker was full.
    LaneFull,
    /// More packets wait for one subscriber than may.
    PacerFull,
    /// The lane for datagrams that landed on the wrong worker was full.
    StrayLaneFull,
    /// Media from another worker for a publication that is gone.
    StaleMedia,
    /// Selected, but what it belonged to had been left before its turn to leave came.
    NoPlace,
    /// The kernel's send buffer was full for too long.
    SendBufferFull,
    /// The kernel refused to send it.
    SendFailed,
    /// The peer was closed while the packet waited.
    PeerGone,
    /// More RTCP from one peer than the limit.
    RtcpRateLimited,
    /// More media of one publication than the limit.
    IngressLimited,
    /// A check for one peer from an address at which another is being heard. It is not answered.
    AddressHeld,
    /// Of a layer that is withheld because its publisher sends more than its cap.
    OverCap,
    /// A check that was taken before, from another address: somebody recorded it. It is not answered.
    StunReplayed,
    /// In another codec than the one its publication is sent in: a stray, or the first of a sender that turns to
    /// another codec.
    OtherCodec,
    /// Its number on the way out was given before, and two packets under one number would give the keys away. Always
    /// our mistake.
    NumberGiven,
}

impl DropReason {
    /// How many there are: the length of tables indexed by [`index`](Self::index).
    pub const COUNT: usize = Self::ALL.len();

    /// All of them, in the order of their indexes.
    pub const ALL: [Self; 38] = [
        Self::TooLong,
        Self::NotWebRtc,
        Self::MalformedStun,
        Self::UnknownUfrag,
        Self::StunUnauthentic,
        Self::StunUnexpected,
        Self::StunRateLimited,
        Self::UnknownAddress,
        Self::DtlsRefused,
        Self::DtlsOverload,
        Self::NoKeys,
        Self::MalformedRtp,
        Self::MalformedRtcp,
        Self::TooShort,
        Self::Replayed,
        Self::Unauthentic,
        Self::UnknownSsrc,
        Self::TooManySsrcs,
        Self::UnknownPayloadType,
        Self::MalformedPayload,
        Self::Duplicate,
        Self::TooOld,
        Self::Muted,
        Self::LaneFull,
        Self::PacerFull,
        Self::StrayLaneFull,
        Self::StaleMedia,
        Self::NoPlace,
        Self::SendBufferFull,
        Self::SendFailed,
        Self::PeerGone,
        Self::RtcpRateLimited,
        Self::IngressLimited,
        Self::AddressHeld,
        Self::OverCap,
        Self::StunReplayed,
        Self::OtherCodec,
        Self::NumberGiven,
    ];

    /// Position in per-reason tables.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The label in metrics and traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NotWebRtc => "not_webrtc",
            Self::MalformedStun => "malformed_stun",
            Self::UnknownUfrag => "unknown_ufrag",
            Self::StunUnauthentic => "stun_unauthentic",
            Self::StunUnexpected => "stun_unexpected",
            Self::StunRateLimited => "stun_rate_limited",
            Self::UnknownAddress => "unknown_address",
            Self::DtlsRefused => "dtls_refused",
            Self::DtlsOverload => "dtls_overload",
            Self::NoKeys => "no_keys",
            Self::MalformedRtp => "malformed_rtp",
            Self::MalformedRtcp => "malformed_rtcp",
            Self::TooShort => "too_short",
            Self::Replayed => "replayed",
            Self::Unauthentic => "unauthentic",
            Self::UnknownSsrc => "unknown_ssrc",
            Self::TooManySsrcs => "too_many_ssrcs",
            Self::UnknownPayloadType => "unknown_payload_type",
            Self::MalformedPayload => "malformed_payload",
            Self::Duplicate => "duplicate",
            Self::TooOld => "too_old",
            Self::Muted => "muted",
            Self::LaneFull => "lane_full",
            Self::PacerFull => "pacer_full",
            Self::StrayLaneFull => "stray_lane_full",
            Self::StaleMedia => "stale_media",
            Self::NoPlace => "no_place",
            Self::SendBufferFull => "send_buffer_full",
            Self::SendFailed => "send_failed",
            Self::PeerGone => "peer_gone",
            Self::RtcpRateLimited => "rtcp_rate_limited",
            Self::IngressLimited => "ingress_limited",
            Self::AddressHeld => "address_held",
            Self::OverCap => "over_cap",
            Self::StunReplayed => "stun_replayed",
            Self::OtherCodec => "other_codec",
            Self::NumberGiven => "number_given",
        }
    }
}

#[cfg(test)]
mod tests;
