use super::*;

fn read(lines: &[&str]) -> Result<TransportAttributes, SdpError> {
    let split = |line: &&str| {
        let (key, value) = line.split_once(':').unwrap();
        Attribute::new(key.to_owned(), Some(value.to_owned()))
    };
    TransportAttributes::parse(&lines.iter().map(split).collect::<Vec<_>>())
}

#[test]
fn a_fingerprint_survives_being_written_and_read() {
    let fingerprint = Fingerprint { hash: FingerprintHash::Sha256, digest: (0..32).collect() };

    let text = fingerprint_text(&fingerprint);

    assert!(text.starts_with("sha-256 00:01:02:03"));
    assert_eq!(read(&[&format!("fingerprint:{text}")]).unwrap().fingerprints, [fingerprint]);
}

#[test]
fn a_fingerprint_of_the_wrong_length_is_refused() {
    for digest in ["", "AB", "AB:CD:EF", "zz", "+1"] {
        assert!(matches!(
            read(&[&format!("fingerprint:SHA-256 {digest}")]),
            Err(SdpError::BadFingerprint { hash: "sha-256", expected: 32 })
        ));
    }
}

#[test]
fn an_unknown_hash_function_is_named_and_passed_over() {
    let found = read(&["fingerprint:sha-1 AB:CD"]).unwrap();

    assert!(found.fingerprints.is_empty());
    assert_eq!(found.unknown_hashes, ["sha-1"]);
}

#[test]
fn credentials_have_the_lengths_of_the_rfc() {
    assert!(read(&["ice-ufrag:abc"]).is_err());
    assert!(read(&["ice-pwd:only-twenty-one-chars"]).is_err());
    assert!(read(&[&format!("ice-ufrag:{}", "x".repeat(257))]).is_err());
    assert!(read(&["ice-ufrag:abcd", "ice-pwd:twenty-two-characters."]).unwrap().require_ice().is_ok());
}

#[test]
fn an_offer_of_either_role_makes_us_the_server_unless_settled_otherwise() {
    assert_eq!(role_as_answerer(Some(Setup::ActPass), None), Ok(DtlsRole::Server));
    assert_eq!(role_as_answerer(Some(Setup::ActPass), Some(DtlsRole::Client)), Ok(DtlsRole::Client));
    assert_eq!(role_as_answerer(Some(Setup::Passive), None), Ok(DtlsRole::Client));
    assert_eq!(role_as_answerer(Some(Setup::Active), None), Ok(DtlsRole::Server));
    assert!(role_as_answerer(Some(Setup::HoldConn), None).is_err());
}

#[test]
fn an_answer_has_to_choose_a_role() {
    assert_eq!(role_as_offerer(Some(Setup::Active)), Ok(DtlsRole::Server));
    assert_eq!(role_as_offerer(Some(Setup::Passive)), Ok(DtlsRole::Client));
    assert!(role_as_offerer(Some(Setup::ActPass)).is_err());
}
