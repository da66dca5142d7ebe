//! Builders for this crate's tests.

use std::sync::LazyLock;
use std::time::Instant;

use crate::srtp::{SrtpKeys, SrtpProfile};

/// The instant at which every test starts.
pub(crate) fn epoch() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "tests need one instant to count from")]
    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
    *EPOCH
}

/// Bytes written as hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hexadecimal digit") as u8;
    digits.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// Keys that every test of a profile shares.
pub(crate) fn keys(profile: SrtpProfile) -> SrtpKeys {
    let material: Vec<u8> = (0..profile.keying_material_len() as u8).collect();
    SrtpKeys::from_exporter(profile, &material).expect("the profile's length")
}

/// A plain RTP packet.
pub(crate) fn rtp(ssrc: u32, seq: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend_from_slice(&seq.to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 1]);
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend_from_slice(payload);
    packet
}
