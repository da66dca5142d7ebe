use super::*;

#[test]
fn a_percentile_is_the_delay_that_so_many_packets_do_not_exceed() {
    let mut delays = Delays::default();
    (1..=100).for_each(|millis| delays.note(Duration::from_millis(millis)));

    assert_eq!(delays.percentile(0.95), Duration::from_millis(95));
    assert_eq!(delays.percentile(1.0), Duration::from_millis(100));
}

#[test]
fn endless_delays_take_no_endless_room() {
    let mut delays = Delays::default();
    delays.note(Duration::from_secs(3_600));

    assert_eq!(delays.percentile(0.5), Duration::from_millis(LONGEST as u64));
}
