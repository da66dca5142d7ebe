//! Sound with earlier sound in it.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::rtp::PayloadType;
use switchyard_wire::payload::red::Red;
use switchyard_wire::rtp::RtpPacket;

use super::*;
use crate::testing::{Got, receive_section, send_section};

const RED: PayloadType = PayloadType(63);

/// A call with somebody who takes RED, or does not, and gets so many repeats.
fn call(takes_red: bool, repeats: u8) -> (Call, Source) {
    let mut send = send_section(Codec::Opus, false);
    send.codec.red = takes_red.then_some(RED);
    let mut call = Call::new(receive_section(Codec::Opus, "a", &[]), &send);
    call.subscription.set_repeats(repeats);
    (call, Source::audio())
}

/// Packets of 20 ms, each with its number in it.
fn talk(call: &mut Call, source: &mut Source, numbers: std::ops::Range<u64>, len: usize) {
    for number in numbers {
        let packet = source.packet(number * 20, false, &vec![number as u8; len], 0);
        call.push(number * 20, &packet);
    }
}

/// The sounds in a packet with how much earlier they were, the oldest first; one alone when it is no RED.
fn sounds(got: &Got) -> Vec<(u8, u16)> {
    let packet = RtpPacket::parse(&got.bytes).unwrap();
    if packet.payload_type() != RED {
        return vec![(packet.payload()[0], 0)];
    }
    let red = Red::parse(packet.payload()).unwrap();
    assert!(red.redundant().all(|block| block.payload_type == PayloadType(120)));
    assert_eq!(red.primary_type(), PayloadType(120));
    let repeated = red.redundant().map(|block| (block.data[0], block.timestamp_offset));
    repeated.chain([(red.primary()[0], 0)]).collect()
}

#[test]
fn each_packet_has_the_ones_before_it_in_it() {
    let (mut call, mut source) = call(true, 2);

    talk(&mut call, &mut source, 0..4, 40);

    let all: Vec<_> = call.got.iter().map(sounds).collect();
    assert_eq!(
        all,
        [
            vec![(0, 0)],
            vec![(0, 960), (1, 0)],
            vec![(0, 1920), (1, 960), (2, 0)],
            vec![(1, 1920), (2, 960), (3, 0)],
        ]
    );
}

#[test]
fn who_does_not_take_red_gets_each_packet_alone() {
    let (mut call, mut source) = call(false, 2);

    talk(&mut call, &mut source, 0..4, 40);

    assert!(call.got.iter().all(|got| sounds(got).len() == 1));
}

#[test]
fn repeats_begin_at_once_with_what_was_sent_before_and_end_at_once() {
    let (mut call, mut source) = call(true, 0);

    talk(&mut call, &mut source, 0..3, 40);
    call.subscription.set_repeats(1);
    talk(&mut call, &mut source, 3..5, 40);
    call.subscription.set_repeats(0);
    talk(&mut call, &mut source, 5..6, 40);

    let counts: Vec<_> = call.got.iter().map(|got| sounds(got).len()).collect();
    assert_eq!(counts, [1, 1, 1, 2, 2, 1]);
    assert_eq!(sounds(&call.got[3]), [(2, 960), (3, 0)]);
}

#[test]
fn a_packet_that_did_not_come_is_passed_over() {
    let (mut call, mut source) = call(true, 2);

    talk(&mut call, &mut source, 0..2, 40);
    source.seq += 1;
    talk(&mut call, &mut source, 3..4, 40);

    assert_eq!(sounds(&call.got[2]), [(0, 2880), (1, 1920), (3, 0)]);
}

#[test]
fn sound_before_a_pause_of_speech_is_too_old_to_be_repeated() {
    let (mut call, mut source) = call(true, 2);

    talk(&mut call, &mut source, 0..2, 40);
    // 400 ms later, without a missing number: 14 bits count up to 341 ms.
    talk(&mut call, &mut source, 21..22, 40);

    assert_eq!(sounds(&call.got[2]), [(21, 0)]);
}

#[test]
fn a_subscriber_that_pauses_hears_nothing_of_the_pause() {
    let (mut call, mut source) = call(true, 2);
    talk(&mut call, &mut source, 0..3, 40);

    call.subscription.set_preference(Preference { paused: true, ..Preference::default() });
    talk(&mut call, &mut source, 3..5, 40);
    call.subscription.set_preference(Preference::default());
    talk(&mut call, &mut source, 5..7, 40);

    assert_eq!(sounds(&call.got[3]), [(5, 0)]);
    assert_eq!(sounds(&call.got[4]), [(5, 960), (6, 0)]);
}

#[test]
fn what_does_not_fit_a_packet_is_left_out_the_oldest_first() {
    for (len, repeated) in [(300, 2), (450, 1), (600, 0), (1_050, 0)] {
        let (mut call, mut source) = call(true, 2);

        talk(&mut call, &mut source, 0..4, len);

        assert_eq!(sounds(&call.got[3]).len(), 1 + repeated, "{len}");
        assert!(call.got.iter().all(|got| got.bytes.len() < 1_200));
    }
}

#[test]
fn a_block_longer_than_its_header_can_say_is_left_out() {
    let (mut call, mut source) = call(true, 1);

    let long = source.packet(0, false, &[7; 1_024], 0);
    call.push(0, &long);
    talk(&mut call, &mut source, 1..3, 4);

    assert_eq!(sounds(&call.got[1]), [(1, 0)]);
    assert_eq!(sounds(&call.got[2]), [(1, 960), (2, 0)]);
}

#[test]
fn a_packet_that_is_asked_for_again_is_the_same_byte_for_byte_or_is_not_sent() {
    let (mut call, mut source) = call(true, 2);
    talk(&mut call, &mut source, 0..4, 40);
    let number = call.got[3].seq.on_wire();

    // Meanwhile it was decided otherwise.
    call.subscription.set_repeats(0);
    let again = call.nack(100, number).unwrap();

    assert_eq!(again.bytes, call.got[3].bytes);
    // What it repeats is gone from the cache, and it is not.
    let (mut call, mut source) = self::call(true, 2);
    talk(&mut call, &mut source, 0..1, 40);
    talk(&mut call, &mut source, 1..2, 40);
    let number = call.got[1].seq;
    let plan = *call.subscription.sent.plan(number).unwrap();
    let empty = Cache::new(MediaKind::Audio);
    assert!(plan.repeats.blocks(plan.source, &empty, PayloadType(120)).is_none());
}

#[test]
fn the_length_that_is_asked_for_before_is_never_less_than_what_is_written() {
    for (repeats, len) in [(0, 100), (1, 100), (2, 100), (2, 500), (2, 1_150)] {
        let (mut call, mut source) = call(true, repeats);

        talk(&mut call, &mut source, 0..4, len);

        let longest = call.subscription.longest(&crate::testing::observed(0, 0), len);
        let written = call.got.iter().map(|got| RtpPacket::parse(&got.bytes).unwrap().payload().len());
        assert!(written.max().unwrap() <= longest, "{repeats} {len}");
    }
}

#[test]
fn sender_reports_count_what_was_sent_with_its_repeats() {
    let (mut call, mut source) = call(true, 2);

    talk(&mut call, &mut source, 0..4, 40);
    call.report(60, &source);
    let reports = call.subscription.poll_reports(at(500), call.publication.clocks()).expect("one is due");

    let sent = call.got.iter().map(|got| RtpPacket::parse(&got.bytes).unwrap().payload().len() as u32);
    assert_eq!((reports.media.packets, reports.media.octets), (4, sent.sum()));
}
