use super::*;
use crate::srtp::context::Outbound;
use crate::testing::{epoch, keys, rtp};

const PROFILE: SrtpProfile = SrtpProfile::AeadAes128Gcm;

fn pair(profile: SrtpProfile) -> (Outbound, Inbound) {
    let keys = keys(profile);
    (Outbound::new(&keys.client), Inbound::new(&keys.client))
}

fn protected(outbound: &mut Outbound, ssrc: u32, index: ExtSeqNo) -> Vec<u8> {
    let mut packet = rtp(ssrc, index.on_wire().0, b"some media");
    let len = packet.len();
    packet.resize(len + SrtpProfile::MAX_RTP_OVERHEAD, 0);
    let len = outbound.protect_rtp(index, &mut packet, len).unwrap();
    packet.truncate(len);
    packet
}

fn report(outbound: &mut Outbound, ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 1];
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.resize(8 + SrtpProfile::MAX_RTCP_OVERHEAD, 0);
    let len = outbound.protect_rtcp(&mut packet, 8).unwrap();
    packet.truncate(len);
    packet
}

#[test]
fn what_was_sealed_opens() {
    for profile in SrtpProfile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let mut packet = protected(&mut outbound, 1, ExtSeqNo::starting_at(SeqNo(9)));

        let len = inbound.unprotect_rtp(epoch(), &mut packet).unwrap();

        assert_eq!(packet[..len], rtp(1, 9, b"some media"));
    }
}

#[test]
fn the_rollover_counter_follows_the_wrap_even_when_packets_swap() {
    for profile in SrtpProfile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let first = ExtSeqNo::starting_at(SeqNo(65_530));

        for step in [0, 3, 1, 7, 5, 12, 4, 20_000, 40_000, 70_000, 69_999] {
            let mut packet = protected(&mut outbound, 1, first.plus(step));

            assert!(inbound.unprotect_rtp(epoch(), &mut packet).is_ok(), "step {step} of {profile:?}");
        }
    }
}

#[test]
fn a_replayed_packet_is_named_so() {
    let (mut outbound, mut inbound) = pair(PROFILE);
    let index = ExtSeqNo::starting_at(SeqNo(9));
    let packet = protected(&mut outbound, 1, index);

    inbound.unprotect_rtp(epoch(), &mut packet.clone()).unwrap();

    assert_eq!(inbound.unprotect_rtp(epoch(), &mut packet.clone()), Err(DecryptError::Replayed(index)));
}

#[test]
fn a_replayed_report_is_named_so() {
    for profile in SrtpProfile::ALL {
        let (mut outbound, mut inbound) = pair(profile);
        let packet = report(&mut outbound, 1);

        inbound.unprotect_rtcp(epoch(), &mut packet.clone()).unwrap();

        let again = inbound.unprotect_rtcp(epoch(), &mut packet.clone());
        assert!(matches!(again, Err(DecryptError::Replayed(_))));
    }
}

#[test]
fn a_forged_packet_moves_neither_the_window_nor_the_counter() {
    let (mut outbound, mut inbound) = pair(PROFILE);
    let first = ExtSeqNo::starting_at(SeqNo(100));
    inbound.unprotect_rtp(epoch(), &mut protected(&mut outbound, 1, first)).unwrap();

    let mut forged = rtp(1, 30_100, &[0; 40]);
    let refused = inbound.unprotect_rtp(epoch(), &mut forged);
    let mut next = protected(&mut outbound, 1, first.plus(1));

    assert_eq!(refused, Err(DecryptError::Unauthentic(Ssrc(1))));
    assert!(inbound.unprotect_rtp(epoch(), &mut next).is_ok());
}

#[test]
fn ten_thousand_forged_streams_take_no_memory() {
    let (mut outbound, mut inbound) = pair(PROFILE);
    let mut genuine = protected(&mut outbound, 1, ExtSeqNo::starting_at(SeqNo(1)));
    inbound.unprotect_rtp(epoch(), &mut genuine).unwrap();

    for ssrc in 0..10_000 {
        let _ = inbound.unprotect_rtp(epoch(), &mut rtp(ssrc, 5, &[0; 40]));
        let _ = inbound.unprotect_rtcp(epoch(), &mut rtp(ssrc, 5, &[0; 40]));
    }

    assert_eq!(inbound.streams(), (1, 0));
}

#[test]
fn a_peer_has_no_more_streams_than_the_limit_until_one_falls_silent() {
    let (mut outbound, mut inbound) = pair(PROFILE);
    let first = ExtSeqNo::starting_at(SeqNo(1));
    for ssrc in 0..MAX_STREAMS as u32 {
        inbound.unprotect_rtp(epoch(), &mut protected(&mut outbound, ssrc, first)).unwrap();
    }
    let extra = protected(&mut outbound, 5_000, first);

    let refused = inbound.unprotect_rtp(epoch(), &mut extra.clone());
    let later = inbound.unprotect_rtp(epoch() + SSRC_IDLE, &mut extra.clone());

    assert_eq!(refused, Err(DecryptError::TooManySsrcs(Ssrc(5_000))));
    assert!(later.is_ok());
    assert_eq!(inbound.streams().0, MAX_STREAMS);
}

#[test]
fn a_packet_from_before_the_first_turn_is_refused_quietly() {
    let (mut outbound, mut inbound) = pair(PROFILE);
    inbound
        .unprotect_rtp(epoch(), &mut protected(&mut outbound, 1, ExtSeqNo::starting_at(SeqNo(3))))
        .unwrap();

    let mut early = rtp(1, 65_000, &[0; 40]);

    assert!(matches!(inbound.unprotect_rtp(epoch(), &mut early), Err(DecryptError::Replayed(_))));
}

#[test]
fn no_bytes_make_it_panic() {
    for profile in SrtpProfile::ALL {
        let (_, mut inbound) = pair(profile);

        for len in 0..64 {
            for first in [0x80, 0x9F, 0xBF, 0xFF, 0x00] {
                let mut packet = vec![0xFF; len];
                if let Some(byte) = packet.first_mut() {
                    *byte = first;
                }

                assert!(inbound.unprotect_rtp(epoch(), &mut packet.clone()).is_err());
                assert!(inbound.unprotect_rtcp(epoch(), &mut packet).is_err());
            }
        }
    }
}

#[test]
fn a_peer_may_report_under_an_ssrc_for_each_stream_and_each_m_line() {
    let (mut outbound, mut inbound) = pair(PROFILE);
    let report = |outbound: &mut Outbound, ssrc: u32| {
        let mut packet = vec![0x80, 201, 0, 1];
        packet.extend_from_slice(&ssrc.to_be_bytes());
        packet.resize(8 + PROFILE.rtcp_overhead(), 0);
        outbound.protect_rtcp(&mut packet, 8).unwrap();
        packet
    };

    for ssrc in 0..MAX_RTCP_SENDERS as u32 {
        inbound.unprotect_rtcp(epoch(), &mut report(&mut outbound, ssrc)).unwrap();
    }
    let refused = inbound.unprotect_rtcp(epoch(), &mut report(&mut outbound, 9_000));

    assert_eq!(refused, Err(DecryptError::TooManySsrcs(Ssrc(9_000))));
    assert_eq!(inbound.streams(), (0, MAX_RTCP_SENDERS));
}
