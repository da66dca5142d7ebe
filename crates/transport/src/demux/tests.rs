use super::*;

const COOKIE: [u8; 4] = STUN_MAGIC_COOKIE;

fn datagram(first: u8, second: u8) -> [u8; 20] {
    let mut bytes = [0; 20];
    bytes[0] = first;
    bytes[1] = second;
    bytes[4..8].copy_from_slice(&COOKIE);
    bytes
}

#[test]
fn every_first_byte_belongs_to_one_protocol() {
    for first in 0..=255u8 {
        let expected = match first {
            0..=3 => Protocol::Stun,
            20..=63 => Protocol::Dtls,
            128..=191 => Protocol::Rtp,
            _ => Protocol::Unknown,
        };

        assert_eq!(classify(&datagram(first, 0)), expected, "first byte {first}");
    }
}

#[test]
fn the_second_byte_tells_rtcp_from_rtp() {
    for second in 0..=255u8 {
        let expected = if (192..=223).contains(&second) { Protocol::Rtcp } else { Protocol::Rtp };

        assert_eq!(classify(&datagram(128, second)), expected, "second byte {second}");
    }
}

#[test]
fn stun_without_its_cookie_is_nothing() {
    let mut bytes = datagram(0, 1);
    bytes[4] ^= 1;

    assert_eq!(classify(&bytes), Protocol::Unknown);
}

#[test]
fn short_datagrams_are_nothing() {
    assert_eq!(classify(&[]), Protocol::Unknown);
    assert_eq!(classify(&[128]), Protocol::Unknown);
    assert_eq!(classify(&[0, 1, 0, 0, 0x21, 0x12, 0xA4]), Protocol::Unknown);
}
