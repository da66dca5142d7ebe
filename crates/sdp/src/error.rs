//! Why a session description was refused. Every variant but one is the fault of who wrote it.

use switchyard_vocab::rtp::NameError;

/// Why a description could not be used, and what its author would have to change.
///
/// Nothing has changed when one of these is returned: what was negotiated before still holds.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SdpError {
    /// Longer than any description the server reads.
    #[error("the description has {bytes} bytes, at most {max} are read: use fewer m-lines")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// More m-lines than the server handles on one connection.
    #[error("the description has {count} m-lines, at most {max} are handled: re-use stopped ones")]
    TooManySections {
        /// How many there are.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// A line that is not SDP.
    #[error("line {number} is not of the form `x=value`: {text:?}")]
    NotALine {
        /// Its number, from 1.
        number: usize,
        /// Its beginning.
        text: String,
    },
    /// SDP lines that contradict RFC 8866 together.
    #[error("the description is not SDP (RFC 8866): {0}")]
    Syntax(String),
    /// An m-line in use has no MID.
    #[error("m-line {index} has no a=mid: use unified plan")]
    MissingMid {
        /// Which m-line, from 0.
        index: usize,
    },
    /// A MID that no header extension could carry.
    #[error("the a=mid of m-line {index} is unusable: {problem}")]
    BadMid {
        /// Which m-line, from 0.
        index: usize,
        /// What is wrong with it.
        problem: NameError,
    },
    /// Two m-lines with one name.
    #[error("two m-lines are called {mid}: a MID names one m-line")]
    DuplicateMid {
        /// The name.
        mid: String,
    },
    /// Several m-lines that do not share one transport.
    #[error("the m-lines are not bundled: put them all in one a=group:BUNDLE (RFC 8843)")]
    NotBundled,
    /// RTCP on a port of its own.
    #[error("the m-lines have no a=rtcp-mux: RTP and RTCP have to share a port (RFC 5761)")]
    NoRtcpMux,
    /// Media that is not protected, or without the feedback profile.
    #[error("the m-lines do not use UDP/TLS/RTP/SAVPF: media has to be DTLS-SRTP with feedback")]
    WrongProfile,
    /// Two ICE-lite ends would wait for one another.
    #[error("the description says a=ice-lite, as does the server: one side has to be a full ICE agent")]
    RemoteIsLite,
    /// No a=ice-ufrag and a=ice-pwd, or not of the length RFC 8445 §5.3 asks for.
    #[error("{what} has {length} characters, {min} to 256 are needed (RFC 8445 §5.3)")]
    BadIceCredentials {
        /// `a=ice-ufrag` or `a=ice-pwd`.
        what: &'static str,
        /// How long it is; 0 when missing.
        length: usize,
        /// The least that is accepted.
        min: usize,
    },
    /// No certificate to compare with.
    #[error("there is no a=fingerprint with sha-256, sha-384 or sha-512 (found: {found})")]
    NoFingerprint {
        /// Hash functions that were named.
        found: String,
    },
    /// A digest of the wrong length, or that is not hexadecimal.
    #[error("the a=fingerprint with {hash} is not a digest of {expected} bytes in hexadecimal")]
    BadFingerprint {
        /// The hash function.
        hash: &'static str,
        /// Length of its digest.
        expected: usize,
    },
    /// A DTLS role that leaves none for us.
    #[error("a=setup:{found} can't be used here: {expected}")]
    BadSetup {
        /// What it says.
        found: String,
        /// What would be accepted.
        expected: &'static str,
    },
    /// One id for two header extensions of one bundle.
    #[error(
        "header extension id {id} stands for both {one} and {other}: ids are one map for the whole bundle (RFC 8843 §9)"
    )]
    ExtensionIdReused {
        /// The id.
        id: u8,
        /// What it stands for first.
        one: String,
        /// And then.
        other: String,
    },
    /// Media was offered and none of it in a codec the server forwards.
    #[error("no usable codec: offered {offered}; accepted {accepted}")]
    NoUsableCodec {
        /// What was offered.
        offered: String,
        /// What the server accepts.
        accepted: String,
    },
    /// The client offers to receive, and not what there is.
    #[error(
        "no m-line of the offer receives what is published: offer a=recvonly for each kind ({published})"
    )]
    NothingReceived {
        /// What is published: `audio`, `video`.
        published: String,
    },
    /// A fragment of a description without credentials or candidates of use.
    #[error("the fragment is not one of RFC 8840 §9: {0}")]
    BadFragment(String),
    /// An offer that has lost m-lines of the one before it.
    #[error(
        "the offer has {count} m-lines and lacks {missing} of the one before it: keep each in its place and say a=inactive of what ends (RFC 3264 §8)"
    )]
    MissingSections {
        /// How many it has.
        count: usize,
        /// Names of those it lacks.
        missing: String,
    },
    /// An answer that is not for our offer.
    #[error("the answer has {answered} m-lines, our offer has {offered}: answer the latest offer")]
    WrongSectionCount {
        /// How many we offered.
        offered: usize,
        /// How many were answered.
        answered: usize,
    },
    /// An m-line of the answer that is not the one of our offer at that place.
    #[error("m-line {index} of the answer does not match mid {expected} of our offer: keep order and mids")]
    WrongSection {
        /// Which m-line, from 0.
        index: usize,
        /// The mid we offered there.
        expected: String,
    },
    /// A trickled candidate that is none.
    #[error("the candidate is not of the form of RFC 8839 §5.1: {0:?}")]
    BadCandidate(String),
    /// Our own limit, nobody's fault: all m-lines carry something already.
    #[error("all {max} m-lines of this connection are in use: unsubscribe from something first")]
    NoFreeSlot {
        /// The limit.
        max: usize,
    },
}

/// The beginning of `text`, short enough for an error message and harmless where it is shown: control
/// characters, which terminals and logs obey, are replaced.
pub(crate) fn excerpt(text: &str) -> String {
    const MAX: usize = 80;

    let harmless = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().take(MAX).map(harmless).collect()
}
