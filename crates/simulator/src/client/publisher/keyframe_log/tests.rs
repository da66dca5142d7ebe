use super::*;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn the_most_within_a_time_are_counted_wherever_they_begin() {
    let moments = [0, 900, 1_000, 1_500, 1_999, 2_000].map(ms);

    assert_eq!(most_within(moments, ms(1_000)), 3);
    assert_eq!(most_within(moments, ms(1_101)), 5);
    assert_eq!(most_within([], ms(1_000)), 0);
}
