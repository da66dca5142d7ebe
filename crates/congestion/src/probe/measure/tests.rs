use super::*;
use crate::packet::Sent;
use crate::probe::cluster::QUICK;
use crate::testing::{arrived, epoch, ms};
use std::time::Duration;

const CLUSTER: Cluster = Cluster { id: ClusterId(3), bitrate: Bitrate::mbps(4), lasts: QUICK };

/// Six packets of 1 500 bytes, 3 ms apart (4 Mbit/s), that arrive so many microseconds apart.
fn probe(measure: &mut Measure, apart: u64) -> Option<Bitrate> {
    let t0 = epoch();
    measure.expect(CLUSTER);
    let mut measured = None;
    for i in 0..6 {
        let at = t0 + ms(3 * i);
        let outcome = arrived(t0, t0, 1_500, 20_000 + apart * i);
        let sent = Sent { at, probe: Some(CLUSTER.id), ..outcome.sent };
        measured = measure.on_outcome(&Outcome { sent, ..outcome }).or(measured);
    }
    measured.map(|measured| measured.bitrate)
}

#[test]
fn a_probe_that_arrives_as_it_left_shows_its_own_rate() {
    let measured = probe(&mut Measure::default(), 3_000).unwrap();
    assert!((3_990_000..=4_000_000).contains(&measured.as_bps()), "{measured}");
}

#[test]
fn a_probe_that_fills_the_link_shows_a_little_less_than_arrived() {
    let measured = probe(&mut Measure::default(), 6_000).unwrap();
    assert!((1_890_000..=1_900_000).contains(&measured.as_bps()), "{measured}");
}

#[test]
fn a_probe_that_arrives_all_at_once_shows_nothing() {
    assert_eq!(probe(&mut Measure::default(), 1_000), None);
    assert_eq!(probe(&mut Measure::default(), 0), None);
}

#[test]
fn packets_of_no_known_cluster_are_passed_over() {
    let t0 = epoch();
    let outcome = arrived(t0, t0 + Duration::from_millis(1), 1_500, 20_000);
    let mut measure = Measure::default();
    assert_eq!(measure.on_outcome(&outcome), None);
    let stranger = Sent { probe: Some(ClusterId(9)), ..outcome.sent };
    assert_eq!(measure.on_outcome(&Outcome { sent: stranger, ..outcome }), None);
}
