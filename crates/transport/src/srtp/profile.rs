//! Protection profiles: what DTLS-SRTP may settle on, and what each costs on the wire.

use aws_lc_rs::cipher;

/// A protection profile (RFC 5764 §4.1.2, RFC 7714 §14.2).
///
/// Which one is used the handshake library decides: with DTLS 1.2 the first of 256-GCM, 128-GCM and CM that
/// the client knows, with 1.3 the first of the client's list.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SrtpProfile {
    /// `AEAD_AES_128_GCM` (0x0007): one pass over the packet, the cheapest with AES instructions.
    AeadAes128Gcm,
    /// `SRTP_AES128_CM_HMAC_SHA1_80` (0x0001): what everybody must know, at five times the cost.
    Aes128CmSha1,
    /// `AEAD_AES_256_GCM` (0x0008): accepted; longer keys that WebRTC gains nothing from.
    AeadAes256Gcm,
}

impl SrtpProfile {
    /// All of them, the cheapest first.
    pub const ALL: [Self; 3] = [Self::AeadAes128Gcm, Self::AeadAes256Gcm, Self::Aes128CmSha1];

    /// Longest master key of any profile, in bytes.
    pub const MAX_KEY_LEN: usize = 32;
    /// Longest master salt of any profile, in bytes.
    pub const MAX_SALT_LEN: usize = 14;
    /// Most bytes that protection adds to an RTP packet: the room a buffer must leave.
    pub const MAX_RTP_OVERHEAD: usize = 16;
    /// Most bytes that protection adds to an RTCP packet.
    pub const MAX_RTCP_OVERHEAD: usize = 20;

    /// Bytes of a master key.
    pub const fn key_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::Aes128CmSha1 => 16,
            Self::AeadAes256Gcm => 32,
        }
    }

    /// Bytes of a master salt.
    pub const fn salt_len(self) -> usize {
        match self {
            Self::Aes128CmSha1 => 14,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
        }
    }

    /// Bytes of the authentication tag, for RTP and RTCP alike.
    pub const fn tag_len(self) -> usize {
        match self {
            Self::Aes128CmSha1 => 10,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
        }
    }

    /// Bytes that protection adds to an RTP packet: the tag.
    pub const fn rtp_overhead(self) -> usize {
        self.tag_len()
    }

    /// Bytes that protection adds to an RTCP packet: the tag and the index (RFC 3711 §3.4).
    pub const fn rtcp_overhead(self) -> usize {
        self.tag_len() + 4
    }

    /// Bytes to export from the handshake: two keys and two salts.
    pub const fn keying_material_len(self) -> usize {
        2 * (self.key_len() + self.salt_len())
    }

    /// The block cipher under it.
    pub(super) fn block_cipher(self) -> &'static cipher::Algorithm {
        match self {
            Self::AeadAes128Gcm | Self::Aes128CmSha1 => &cipher::AES_128,
            Self::AeadAes256Gcm => &cipher::AES_256,
        }
    }
}
