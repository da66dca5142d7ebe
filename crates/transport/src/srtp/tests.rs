//! Against an implementation that is not ours: both directions, every profile.

use rtc_srtp::context::Context;
use rtc_srtp::crypto::RTCCryptoProvider;
use rtc_srtp::protection_profile::ProtectionProfile;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};

use super::*;
use crate::testing::{epoch, rtp};

const PROFILES: [(SrtpProfile, ProtectionProfile); 3] = [
    (SrtpProfile::AeadAes128Gcm, ProtectionProfile::AeadAes128Gcm),
    (SrtpProfile::Aes128CmSha1, ProtectionProfile::Aes128CmHmacSha1_80),
    (SrtpProfile::AeadAes256Gcm, ProtectionProfile::AeadAes256Gcm),
];

struct Setup {
    inbound: Inbound,
    outbound: Outbound,
    theirs: Context,
}

fn setup(ours: SrtpProfile, theirs: ProtectionProfile) -> Setup {
    let key: Vec<u8> = (0..ours.key_len() as u8).map(|byte| byte.wrapping_mul(7)).collect();
    let salt: Vec<u8> = (0..ours.salt_len() as u8).map(|byte| byte.wrapping_mul(13)).collect();
    let master = MasterKey::new(ours, &key, &salt).unwrap();
    let provider = rtc_srtp::crypto::providers::AwsLcRsProvider::new();
    Setup {
        inbound: Inbound::new(&master),
        outbound: Outbound::new(&master),
        theirs: Context::new(&key, &salt, theirs, None, None, provider.crypto()).unwrap(),
    }
}

fn report(length_words: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 200];
    packet.extend_from_slice(&length_words.to_be_bytes());
    packet.extend((0..length_words * 4).map(|byte| byte as u8));
    packet
}

#[test]
fn they_open_what_we_seal() {
    for (ours, theirs) in PROFILES {
        let mut setup = setup(ours, theirs);
        let first = ExtSeqNo::starting_at(SeqNo(32_767));

        for step in (0..70_000).step_by(331) {
            let index = first.plus(step);
            let plain = rtp(0xDEAD, index.on_wire().0, &vec![step as u8; step as usize % 1200]);
            let mut packet = plain.clone();
            packet.resize(plain.len() + ours.rtp_overhead(), 0);

            setup.outbound.protect_rtp(index, &mut packet, plain.len()).unwrap();

            assert_eq!(setup.theirs.decrypt_rtp(&packet).unwrap(), plain, "{ours:?}, step {step}");
        }
    }
}

#[test]
fn we_open_what_they_seal() {
    for (ours, theirs) in PROFILES {
        let mut setup = setup(ours, theirs);

        for step in (0..70_000u32).step_by(331) {
            let plain =
                rtp(0xDEAD, 32_767u16.wrapping_add(step as u16), &vec![step as u8; step as usize % 1200]);
            let mut packet = setup.theirs.encrypt_rtp(&plain).unwrap();

            let len = setup.inbound.unprotect_rtp(epoch(), &mut packet).unwrap();

            assert_eq!(packet[..len], plain, "{ours:?}, step {step}");
        }
    }
}

#[test]
fn reports_cross_both_ways() {
    for (ours, theirs) in PROFILES {
        let mut setup = setup(ours, theirs);

        for words in 1..100 {
            let plain = report(words);
            let mut packet = plain.clone();
            packet.resize(plain.len() + ours.rtcp_overhead(), 0);
            setup.outbound.protect_rtcp(&mut packet, plain.len()).unwrap();
            assert_eq!(setup.theirs.decrypt_rtcp(&packet).unwrap(), plain, "{ours:?}, {words} words");

            let mut packet = setup.theirs.encrypt_rtcp(&plain).unwrap();
            let len = setup.inbound.unprotect_rtcp(epoch(), &mut packet).unwrap();
            assert_eq!(packet[..len], plain, "{ours:?}, {words} words");
        }
    }
}
