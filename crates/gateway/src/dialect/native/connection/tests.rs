use super::*;

#[test]
fn what_control_has_told_is_not_told_twice() {
    assert_eq!(End::Told(EndReason::Replaced).untold(), None);
    assert_eq!(End::ByUs(EndReason::TooSlow).untold(), Some(EndReason::TooSlow));
}

#[test]
fn every_end_closes_with_a_code_that_may_be_sent() {
    for end in [End::Gone, End::Silent, End::TooLong, End::ByUs(EndReason::TooSlow)] {
        let (code, reason) = end.close();

        assert!((1_000..=1_011).contains(&code) || (4_000..5_000).contains(&code), "{end:?}");
        assert!(reason.len() <= 123, "a control frame has 125 bytes");
    }
}
