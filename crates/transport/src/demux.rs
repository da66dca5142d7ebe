//! What a datagram is, told from its first bytes.

/// The protocols that share the media port (RFC 7983 §7, RFC 9443).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// ICE connectivity checks.
    Stun,
    /// Handshake records, alerts and data-channel records, of DTLS 1.2 and 1.3.
    Dtls,
    /// Sound and picture.
    Rtp,
    /// Reports and feedback.
    Rtcp,
    /// Anything else: dropped and counted.
    Unknown,
}

/// RFC 8489 §5: at offset 4 of every STUN message.
const STUN_MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// Tells the protocol of one datagram. Looks at no more than eight bytes and believes none of them.
///
/// STUN needs its magic cookie besides a first byte in 0–3. DTLS takes all of 20–63, because
/// the unified header of DTLS 1.3 uses 32–63 (RFC 9147 §4). RTCP is RTP whose second byte is
/// in 192–223 (RFC 5761 §4), which is why payload types 64–95 are never negotiated.
pub fn classify(datagram: &[u8]) -> Protocol {
    match datagram {
        [0..=3, _, _, _, cookie @ ..] if cookie.starts_with(&STUN_MAGIC_COOKIE) => Protocol::Stun,
        [20..=63, ..] => Protocol::Dtls,
        [128..=191, 192..=223, ..] => Protocol::Rtcp,
        [128..=191, _, ..] => Protocol::Rtp,
        _ => Protocol::Unknown,
    }
}

#[cfg(test)]
mod tests;
