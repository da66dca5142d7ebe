use switchyard_vocab::rtp::RtpTimestamp;

use super::*;
use crate::testing::{Call, FIRST_TIMESTAMP, Source, at};

#[test]
fn the_first_reports_follow_the_first_packets_at_once_and_then_about_every_second() {
    let (mut call, mut source) = (Call::video(true), Source::video(1));
    let mut reported = Vec::new();

    for now in 0..10_000 {
        if now % 33 == 0 {
            call.push_all(now, &source.frame(now, now == 0, 1));
        }
        if now % 1_000 == 20 {
            call.report(now, &source);
        }
        if call.subscription.poll_reports(at(now), call.publication.clocks()).is_some() {
            reported.push(now);
        }
    }

    assert_eq!(reported[..5], [50, 300, 550, 800, 1_050], "the first few, for lip sync");
    let later = &reported[4..];
    assert!((6..=18).contains(&later.len()), "{reported:?}");
    assert!(later.windows(2).all(|pair| (500..=1_500).contains(&(pair[1] - pair[0]))), "{reported:?}");
}

#[test]
fn nothing_is_reported_before_the_publisher_reports_or_after_it_stops_sending() {
    let (mut call, mut source) = (Call::video(true), Source::video(1));
    call.push_all(0, &source.frame(0, true, 1));
    let poll = |call: &mut Call, now| call.subscription.poll_reports(at(now), call.publication.clocks());

    assert!((0..2_000).all(|now| poll(&mut call, now).is_none()));
    call.report(2_000, &source);
    let after: Vec<u64> = (2_000..20_000).filter(|&now| poll(&mut call, now).is_some()).collect();

    assert_eq!(after.len(), 1);
    assert!(after[0] <= 2_100);
    assert_eq!(call.subscription.reports.poll_timeout(), None);
}

#[test]
fn a_report_carries_the_publishers_clock_on_to_now() {
    let (mut call, mut source) = (Call::video(true), Source::video(1));
    call.push_all(0, &source.frame(0, true, 2));
    call.report(10, &source);

    let report = call.subscription.poll_reports(at(400), call.publication.clocks()).unwrap().media;

    assert_eq!(report.ntp, source.clock(10).ntp.plus(Duration::from_millis(390)));
    assert_eq!(report.rtp, RtpTimestamp(FIRST_TIMESTAMP + 400 * 90));
    assert_eq!((report.packets, report.ssrc), (2, Ssrc(0xabcd)));
    assert_eq!(report.octets, 128);
}

#[test]
fn retransmissions_are_reported_once_there_were_any() {
    let (mut call, mut source) = (Call::video(true), Source::video(1));
    call.push_all(0, &source.frame(0, true, 2));
    call.report(10, &source);
    let first = call.subscription.poll_reports(at(400), call.publication.clocks()).unwrap();
    call.nack(410, call.got[1].seq.on_wire()).unwrap();
    call.push_all(420, &source.frame(420, false, 1));

    let second = call.subscription.poll_reports(at(3_000), call.publication.clocks()).unwrap();

    assert_eq!(first.rtx, None);
    assert_eq!(second.rtx.unwrap().packets, 1);
    assert_eq!(second.rtx.unwrap().rtp, second.media.rtp);
}

#[test]
fn the_round_trip_is_measured_on_our_own_clock() {
    let (mut call, mut source) = (Call::video(true), Source::video(1));
    call.push_all(0, &source.frame(0, true, 1));
    call.report(10, &source);
    let report = call.subscription.poll_reports(at(400), call.publication.clocks()).unwrap().media;
    let answered = |middle, delay| LastReport { ntp_middle: middle, delay: Duration::from_millis(delay) };
    let reports = &call.subscription.reports;

    let middle = report.ntp.middle();
    assert_eq!(reports.round_trip(at(1_000), answered(middle, 520)), Some(Duration::from_millis(80)));
    assert_eq!(reports.round_trip(at(1_000), answered(middle, 700)), None, "negative");
    assert_eq!(reports.round_trip(at(1_000), answered(middle + 1, 0)), None, "not ours");
    assert_eq!(reports.round_trip(at(20_000), answered(middle, 0)), None, "too long ago");
}
