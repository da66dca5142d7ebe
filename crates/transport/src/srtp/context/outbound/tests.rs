use switchyard_vocab::rtp::SeqNo;

use super::*;
use crate::testing::{hex, keys, rtp};

fn outbound(profile: SrtpProfile) -> Outbound {
    Outbound::new(&keys(profile).server)
}

fn with_room(mut packet: Vec<u8>) -> (Vec<u8>, usize) {
    let len = packet.len();
    packet.resize(len + 20, 0);
    (packet, len)
}

#[test]
fn a_packet_under_sha1_80_is_the_published_example() {
    // The packet with which libsrtp checks itself.
    let master = MasterKey::new(
        SrtpProfile::Aes128CmSha1,
        &hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
        &hex("0EC675AD498AFEEBB6960B3AABE6"),
    )
    .unwrap();
    let (mut packet, len) = with_room(hex("800f1234decafbadcafebabeabababababababababababababababab"));

    let index = ExtSeqNo::starting_at(SeqNo(0x1234));
    let len = Outbound::new(&master).protect_rtp(index, &mut packet, len).unwrap();

    let expected = "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb";
    assert_eq!(packet[..len], hex(expected));
}

#[test]
fn a_retransmission_is_identical() {
    for profile in SrtpProfile::ALL {
        let mut outbound = outbound(profile);
        let index = ExtSeqNo::starting_at(SeqNo(7));
        let (mut first, len) = with_room(rtp(1, 7, b"payload"));
        let mut again = first.clone();

        outbound.protect_rtp(index, &mut first, len).unwrap();
        outbound.protect_rtp(index, &mut again, len).unwrap();

        assert_eq!(first, again);
    }
}

#[test]
#[should_panic(expected = "two different packets")]
fn a_development_build_notices_an_index_given_twice() {
    let mut outbound = outbound(SrtpProfile::AeadAes128Gcm);
    let index = ExtSeqNo::starting_at(SeqNo(7));
    let (mut first, len) = with_room(rtp(1, 7, b"payload"));
    let (mut other, _) = with_room(rtp(1, 7, b"another"));

    outbound.protect_rtp(index, &mut first, len).unwrap();
    let _ = outbound.protect_rtp(index, &mut other, len);
}

#[test]
fn a_buffer_without_room_is_refused() {
    let mut packet = rtp(1, 7, b"payload");
    let len = packet.len();

    let refused =
        outbound(SrtpProfile::AeadAes128Gcm).protect_rtp(ExtSeqNo::starting_at(SeqNo(7)), &mut packet, len);

    assert_eq!(refused, Err(ProtectError::NoRoom { len, needed: len + 16, room: len }));
}

#[test]
fn an_index_below_the_first_turn_is_refused() {
    let (mut packet, len) = with_room(rtp(1, 7, b"payload"));

    let refused = outbound(SrtpProfile::AeadAes128Gcm).protect_rtp(ExtSeqNo(7), &mut packet, len);

    assert_eq!(refused, Err(ProtectError::IndexExhausted));
}

#[test]
fn rtcp_stops_when_its_indexes_are_used_up() {
    let mut outbound = outbound(SrtpProfile::AeadAes128Gcm);
    outbound.next_rtcp_index = RTCP_INDEX_END - 1;
    let report = hex("80c900010000000100000000");
    let (mut last, len) = with_room(report.clone());
    let (mut beyond, _) = with_room(report);

    assert!(outbound.protect_rtcp(&mut last, len - 4).is_ok());
    assert_eq!(outbound.protect_rtcp(&mut beyond, len - 4), Err(ProtectError::IndexExhausted));
}
