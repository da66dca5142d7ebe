use super::*;

#[test]
fn any_of_the_three_hashes_may_match() {
    for hash in [FingerprintHash::Sha256, FingerprintHash::Sha384, FingerprintHash::Sha512] {
        let right = fingerprint_of(hash, b"certificate");
        let wrong = fingerprint_of(hash, b"another");

        assert!(matches_any(&[wrong.clone(), right.clone()], b"certificate"));
        assert!(!matches_any(&[wrong], b"certificate"));
    }
}

#[test]
fn nothing_announced_matches_nothing() {
    assert!(!matches_any(&[], b"certificate"));
}

#[test]
fn a_digest_under_the_wrong_name_does_not_match() {
    let mut fingerprint = fingerprint_of(FingerprintHash::Sha256, b"certificate");
    fingerprint.hash = FingerprintHash::Sha512;

    assert!(!matches_any(&[fingerprint], b"certificate"));
}

#[test]
fn text_is_pairs_with_colons() {
    assert_eq!(fingerprint_text(&[0xAF, 0x01, 0xF6]), "AF:01:F6");
}
