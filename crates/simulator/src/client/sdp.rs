//! Session descriptions as the clients write and read them: plain text, the way browsers do it.
//!
//! Read here anew and not through the server's own reader, for the same reason as
//! [`codec`](super::codec).

mod answer;
mod offer;
mod read;

pub use answer::write_answer;
pub use offer::{OfferedTrack, write_offer};
pub use read::{Description, Section};

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::line::IceCredentials;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::rtp::PayloadType;

/// What a client's end of a connection says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// Its credentials.
    pub ice: IceCredentials,
    /// SHA-256 of its certificate. There is none; the handshake is left out.
    pub fingerprint: [u8; 32],
}

impl Identity {
    fn write(&self, setup: &str, out: &mut String) {
        let digest: Vec<_> = self.fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
        out.push_str(&format!(
            "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=ice-options:trickle\r\na=fingerprint:sha-256 {}\r\na=setup:{setup}\r\n",
            self.ice.ufrag,
            self.ice.pwd,
            digest.join(":"),
        ));
    }
}

/// The payload types that Chrome gives to a codec and to its retransmissions.
pub const fn payload_types(codec: Codec) -> (PayloadType, Option<PayloadType>) {
    match codec {
        Codec::Opus => (PayloadType(111), None),
        Codec::Vp8 => (PayloadType(96), Some(PayloadType(97))),
        Codec::Vp9 => (PayloadType(98), Some(PayloadType(99))),
        Codec::H264 => (PayloadType(102), Some(PayloadType(103))),
        Codec::Av1 => (PayloadType(45), Some(PayloadType(46))),
        Codec::H265 => (PayloadType(49), Some(PayloadType(50))),
    }
}

/// The extensions that Chrome offers with each kind, under its ids.
const fn extensions(kind: MediaKind) -> &'static [(u8, Extension)] {
    match kind {
        MediaKind::Audio => &[
            (1, Extension::AudioLevel),
            (2, Extension::AbsSendTime),
            (3, Extension::TransportCc),
            (4, Extension::Mid),
        ],
        MediaKind::Video => &[
            (12, Extension::DependencyDescriptor),
            (2, Extension::AbsSendTime),
            (13, Extension::VideoOrientation),
            (3, Extension::TransportCc),
            (4, Extension::Mid),
            (10, Extension::Rid),
            (11, Extension::RepairedRid),
        ],
    }
}

fn write_head(session: u64, mids: &[&str], out: &mut String) {
    out.push_str(&format!(
        "v=0\r\no=- {session} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS *\r\n",
        mids.join(" "),
    ));
}

#[cfg(test)]
mod tests;
