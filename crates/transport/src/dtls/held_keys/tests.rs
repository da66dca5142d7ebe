use super::*;
use crate::srtp::SrtpProfile;
use crate::testing::keys;

fn exported() -> Option<SrtpKeys> {
    Some(keys(SrtpProfile::AeadAes128Gcm))
}

#[test]
fn keys_that_come_early_wait_for_certificate_and_end_and_are_given_out_once() {
    let mut held = HeldKeys::default();

    held.hold(exported());
    assert!(matches!(held.settle(), Ok(None)));
    held.on_verified();
    assert!(matches!(held.settle(), Ok(None)));
    held.on_done();

    assert!(matches!(held.settle(), Ok(Some(_))));
    assert!(matches!(held.settle(), Ok(None)));
}

#[test]
fn without_the_certificate_no_keys_are_given_out_ever() {
    let mut held = HeldKeys::default();
    held.hold(exported());
    held.on_done();

    assert_eq!(held.settle().err(), Some(LineEnd::FingerprintMismatch));

    held.on_verified();
    assert!(matches!(held.settle(), Ok(None)));
}

#[test]
fn a_handshake_without_keys_has_found_no_profile() {
    let mut held = HeldKeys::default();
    held.on_verified();
    held.on_done();

    assert_eq!(held.settle().err(), Some(LineEnd::NoSrtpProfile));
}
