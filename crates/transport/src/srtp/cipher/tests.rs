use super::*;
use crate::testing::hex;

fn cipher(profile: SrtpProfile, key: &str, salt: &str) -> PacketCipher {
    let mut keys = SessionKeys { profile, key: [0; 32], auth: [0; 20], salt: [0; 14] };
    keys.key[..key.len() / 2].copy_from_slice(&hex(key));
    keys.salt[..salt.len() / 2].copy_from_slice(&hex(salt));
    PacketCipher::new(&keys)
}

const GCM_SALT: &str = "517569642070726f2071756f";
const KEY_128: &str = "000102030405060708090a0b0c0d0e0f";
const KEY_256: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const RTP: &str = "8040f17b8041f8d35501a0b2\
    47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
const RTCP: &str = "81c8000d4d6172734e5450314e545032525450200000042a0000e930\
    4c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

#[test]
fn the_key_stream_is_that_of_rfc_3711_appendix_b2() {
    let cipher =
        cipher(SrtpProfile::Aes128CmSha1, "2B7E151628AED2A6ABF7158809CF4F3C", "F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
    let PacketCipher::Cm(cm) = cipher else { unreachable!() };
    let mut stream = [0; 48];

    cm.apply_key_stream(Ssrc(0), 0, &mut stream);

    let expected = "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB\
        41E95B3BB0A2E8DD477901E4FCA894C0";
    assert_eq!(stream[..], hex(expected));
}

fn seal_rtp(cipher: &PacketCipher) -> Vec<u8> {
    let mut packet = hex(RTP);
    packet.resize(packet.len() + cipher.tag_len(), 0);
    cipher.seal_rtp(Ssrc(0x5501_a0b2), 0xf17b, &mut packet, 12);
    packet
}

#[test]
fn rtp_under_gcm_128_is_that_of_rfc_7714_section_16() {
    let cipher = cipher(SrtpProfile::AeadAes128Gcm, KEY_128, GCM_SALT);

    let mut packet = seal_rtp(&cipher);

    let expected = "8040f17b8041f8d35501a0b2\
        f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833\
        899d7f27beb16a9152cf765ee4390cce";
    assert_eq!(packet, hex(expected));
    let len = cipher.open_rtp(Ssrc(0x5501_a0b2), 0xf17b, &mut packet, 12).unwrap();
    assert_eq!(packet[..len], hex(RTP));
}

#[test]
fn rtp_under_gcm_256_is_that_of_rfc_7714_section_16() {
    let cipher = cipher(SrtpProfile::AeadAes256Gcm, KEY_256, GCM_SALT);

    let mut packet = seal_rtp(&cipher);

    let expected = "8040f17b8041f8d35501a0b2\
        32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b\
        7aa3db36dfffd6b0f9bb7878d7a76c13";
    assert_eq!(packet, hex(expected));
    let len = cipher.open_rtp(Ssrc(0x5501_a0b2), 0xf17b, &mut packet, 12).unwrap();
    assert_eq!(packet[..len], hex(RTP));
}

fn seal_rtcp(cipher: &PacketCipher, index: u32) -> Vec<u8> {
    let mut packet = hex(RTCP);
    packet.resize(packet.len() + cipher.tag_len() + INDEX_LEN, 0);
    cipher.seal_rtcp(Ssrc(0x4d61_7273), index, &mut packet);
    packet
}

#[test]
fn rtcp_under_gcm_128_is_that_of_rfc_7714_section_17() {
    let cipher = cipher(SrtpProfile::AeadAes128Gcm, KEY_128, GCM_SALT);

    let mut packet = seal_rtcp(&cipher, 0x5d4);

    let expected = "81c8000d4d617273\
        63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda\
        4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4";
    assert_eq!(packet, hex(expected));
    let word = cipher.rtcp_index_word(&packet);
    let len = cipher.open_rtcp(Ssrc(0x4d61_7273), word, &mut packet).unwrap();
    assert_eq!(packet[..len], hex(RTCP));
}

#[test]
fn readable_rtcp_is_still_authenticated() {
    let cipher = cipher(SrtpProfile::AeadAes128Gcm, KEY_128, GCM_SALT);
    let mut plain = hex(RTCP);
    let plain_len = plain.len();
    let mut aad = plain.clone();
    aad.extend_from_slice(&0x5d4_u32.to_be_bytes());
    let PacketCipher::Gcm { key, salt } = &cipher else { unreachable!() };
    let nonce = gcm_rtcp_nonce(salt, Ssrc(0x4d61_7273), 0x5d4);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&aad), &mut []).unwrap();
    plain.extend_from_slice(tag.as_ref());
    plain.extend_from_slice(&0x5d4_u32.to_be_bytes());
    let mut forged = plain.clone();
    forged[20] ^= 1;

    assert_eq!(cipher.open_rtcp(Ssrc(0x4d61_7273), 0x5d4, &mut plain).unwrap(), plain_len);
    assert_eq!(plain[..plain_len], hex(RTCP));
    assert!(cipher.open_rtcp(Ssrc(0x4d61_7273), 0x5d4, &mut forged).is_err());
}
