use super::*;
use crate::testing::hex;

#[test]
fn session_keys_are_those_of_rfc_3711_appendix_b3() {
    let master = MasterKey::new(
        SrtpProfile::Aes128CmSha1,
        &hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
        &hex("0EC675AD498AFEEBB6960B3AABE6"),
    )
    .unwrap();

    let session = master.rtp_session();

    assert_eq!(session.key(), hex("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(session.salt[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
    assert_eq!(session.auth[..], hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

#[test]
fn exported_material_is_split_in_the_order_of_rfc_5764() {
    let material: Vec<u8> = (0..56).collect();

    let keys = SrtpKeys::from_exporter(SrtpProfile::AeadAes128Gcm, &material).unwrap();

    assert_eq!(keys.client.key[..16], material[..16]);
    assert_eq!(keys.server.key[..16], material[16..32]);
    assert_eq!(keys.client.salt[..12], material[32..44]);
    assert_eq!(keys.server.salt[..12], material[44..]);
}

#[test]
fn material_of_another_length_is_refused() {
    for profile in SrtpProfile::ALL {
        let material = vec![0; profile.keying_material_len() + 1];

        assert!(SrtpKeys::from_exporter(profile, &material).is_none());
    }
}

#[test]
fn keys_are_not_printed() {
    let keys = SrtpKeys::from_exporter(SrtpProfile::AeadAes128Gcm, &[0xAB; 56]).unwrap();

    assert_eq!(format!("{keys:?}"), "SrtpKeys(AeadAes128Gcm)");
}
