use super::*;
use crate::testing::at;

#[test]
fn who_gets_two_hundred_tracks_may_report_on_each_of_them() {
    let admitted = |tracks| {
        let mut budget = RtcpBudget::default();
        (0..10_000).filter(|n| budget.admits(at(n / 10), tracks)).count()
    };

    assert_eq!(admitted(200), 900);
    assert_eq!(admitted(0), 100);
}
