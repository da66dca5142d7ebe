use crate::units::Bitrate;

use super::*;

fn histogram(millis: &[u64]) -> DurationHistogram {
    let mut histogram = DurationHistogram::default();
    millis.iter().for_each(|&millis| histogram.add(Duration::from_millis(millis)));
    histogram
}

fn up_to(histogram: &DurationHistogram, millis: u64) -> u64 {
    let mut bounds = histogram.cumulative();
    bounds.find(|(bound, _)| *bound == Duration::from_millis(millis)).expect("a bound").1
}

#[test]
fn a_duration_on_a_bound_is_within_it_and_one_above_all_bounds_is_counted_too() {
    let histogram = histogram(&[0, 25, 26, 10_000, 10_001]);

    assert_eq!(up_to(&histogram, 25), 2);
    assert_eq!(up_to(&histogram, 50), 3);
    assert_eq!(up_to(&histogram, 10_000), 4);
    assert_eq!(histogram.count(), 5);
    assert_eq!(histogram.sum(), Duration::from_millis(20_052));
}

#[test]
fn two_histograms_together_hold_what_each_of_them_held() {
    let mut both = histogram(&[20, 400]);

    both.merge(&histogram(&[30, 60_000]));

    assert_eq!(both, histogram(&[20, 30, 400, 60_000]));
}

#[test]
fn a_rate_on_a_bound_is_within_it_and_one_above_all_bounds_is_counted_too() {
    let mut rates = BitrateHistogram::default();

    [0, 50, 51, 16_000, 16_001].into_iter().for_each(|kbps| rates.add(Bitrate::kbps(kbps)));
    let mut twice = rates;
    twice.merge(&rates);

    let counted: Vec<_> = rates.cumulative().map(|(_, count)| count).collect();
    assert_eq!((counted[0], counted[1], counted[10], counted[11]), (2, 3, 3, 4));
    assert_eq!((rates.count(), rates.sum()), (5, Bitrate::kbps(32_102)));
    assert_eq!((twice.count(), twice.sum()), (10, Bitrate::kbps(64_204)));
}
