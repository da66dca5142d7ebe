//! Protected packets under a known key: junk, and authentic packets with something changed.

use std::time::{Duration, Instant};

use switchyard_transport::srtp::{Inbound, MAX_RTCP_SENDERS, MasterKey, Outbound, SrtpKeys, SrtpProfile};
use switchyard_vocab::negotiated::MAX_STREAMS;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo};
use switchyard_wire::rtp::{RtpPacket, seq_of};

use crate::input::{Input, pieces};

/// Packets taken of one input.
const MAX_PACKETS: usize = 32;

/// Room behind a packet for tag, index and the like.
const ROOM: usize = 64;

/// Opens packets, one after the other. What was not protected with the key is never believed, what was is
/// believed once, and never after a change.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let profile = SrtpProfile::ALL[usize::from(input.u8()) % SrtpProfile::ALL.len()];
    let material: Vec<u8> = (0..profile.keying_material_len() as u8).collect();
    let keys = SrtpKeys::from_exporter(profile, &material).expect("as long as it has to be");
    let mut inbound = Inbound::new(&keys.client);
    let mut now = Instant::now();
    for _ in 0..MAX_PACKETS {
        if input.is_empty() {
            break;
        }
        now += Duration::from_secs(u64::from(input.u8()));
        let (kind, change) = (input.u8(), input.u16());
        let plain = input.piece();
        match kind % 4 {
            0 => junk(&mut inbound, now, plain),
            1 => sound(&mut inbound, &keys.client, now, plain, change),
            _ => report(&mut inbound, &keys.client, now, plain, change),
        }
        let (rtp, rtcp) = inbound.streams();
        assert!(rtp <= MAX_STREAMS && rtcp <= MAX_RTCP_SENDERS);
    }
}

/// Nothing that was made without the key is believed.
fn junk(inbound: &mut Inbound, now: Instant, packet: &[u8]) {
    assert!(inbound.unprotect_rtp(now, &mut packet.to_vec()).is_err());
    assert!(inbound.unprotect_rtcp(now, &mut packet.to_vec()).is_err());
}

/// Each packet comes from a sender of its own, since one never uses a number twice.
fn sound(inbound: &mut Inbound, key: &MasterKey, now: Instant, plain: &[u8], change: u16) {
    if RtpPacket::parse(plain).is_err() {
        return;
    }
    let seq = seq_of(plain).unwrap_or(SeqNo(0));
    let mut packet = [plain, &[0; ROOM]].concat();
    let Ok(len) = Outbound::new(key).protect_rtp(ExtSeqNo::starting_at(seq), &mut packet, plain.len()) else {
        return;
    };
    packet.truncate(len);
    let before = inbound.streams();
    let mut spoilt = packet.clone();
    spoil(&mut spoilt, change);
    assert!(inbound.unprotect_rtp(now, &mut spoilt).is_err(), "a changed packet is believed");
    assert_eq!(inbound.streams(), before, "a changed packet is remembered");
    let mut taken = packet.clone();
    if let Ok(len) = inbound.unprotect_rtp(now, &mut taken) {
        assert_eq!(&taken[..len], plain);
        assert!(inbound.unprotect_rtp(now, &mut packet).is_err(), "a packet is believed twice");
    }
}

fn report(inbound: &mut Inbound, key: &MasterKey, now: Instant, plain: &[u8], change: u16) {
    let mut packet = [plain, &[0; ROOM]].concat();
    let Ok(len) = Outbound::new(key).protect_rtcp(&mut packet, plain.len()) else { return };
    packet.truncate(len);
    let mut spoilt = packet.clone();
    spoil(&mut spoilt, change);
    assert!(inbound.unprotect_rtcp(now, &mut spoilt).is_err(), "a changed report is believed");
    let mut taken = packet.clone();
    if let Ok(len) = inbound.unprotect_rtcp(now, &mut taken) {
        assert_eq!(&taken[..len], plain);
        assert!(inbound.unprotect_rtcp(now, &mut packet).is_err(), "a report is believed twice");
    }
}

/// Changes one bit, or cuts the end off.
fn spoil(packet: &mut Vec<u8>, change: u16) {
    let at = usize::from(change >> 3) % packet.len();
    if change & 0x8000 == 0 {
        packet[at] ^= 1 << (change & 7);
    } else {
        packet.truncate(at);
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let media = crate::rtp::seeds();
    let reports = crate::rtcp::seeds();
    let step = |kind: u8, change: u16, packet: &[u8]| {
        [&[1, kind][..], &change.to_be_bytes(), &pieces([packet])].concat()
    };
    let all = |profile: u8, kind: u8, change: u16, packets: &[Vec<u8>]| {
        let steps = packets.iter().flat_map(|packet| step(kind, change, packet));
        std::iter::once(profile).chain(steps).collect::<Vec<u8>>()
    };
    (0..3)
        .flat_map(|profile| {
            [all(profile, 1, 9, &media), all(profile, 2, 0x8011, &reports), all(profile, 0, 0, &media)]
        })
        .collect()
}
