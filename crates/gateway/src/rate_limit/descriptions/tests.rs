use super::*;

const LONGEST: usize = 256 * 1024;

/// Somebody's descriptions: `times` of `bytes` each, one every `every`. Says how many pass.
fn passing(times: u32, bytes: usize, every: Duration) -> u32 {
    let start = Instant::now();
    let mut limit = DescriptionLimit::new(LONGEST, full_burst(LONGEST), start);
    (0..times).filter(|&n| limit.take(bytes, start + every * n).is_ok()).count() as u32
}

#[test]
fn answering_every_offer_of_the_server_is_never_limited() {
    assert_eq!(passing(1_000, 12_000, Duration::from_millis(150)), 1_000);
}

#[test]
fn turning_everything_on_and_off_in_a_second_is_not_limited() {
    assert_eq!(passing(60, 20_000, Duration::from_millis(17)), 60);
}

#[test]
fn the_longest_descriptions_pass_eight_times_and_then_once_a_second() {
    assert_eq!(passing(500, LONGEST, Duration::from_millis(20)), 8 + 9);
}

#[test]
fn many_small_descriptions_pass_at_the_rate_of_descriptions() {
    let passed = passing(500, 100, Duration::from_millis(10));

    assert!((60 + 20 * 5 - 2..=60 + 20 * 5).contains(&passed), "{passed}");
}

#[test]
fn whoever_waits_as_long_as_told_passes() {
    let start = Instant::now();
    let mut limit = DescriptionLimit::new(LONGEST, full_burst(LONGEST), start);
    while limit.take(LONGEST, start).is_ok() {}

    let wait = limit.take(LONGEST, start).unwrap_err();

    assert_eq!(limit.take(LONGEST, start + wait), Ok(()));
}

#[test]
fn what_is_refused_costs_nothing() {
    let start = Instant::now();
    let mut limit = DescriptionLimit::new(LONGEST, full_burst(LONGEST), start);
    while limit.take(LONGEST, start).is_ok() {}
    let first = limit.take(LONGEST, start).unwrap_err();

    let hundredth = (0..99).filter_map(|_| limit.take(LONGEST, start).err()).last();

    assert_eq!(hundredth, Some(first));
}

#[test]
fn whoever_begins_with_little_has_its_first_offer_read_and_soon_as_much_as_others() {
    let start = Instant::now();
    let mut limit = DescriptionLimit::new(LONGEST, 0.0, start);

    assert_eq!(limit.take(20_000, start), Ok(()));
    assert!(limit.take(LONGEST, start).is_err());
    let later = start + Duration::from_secs(8);
    assert_eq!((0..20).filter(|_| limit.take(LONGEST, later).is_ok()).count(), 8);
}
