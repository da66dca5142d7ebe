use switchyard_vocab::units::{Bitrate, DataSize};

use super::*;
use crate::estimator::{Bounds, Estimator};
use crate::testing::{epoch, ms};

const PICTURE: Ssrc = Ssrc(1);
const SOUND: Ssrc = Ssrc(2);

fn number(count: u64) -> ExtSeqNo {
    ExtSeqNo::starting_at(SeqNo(0)).plus(count)
}

/// Pictures under even numbers, sound under odd ones; each stream begins shortly before its wrap.
fn name(count: u64) -> Name {
    let ssrc = if count.is_multiple_of(2) { PICTURE } else { SOUND };
    (ssrc, SeqNo((65_530 + count / 2) as u16))
}

fn sent(count: u64) -> Names {
    let mut names = Names::default();
    (0..count).for_each(|count| names.on_sent(name(count), number(count)));
    names
}

#[test]
fn what_is_told_stream_by_stream_comes_out_in_the_order_of_sending() {
    let mut names = sent(40);
    let stream = |first: u64| (first..40).step_by(2).map(|count| (name(count), Some(40 - count as i64)));

    let told = names.translate(1_000, stream(0).chain(stream(1)));

    let expected: Vec<_> =
        (0..40).map(|count| Told { number: number(count), arrival: Some(960 + count as i64) }).collect();
    assert_eq!(told, expected);
    assert_eq!(stretches(told).count(), 1);
}

#[test]
fn packets_of_a_stream_that_is_not_told_of_are_left_open() {
    let mut names = sent(10);

    let told = names.translate(1_000, (0..10).step_by(2).map(|count| (name(count), None)));

    assert_eq!(told.len(), 5);
    assert_eq!(stretches(told).count(), 5);
}

#[test]
fn names_that_never_were_are_passed_over_and_the_same_name_twice_counts_once() {
    let mut names = sent(2);
    let strange = ((Ssrc(9), SeqNo(9)), Some(1));

    let told = names.translate(1_000, [(name(0), None), strange, (name(0), Some(1))].into_iter());

    assert_eq!(told, [Told { number: number(0), arrival: Some(999) }]);
}

#[test]
fn only_the_latest_packets_are_remembered_and_a_name_used_again_is_the_later_one() {
    let mut names = Names::default();
    // One stream goes once around its numbers.
    for count in 0..70_000_u64 {
        names.on_sent((PICTURE, SeqNo(count as u16)), number(count));
    }

    assert_eq!((names.numbers.len(), names.sent.len()), (MAX_KEPT, MAX_KEPT));
    let all = (0..=u16::MAX).map(|seq| ((PICTURE, SeqNo(seq)), Some(0)));
    let told = names.translate(0, all);
    assert_eq!(told.first().map(|told| told.number), Some(number(70_000 - MAX_KEPT as u64)));
    assert_eq!(told.last().map(|told| told.number), Some(number(69_999)));
}

#[test]
fn the_receivers_clock_goes_on_where_it_wraps() {
    let mut names = sent(2);

    let before = names.translate(CLOCK_TURN_MICROS - 10, [(name(0), Some(0))].into_iter())[0].arrival;
    let after = names.translate(10, [(name(1), Some(0))].into_iter())[0].arrival;

    assert_eq!(after.unwrap() - before.unwrap(), 20);
}

/// An estimator behind a link of 1 Mbit/s onto which 1.5 are sent for some seconds: told by stream, or by transport.
fn estimate_of_a_full_link(by_stream: bool) -> Bitrate {
    const EVERY: u64 = 8;
    let mut estimator = Estimator::new(Bounds { start: Bitrate::kbps(1_500), ..Bounds::default() });
    let mut names = Names::default();
    let size = DataSize::bytes(1_500);
    let start = epoch();
    let (mut arrivals, mut free): (Vec<(u64, i64)>, i64) = (Vec::new(), 0);
    for count in 0..1_000_u64 {
        let now = start + ms(count * EVERY);
        let micros = (count * EVERY * 1_000) as i64;
        names.on_sent(name(count), number(count));
        estimator.on_sent(now, number(count), size, None);
        // Each takes 12 ms on the link, and waits for those before it.
        free = free.max(micros) + 12_000;
        arrivals.push((count, free));
        if count % 10 != 9 {
            continue;
        }
        let told: Vec<_> = arrivals.extract_if(.., |&mut (_, at)| at <= micros).collect();
        let (Some(&(first, _)), Some(&(last, _))) = (told.first(), told.last()) else { continue };
        if by_stream {
            // In steps of a millisecond, as they are on the wire.
            let ago = |at: i64| (micros - at) / 977 * 977;
            let stream = |parity: u64| told.iter().filter(move |(count, _)| count % 2 == parity);
            let reports = stream(0).chain(stream(1)).map(|&(count, at)| (name(count), Some(ago(at))));
            for stretch in stretches(names.translate(micros, reports)) {
                let (first, last) = (stretch[0].number, stretch[stretch.len() - 1].number);
                let arrivals = stretch.iter().filter_map(|told| Some((told.number.on_wire(), told.arrival?)));
                estimator.on_feedback(now, first.on_wire(), last.plus(1).on_wire(), arrivals);
            }
        } else {
            let arrivals = told.iter().map(|&(count, at)| (number(count).on_wire(), at));
            estimator.on_feedback(now, number(first).on_wire(), number(last + 1).on_wire(), arrivals);
        }
        estimator.on_time(now);
    }
    estimator.bitrate()
}

#[test]
fn a_full_link_is_seen_as_well_by_stream_as_by_transport() {
    let (by_stream, by_transport) = (estimate_of_a_full_link(true), estimate_of_a_full_link(false));

    assert!(by_stream < Bitrate::kbps(1_100), "{by_stream}");
    let ratio = by_stream.as_bps() as f64 / by_transport.as_bps() as f64;
    assert!((0.8..1.25).contains(&ratio), "{by_stream} {by_transport}");
}
