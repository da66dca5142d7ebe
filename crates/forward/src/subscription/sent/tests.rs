use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::rtp::SeqNo;
use switchyard_wire::rtp::{RtpPacket, rtx};

use super::*;
use crate::allocation::Grant;
use crate::testing::{Call, FIRST_SEQ, RTT, Source, at};

fn call(rtx: bool) -> (Call, Source) {
    let (mut call, mut source) = (Call::video(rtx), Source::video(1));
    call.push_all(0, &source.frame(0, true, 3));
    call.push_all(33, &source.frame(33, false, 3));
    (call, source)
}

#[test]
fn without_rtx_a_resend_is_every_byte_of_the_first_time() {
    let (mut call, _) = call(false);
    let sent = call.got[4].clone();

    let again = call.nack(50, sent.seq.on_wire()).unwrap();

    assert_eq!(again.bytes, sent.bytes);
    assert_eq!(again.seq, sent.seq);
}

#[test]
fn with_rtx_a_resend_has_a_stream_and_stamps_of_its_own() {
    let (mut call, _) = call(true);
    let sent = call.got[4].clone();

    let again = call.nack(50, sent.seq.on_wire()).unwrap();
    let other = call.nack(51, call.got[5].seq.on_wire()).unwrap();

    let (first, second) = (RtpPacket::parse(&sent.bytes).unwrap(), RtpPacket::parse(&again.bytes).unwrap());
    let (original, payload) = rtx::split(second.payload()).unwrap();
    assert_eq!((original, payload), (first.seq(), first.payload()));
    assert_eq!((second.timestamp(), second.marker()), (first.timestamp(), first.marker()));
    assert_eq!((second.ssrc().0, second.payload_type().0, second.seq()), (0xabce, 121, SeqNo(7)));
    assert_ne!(first.extension(5), second.extension(5));
    assert_eq!(other.seq, again.seq.plus(1));
}

#[test]
fn repeated_requests_are_answered_once_per_round_trip_and_ten_times_in_all() {
    let (mut call, _) = call(true);
    let seq = call.got[4].seq.on_wire();

    let answered: Vec<u64> = (50..2_000).filter(|&now| call.nack(now, seq).is_some()).collect();

    assert_eq!(answered, (0..10).map(|time| 50 + 100 * time).collect::<Vec<_>>());
}

#[test]
fn of_a_picture_that_has_stopped_nothing_is_sent_again() {
    let (mut call, mut source) = call(true);
    let seq = call.got[4].seq.on_wire();
    call.subscription.set_grant(Grant::Pause);
    assert_eq!(call.nack(50, seq), None, "whatever comes next begins with a keyframe");

    call.subscription.set_grant(Grant::UpTo(SpatialLayer::HIGHEST));
    call.push_all(66, &source.frame(66, true, 3));
    let last = call.got.last().map(|sent| sent.seq.on_wire()).unwrap();
    assert!(call.nack(100, last).is_some());
}

#[test]
fn what_a_newer_keyframe_replaced_is_not_sent_again() {
    let (mut call, mut source) = call(true);
    let old = call.got[4].seq.on_wire();
    call.push_all(66, &source.frame(66, true, 1));

    let cache = call.publication.cache();
    assert_eq!(call.subscription.handle_nack(at(70), old, cache, RTT), ResendOutcome::Suppressed);
}

#[test]
fn what_is_older_than_two_seconds_is_not_sent_again_though_it_is_kept() {
    let (mut call, _) = call(true);
    let seq = call.got[4].seq.on_wire();

    assert!(call.nack(2_000, seq).is_some());
    assert_eq!(call.nack(2_100, seq), None);
    assert!(
        call.publication.cache().get(call.subscription.sent.plan(call.got[4].seq).unwrap().source).is_some()
    );
}

#[test]
fn what_was_never_sent_is_missed() {
    let (mut call, _) = call(true);
    let cache = call.publication.cache();
    let ahead = SeqNo(FIRST_SEQ + 100);

    assert_eq!(call.subscription.handle_nack(at(70), ahead, cache, RTT), ResendOutcome::Missed);
    assert_eq!(call.subscription.handle_nack(at(70), SeqNo(60_000), cache, RTT), ResendOutcome::Suppressed);
}

#[test]
fn a_second_of_many_packets_can_be_asked_for() {
    let (mut call, mut source) = (Call::video(true), Source::video(1));
    call.push_all(0, &source.frame(0, true, 1));
    for milliseconds in 1..900 {
        call.push_all(milliseconds, &source.frame(milliseconds, false, 1));
    }

    let answered = (0..900).filter(|n| call.nack(1_000, SeqNo(FIRST_SEQ + n)).is_some()).count();

    assert_eq!(answered, 900);
}
