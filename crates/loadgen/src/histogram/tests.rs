use super::*;

#[test]
fn percentiles_are_exact_to_a_bucket() {
    let mut histogram = Histogram::new();
    for micros in 1..=1_000 {
        histogram.add(Duration::from_micros(micros * 10));
    }

    let near = |percent, millis: f64| {
        let found = histogram.percentile(percent).as_secs_f64() * 1e3;
        assert!((found - millis).abs() <= 0.02, "p{percent} is {found}");
    };
    near(50.0, 5.0);
    near(99.0, 9.9);
    assert_eq!(histogram.percentile(100.0), Duration::from_millis(10));
}

#[test]
fn an_empty_histogram_knows_no_delay() {
    assert_eq!(Histogram::new().percentile(99.0), Duration::ZERO);
}

#[test]
fn whatever_is_too_late_for_the_last_bucket_counts_as_the_longest() {
    let mut histogram = Histogram::new();
    histogram.add(Duration::from_secs(3600));

    assert_eq!((histogram.count(), histogram.longest()), (1, Duration::from_secs(3600)));
    assert!(histogram.percentile(50.0) >= Duration::from_secs(10));
}
