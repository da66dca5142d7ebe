use super::*;

#[test]
fn this_process_uses_time_and_memory() {
    let usage = usage(std::process::id()).unwrap();

    assert!(usage.cpu > Duration::ZERO);
    assert!(usage.rss > 0 && usage.rss_peak >= usage.rss);
}

#[test]
fn the_machines_time_is_shared_out() {
    let before = read_machine("cpu  10 0 20 100 0 0 5 1 0 0\ncpu0 1 2 3").unwrap();
    let after = read_machine("cpu  20 0 40 130 10 0 25 11 0 0\n").unwrap();

    let spent = after.since(&before);

    assert_eq!(spent, Machine { total: 100, idle: 40, softirq: 20, steal: 10 });
    assert_eq!((spent.share(spent.idle), Machine::default().share(0)), (0.4, 0.0));
    assert_eq!(read_machine("nonsense"), None);
    assert!(machine().total > 0);
}

#[test]
fn a_process_that_is_not_there_has_no_usage() {
    assert_eq!(usage(u32::MAX), None);
}
