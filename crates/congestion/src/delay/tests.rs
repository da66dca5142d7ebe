use super::*;
use crate::testing::{arrived, epoch, missing, ms};

/// A packet every 10 ms for `count` packets, whose way takes `way_micros(i)`; a report for every five.
fn feed(trend: &mut DelayTrend, from: Instant, count: u64, way_micros: impl Fn(u64) -> u64) -> Instant {
    let packets: Vec<Outcome> =
        (0..count).map(|i| arrived(from, from + ms(10 * i), 1_200, way_micros(i))).collect();
    for (i, report) in packets.chunks(5).enumerate() {
        trend.on_outcomes(from + ms(50 * (i as u64 + 1)), report);
    }
    from + ms(10 * count)
}

#[test]
fn steady_delay_with_some_noise_is_no_overuse() {
    let mut trend = DelayTrend::default();
    feed(&mut trend, epoch(), 500, |i| 50_000 + (i * 7_919) % 4_000);
    assert_eq!(trend.usage(), Usage::Normal);
}

#[test]
fn a_growing_queue_is_seen_before_it_has_grown_by_50_ms() {
    let mut trend = DelayTrend::default();
    let t0 = epoch();
    let now = feed(&mut trend, t0, 100, |_| 50_000);
    let growing: Vec<Outcome> =
        (0..60).map(|i| arrived(t0, now + ms(10 * i), 1_200, 50_000 + 1_500 * i)).collect();
    let seen = growing.chunks(5).enumerate().find_map(|(i, report)| {
        trend.on_outcomes(now + ms(50 * (i as u64 + 1)), report);
        (trend.usage() == Usage::Over).then_some(i * 5)
    });
    assert!(seen.is_some_and(|packets| 1_500 * packets < 50_000), "seen after {seen:?} packets");
}

#[test]
fn a_shrinking_queue_is_underuse() {
    let mut trend = DelayTrend::default();
    feed(&mut trend, epoch(), 100, |i| 300_000 - 2_000 * i);
    assert_eq!(trend.usage(), Usage::Under);
}

#[test]
fn a_queue_that_stands_is_answered_once_in_a_while() {
    let mut trend = DelayTrend::default();
    let t0 = epoch();
    feed(&mut trend, t0, 100, |_| 50_000);
    // Somebody else keeps it long, and ever so slowly makes it longer.
    let way = |i: u64| 250_000 + 120 * (i - 100);
    let standing: Vec<Outcome> = (100..1_000).map(|i| arrived(t0, t0 + ms(10 * i), 1_200, way(i))).collect();
    let mut answers = 0;
    for (i, report) in standing.chunks(5).enumerate() {
        let now = t0 + ms(1_000 + 50 * (i as u64 + 1));
        trend.on_outcomes(now, report);
        if i > 40 && trend.usage() == Usage::Over {
            answers += 1;
            trend.on_overuse(now, Bitrate::mbps(1), Some(Bitrate::mbps(1)));
        }
    }
    assert!((5..=20).contains(&answers), "answered {answers} times in seven seconds");
}

#[test]
fn a_link_that_all_but_closes_is_seen_by_two_reports_of_few_packets() {
    let mut trend = DelayTrend::default();
    let t0 = epoch();
    let report = |trend: &mut DelayTrend, ends: u64, arrivals: &[(u64, u64)]| {
        let outcomes: Vec<Outcome> = arrivals
            .iter()
            .map(|&(sent, there)| arrived(t0, t0 + ms(sent), 1_200, (there - sent) * 1_000))
            .collect();
        trend.on_outcomes(t0 + ms(ends), &outcomes);
    };
    // 2.4 Mbit/s through a queue of 15 ms, then a tenth of it.
    for tenth in 0..10 {
        let arrivals: Vec<_> =
            (0..25).map(|i| 100 * tenth + 4 * i).map(|at| (at, at + 50 + at.min(15))).collect();
        report(&mut trend, 100 * (tenth + 1), &arrivals);
    }
    assert_eq!(trend.usage(), Usage::Normal);
    report(&mut trend, 1_100, &[(1_000, 1_100), (1_004, 1_140), (1_008, 1_180)]);
    report(&mut trend, 1_200, &[(1_012, 1_220), (1_016, 1_260)]);
    report(&mut trend, 1_300, &[(1_020, 1_300), (1_024, 1_340)]);
    assert_eq!(trend.usage(), Usage::Over);
    let drained = trend.drained().map_or(0, |rate| rate.as_bps() / 1_000);
    assert!((200..=300).contains(&drained), "{drained} kbit/s");
}

#[test]
fn a_way_that_has_become_longer_is_no_queue() {
    for longer in [60_000, 200_000] {
        let mut trend = DelayTrend::default();
        let t0 = epoch();
        let way = |i: u64| 50_000 + (i * 7_919) % 2_000 + if i < 300 { 0 } else { longer };
        let packets: Vec<Outcome> = (0..800).map(|i| arrived(t0, t0 + ms(10 * i), 1_200, way(i))).collect();
        for (i, report) in packets.chunks(5).enumerate() {
            let now = t0 + ms(50 * (i as u64 + 1));
            trend.on_outcomes(now, report);
            match i {
                0..60 | 140.. => assert!(!trend.has_queue(now), "{longer} µs, report {i}"),
                70..90 => assert!(trend.has_queue(now), "it could be one yet: report {i}"),
                _ => {}
            }
        }
        assert_eq!(trend.usage(), Usage::Normal);
    }
}

#[test]
fn a_full_queue_that_others_keep_full_is_one_however_little_it_moves() {
    let mut trend = DelayTrend::default();
    let t0 = epoch();
    let outcome = |i: u64| match i {
        0..300 => arrived(t0, t0 + ms(10 * i), 1_200, 50_000 + (i * 7_919) % 2_000),
        _ if i.is_multiple_of(40) => missing(t0 + ms(10 * i), 1_200),
        _ => arrived(t0, t0 + ms(10 * i), 1_200, 250_000 + (i * 7_919) % 2_000),
    };
    let packets: Vec<Outcome> = (0..1_000).map(outcome).collect();
    for (i, report) in packets.chunks(5).enumerate() {
        let now = t0 + ms(50 * (i as u64 + 1));
        trend.on_outcomes(now, report);
        if trend.usage() == Usage::Over {
            trend.on_overuse(now, Bitrate::mbps(1), Some(Bitrate::mbps(1)));
        }
        assert!(i < 70 || trend.has_queue(now) || trend.competition.is_believed(now), "report {i}");
        assert_eq!(trend.take_wronged(), None);
    }
}

#[test]
fn a_burst_that_was_held_up_is_no_growing_queue() {
    let mut trend = DelayTrend::default();
    // A radio link that lets go every 40 ms what came in between.
    feed(&mut trend, epoch(), 500, |i| 50_000 + (40 - 10 * (i % 4)) * 1_000);
    assert_eq!(trend.usage(), Usage::Normal);
}

const STEADY: Conditions = Conditions {
    usage: Usage::Normal,
    sent: None,
    acknowledged: Some(Bitrate::mbps(1)),
    drained: None,
    rtt: Duration::from_millis(100),
    is_application_limited: false,
    has_competition: false,
};

#[test]
fn after_a_burst_the_rate_falls_below_what_the_link_carries_however_little_arrives_in_all() {
    let mut aimd = Aimd::new(Bitrate::kbps(3_000));
    let burst = Conditions {
        usage: Usage::Over,
        acknowledged: Some(Bitrate::kbps(600)),
        drained: Some(Bitrate::kbps(2_000)),
        ..STEADY
    };
    assert!(aimd.update(epoch(), &burst));
    assert_eq!(aimd.bitrate(), Bitrate::kbps(1_695));
}

#[test]
fn the_rate_falls_below_what_arrives_and_rises_again_step_by_step() {
    let t0 = epoch();
    let mut aimd = Aimd::new(Bitrate::kbps(1_200));
    assert!(aimd.update(t0, &Conditions { usage: Usage::Over, ..STEADY }));
    assert_eq!(aimd.bitrate(), Bitrate::kbps(845));

    for i in 1..=20 {
        assert!(!aimd.update(t0 + ms(50 * i), &STEADY));
    }
    let risen = aimd.bitrate().as_bps();
    assert!((855_000..=865_000).contains(&risen), "near a full link 16 kbit/s in a second, not {risen}");
}

#[test]
fn far_from_a_full_link_the_rate_rises_by_8_percent_a_second() {
    let t0 = epoch();
    let mut aimd = Aimd::new(Bitrate::kbps(900));
    for i in 0..=60 {
        aimd.update(t0 + ms(50 * i), &STEADY);
    }
    let risen = aimd.bitrate().as_bps() as f64 / 900_000.0;
    assert!((1.20..1.27).contains(&risen), "{risen} after three seconds");
}

#[test]
fn the_rate_does_not_rise_past_half_as_much_again_as_arrives() {
    let t0 = epoch();
    let mut aimd = Aimd::new(Bitrate::kbps(1_480));
    for i in 0..=200 {
        aimd.update(t0 + ms(50 * i), &STEADY);
    }
    assert_eq!(aimd.bitrate(), Bitrate::kbps(1_510));
}

#[test]
fn who_has_little_to_send_learns_nothing_by_not_sending() {
    let t0 = epoch();
    let mut aimd = Aimd::new(Bitrate::kbps(900));
    for i in 0..=200 {
        aimd.update(t0 + ms(50 * i), &Conditions { is_application_limited: true, ..STEADY });
    }
    assert_eq!(aimd.bitrate(), Bitrate::kbps(900));
}

#[test]
fn a_second_decrease_waits_for_the_first_to_show() {
    let t0 = epoch();
    let over = Conditions { usage: Usage::Over, ..STEADY };
    let mut aimd = Aimd::new(Bitrate::kbps(1_200));
    assert!(aimd.update(t0, &over));
    assert!(!aimd.update(t0 + ms(50), &over));
    assert!(aimd.update(t0 + ms(100), &over));
}

#[test]
fn beside_others_that_fill_the_queue_little_is_given_way() {
    let t0 = epoch();
    let mut aimd = Aimd::new(Bitrate::mbps(1));
    aimd.update(t0, &Conditions { usage: Usage::Over, has_competition: true, ..STEADY });
    assert_eq!(aimd.bitrate(), Bitrate::kbps(980));

    let little = Conditions {
        sent: Some(Bitrate::kbps(300)),
        acknowledged: Some(Bitrate::kbps(290)),
        has_competition: true,
        usage: Usage::Over,
        ..STEADY
    };
    aimd.update(t0 + ms(300), &little);
    assert_eq!(aimd.bitrate(), Bitrate::bps(960_400), "whoever sends little is not pushed aside");
}

#[test]
fn a_link_that_becomes_narrow_is_given_way_to_whoever_fills_the_queue() {
    let t0 = epoch();
    let mut aimd = Aimd::new(Bitrate::mbps(1));
    let narrow = Conditions {
        sent: Some(Bitrate::kbps(900)),
        drained: Some(Bitrate::kbps(500)),
        has_competition: true,
        usage: Usage::Over,
        ..STEADY
    };
    aimd.update(t0, &narrow);
    assert_eq!(aimd.bitrate(), Bitrate::kbps(420));
}
