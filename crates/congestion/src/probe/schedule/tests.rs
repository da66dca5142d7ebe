use super::*;
use crate::probe::cluster::QUICK;
use crate::testing::{epoch, ms};

const CLEAR: Conditions = Conditions {
    rate: Bitrate::kbps(300),
    application_limited_since: None,
    is_congested: false,
    is_known: true,
};

fn ordered(schedule: &mut Schedule) -> Vec<u64> {
    std::iter::from_fn(|| schedule.poll()).map(|cluster| cluster.bitrate.as_bps() / 1_000).collect()
}

/// A schedule behind its first probes.
fn at_rest(t0: Instant) -> Schedule {
    let mut schedule = Schedule::default();
    schedule.on_time(t0, &CLEAR);
    ordered(&mut schedule);
    schedule.on_time(t0 + ms(1_100), &CLEAR);
    schedule
}

fn measured(cluster_kbps: u64, kbps: u64) -> Measured {
    let cluster = Cluster { id: ClusterId(1), bitrate: Bitrate::kbps(cluster_kbps), lasts: QUICK };
    Measured { cluster, bitrate: Bitrate::kbps(kbps) }
}

#[test]
fn the_start_is_probed_at_three_and_six_times_and_goes_on_while_it_succeeds() {
    let t0 = epoch();
    let mut schedule = Schedule::default();
    schedule.on_time(t0, &CLEAR);
    assert_eq!(ordered(&mut schedule), [900, 1_800]);

    schedule.on_measured(t0 + ms(100), &measured(1_800, 1_700));
    assert_eq!(ordered(&mut schedule), [3_400]);

    schedule.on_measured(t0 + ms(200), &measured(3_400, 2_000));
    assert_eq!(ordered(&mut schedule), [] as [u64; 0], "less than 70 % got through");
}

#[test]
fn who_has_little_to_send_is_probed_every_five_seconds() {
    let t0 = epoch();
    let mut schedule = at_rest(t0);
    let limited = Conditions { application_limited_since: Some(t0), ..CLEAR };

    schedule.on_time(t0 + ms(4_900), &limited);
    assert_eq!(ordered(&mut schedule), [] as [u64; 0]);
    schedule.on_time(t0 + ms(5_000), &limited);
    assert_eq!(ordered(&mut schedule), [600]);
}

#[test]
fn a_need_that_does_not_fit_is_probed_ever_more_rarely() {
    let t0 = epoch();
    let mut schedule = at_rest(t0);
    schedule.set_need(Need::For(Bitrate::kbps(400)));
    let mut probes = Vec::new();
    for i in 0..6_000 {
        let now = t0 + ms(2_000 + 20 * i);
        schedule.on_time(now, &CLEAR);
        probes.extend(ordered(&mut schedule).into_iter().map(|kbps| (kbps, now)));
    }

    assert!(probes.iter().all(|(kbps, _)| *kbps == 440), "a tenth more than is needed");
    let gaps: Vec<_> = probes.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    assert!(gaps.len() >= 4 && gaps.is_sorted() && gaps[0] >= ms(3_000), "{gaps:?}");
}

#[test]
fn where_a_probe_found_more_the_next_step_is_looked_for_at_once() {
    let t0 = epoch();
    let mut schedule = at_rest(t0);
    schedule.set_need(Need::For(Bitrate::kbps(400)));
    schedule.on_time(t0 + ms(2_000), &CLEAR);
    assert_eq!(ordered(&mut schedule), [440]);
    let found = Conditions { rate: Bitrate::kbps(440), ..CLEAR };
    schedule.on_measured(t0 + ms(2_200), &measured(440, 440));
    schedule.set_need(Need::For(Bitrate::kbps(900)));

    schedule.on_time(t0 + ms(3_100), &found);
    assert_eq!(ordered(&mut schedule), [] as [u64; 0]);
    schedule.on_time(t0 + ms(3_200), &found);
    assert_eq!(ordered(&mut schedule), [880], "no more than twice what fits");
}

#[test]
fn nothing_is_probed_while_queues_grow() {
    let t0 = epoch();
    let mut schedule = at_rest(t0);
    schedule.set_need(Need::For(Bitrate::mbps(2)));
    let congested = Conditions { is_congested: true, application_limited_since: Some(t0), ..CLEAR };
    for i in 0..100 {
        schedule.on_time(t0 + ms(2_000 + 100 * i), &congested);
    }
    assert_eq!(ordered(&mut schedule), [] as [u64; 0]);
}

#[test]
fn what_there_was_before_a_drop_is_tried_again() {
    let t0 = epoch();
    let mut schedule = at_rest(t0);
    let rate = |kbps| Conditions { rate: Bitrate::kbps(kbps), ..CLEAR };
    schedule.on_time(t0 + ms(2_000), &rate(2_000));
    for i in 0..40 {
        schedule.on_time(t0 + ms(3_000 + 50 * i), &rate(900));
    }
    let probes = ordered(&mut schedule);
    assert_eq!(probes.len(), 1, "{probes:?}");
    assert!((1_600..1_700).contains(&probes[0]), "{probes:?}");
}

#[test]
fn a_link_that_a_probe_has_filled_is_not_tried_again_for_what_there_was() {
    let t0 = epoch();
    let mut schedule = at_rest(t0);
    let rate = |kbps| Conditions { rate: Bitrate::kbps(kbps), ..CLEAR };
    schedule.on_time(t0 + ms(2_000), &rate(2_000));
    schedule.on_measured(t0 + ms(2_500), &measured(1_700, 950));
    for i in 0..200 {
        schedule.on_time(t0 + ms(3_000 + 50 * i), &rate(900));
    }
    assert_eq!(ordered(&mut schedule), [] as [u64; 0]);
}

#[test]
fn there_is_no_probe_before_anything_was_heard_and_none_at_first_where_the_link_was_seen_full() {
    let t0 = epoch();
    let mut schedule = Schedule::default();
    schedule.set_need(Need::For(Bitrate::mbps(2)));
    schedule.on_time(t0, &Conditions { is_known: false, ..CLEAR });
    assert_eq!(schedule.poll(), None);
    let mut seen_full = Schedule::default();
    seen_full.skip_first();
    for schedule in [&mut schedule, &mut seen_full] {
        schedule.on_time(t0 + ms(100), &CLEAR);
    }
    assert!(schedule.poll().is_some());
    assert_eq!(seen_full.poll(), None);
}
