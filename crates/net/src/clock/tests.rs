use super::*;

/// A reading an hour after the Unix era.
fn reading() -> Reading {
    Reading { monotonic: Instant::now(), since_unix_epoch: Duration::from_secs(3600) }
}

/// How long before the reading a stamp arrived.
fn waited(stamp: Duration) -> Duration {
    let reading = reading();
    reading.monotonic.duration_since(reading.arrival(Some(stamp)))
}

#[test]
fn an_arrival_lies_as_far_back_as_its_stamp() {
    let wait = Duration::from_nanos(15_000_001);

    assert_eq!(waited(Duration::from_secs(3600) - wait), wait);
}

#[test]
fn without_a_stamp_an_arrival_is_now() {
    let reading = reading();

    assert_eq!(reading.arrival(None), reading.monotonic);
}

#[test]
fn a_system_clock_that_was_set_back_puts_no_arrival_in_the_future() {
    let reading = reading();

    for stamp in [reading.since_unix_epoch + Duration::from_nanos(1), Duration::MAX] {
        assert_eq!(reading.arrival(Some(stamp)), reading.monotonic);
    }
}

#[test]
fn a_system_clock_that_was_set_forward_puts_an_arrival_one_second_back_at_most() {
    assert_eq!(waited(Duration::ZERO), MAX_WAIT);
}
