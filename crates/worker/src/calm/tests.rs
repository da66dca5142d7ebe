use super::*;

#[expect(clippy::disallowed_methods, reason = "a test has to start somewhere")]
fn epoch() -> Instant {
    Instant::now()
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How long the calm after a fall lasts, in seconds.
fn lasts_after_fall(calm: &mut Calm, at: Instant) -> u64 {
    calm.on_fall(at);
    (0..60).find(|&later| calm.is_over(at + seconds(later))).unwrap()
}

#[test]
fn at_first_nobody_is_calm() {
    assert!(Calm::default().is_over(epoch()));
}

#[test]
fn who_falls_again_and_again_waits_twice_as_long_each_time_up_to_a_limit() {
    let (mut calm, mut now) = (Calm::default(), epoch());
    let mut waits = Vec::new();
    for _ in 0..6 {
        waits.push(lasts_after_fall(&mut calm, now));
        now += seconds(waits.last().unwrap() + 3);
    }
    assert_eq!(waits, [2, 4, 8, 16, 16, 16]);
}

#[test]
fn a_fall_long_after_the_last_is_the_first() {
    let (mut calm, t0) = (Calm::default(), epoch());
    lasts_after_fall(&mut calm, t0);
    lasts_after_fall(&mut calm, t0 + seconds(3));
    assert_eq!(lasts_after_fall(&mut calm, t0 + seconds(30)), 2);
}
