use super::*;

#[test]
fn this_process_uses_time_and_memory() {
    let usage = usage(std::process::id()).unwrap();

    assert!(usage.cpu > Duration::ZERO);
    assert!(usage.rss > 0 && usage.rss_peak >= usage.rss);
}

#[test]
fn a_process_that_is_not_there_has_no_usage() {
    assert_eq!(usage(u32::MAX), None);
}
