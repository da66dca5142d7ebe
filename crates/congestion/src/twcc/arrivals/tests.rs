use super::*;

#[expect(clippy::disallowed_methods, reason = "a test has to start somewhere")]
fn epoch() -> Instant {
    Instant::now()
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The numbers of a report that have arrived.
fn arrived(report: &Report<'_>) -> Vec<u16> {
    let numbers = report.arrivals.iter().enumerate().filter(|(_, at)| at.is_some());
    numbers.map(|(i, _)| report.base.0.wrapping_add(i as u16)).collect()
}

#[test]
fn every_number_is_reported_once_and_gaps_stay_gaps() {
    let t0 = epoch();
    let mut arrivals = Arrivals::default();
    for seq in [65_534, 65_535, 1] {
        arrivals.on_packet(t0, SeqNo(seq), 1_000);
    }

    let report = arrivals.report(t0).unwrap();
    assert_eq!(arrived(&report), [65_534, 65_535, 1]);
    assert_eq!(report.arrivals.len(), 4);

    arrivals.reported(t0, 4);
    assert!(arrivals.report(t0 + ms(1_000)).is_none());
    assert_eq!(arrivals.poll_timeout(), None);
}

#[test]
fn reports_keep_their_distance() {
    let t0 = epoch();
    let mut arrivals = Arrivals::default();
    arrivals.on_packet(t0, SeqNo(1), 1_000);
    arrivals.report(t0).unwrap();
    arrivals.reported(t0, 1);

    arrivals.on_packet(t0 + ms(1), SeqNo(2), 1_000);

    assert!(arrivals.report(t0 + ms(2)).is_none());
    assert_eq!(arrivals.poll_timeout(), Some(t0 + MIN_INTERVAL));
    assert_eq!(arrived(&arrivals.report(t0 + MIN_INTERVAL).unwrap()), [2]);
}

#[test]
fn a_packet_that_was_overtaken_is_reported_later() {
    let t0 = epoch();
    let mut arrivals = Arrivals::default();
    for seq in [10, 12] {
        arrivals.on_packet(t0, SeqNo(seq), 1_000);
    }
    arrivals.report(t0).unwrap();
    arrivals.reported(t0, 3);

    arrivals.on_packet(t0 + ms(60), SeqNo(11), 1_000);

    let report = arrivals.report(t0 + ms(60)).unwrap();
    assert_eq!(arrived(&report), [11, 12], "a later report may say again what arrived");
}

#[test]
fn what_did_not_fit_one_packet_stays_due() {
    let t0 = epoch();
    let mut arrivals = Arrivals::default();
    for seq in 0..100 {
        arrivals.on_packet(t0, SeqNo(seq), 1_000);
    }
    arrivals.report(t0).unwrap();
    arrivals.reported(t0, 60);

    let rest = arrivals.report(t0).unwrap();
    assert_eq!(rest.base, SeqNo(60));
    assert_eq!(rest.arrivals.len(), 40);
}

#[test]
fn a_jump_starts_over_instead_of_growing() {
    let t0 = epoch();
    let mut arrivals = Arrivals::default();
    arrivals.on_packet(t0, SeqNo(0), 1_000);
    arrivals.on_packet(t0, SeqNo(0x4000), 1_000);

    let report = arrivals.report(t0).unwrap();
    assert_eq!(report.base, SeqNo(0x4000));
    assert_eq!(report.arrivals.len(), 1);
}

#[test]
fn memory_stays_bounded_whatever_numbers_come() {
    let t0 = epoch();
    let mut arrivals = Arrivals::default();
    let mut seq = 1_u16;
    for i in 0..200_000_u64 {
        seq = seq.wrapping_mul(25_173).wrapping_add(13_849);
        let now = t0 + Duration::from_micros(i * 100);
        arrivals.on_packet(now, SeqNo(seq), 100);
        assert!(arrivals.times.len() as u64 <= MAX_SPAN);
        let reported = arrivals.report(now).map(|report| report.arrivals.len());
        if let Some(count) = reported {
            arrivals.reported(now, count);
        }
    }
}

#[test]
fn a_slow_sender_is_told_less_often() {
    let t0 = epoch();
    let mut arrivals = Arrivals::default();
    // 100 bytes every 50 ms: 16 kbit/s. A twentieth of that is far less than feedback every 50 ms.
    for i in 0..40 {
        arrivals.on_packet(t0 + ms(50 * i), SeqNo(i as u16), 100);
    }
    let now = t0 + ms(2_000);
    let count = arrivals.report(now).unwrap().arrivals.len();
    arrivals.reported(now, count);

    arrivals.on_packet(now + ms(1), SeqNo(40), 100);

    assert_eq!(arrivals.poll_timeout(), Some(now + MAX_INTERVAL));
}
