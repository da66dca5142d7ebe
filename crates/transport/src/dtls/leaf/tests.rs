use super::*;
use crate::testing::{RSA_CERTIFICATE, hex};

#[test]
fn an_rsa_key_is_recognised() {
    assert!(is_rsa(&hex(RSA_CERTIFICATE)));
}

#[test]
fn our_own_certificate_has_none() {
    let own = dimpl::certificate::generate_self_signed_certificate().unwrap();

    assert!(!is_rsa(&own.certificate));
}

#[test]
fn no_cut_or_changed_certificate_makes_it_panic() {
    let whole = hex(RSA_CERTIFICATE);

    for len in 0..whole.len() {
        let _ = is_rsa(&whole[..len]);
    }
    for at in 0..120 {
        for value in [0x00, 0x7F, 0x80, 0x84, 0x88, 0xFF] {
            let mut changed = whole.clone();
            changed[at] = value;
            let _ = is_rsa(&changed);
        }
    }
}
