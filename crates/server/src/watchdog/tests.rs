use super::*;

#[tokio::test]
async fn a_thread_that_panics_does_not_go_unnoticed() {
    let (leashes, mut watchdog) = watchdog();
    let (worker, other) = (leashes.leash("worker-0"), leashes.leash("worker-1"));

    let thread = std::thread::spawn(move || {
        let _leash = worker;
        panic!("on purpose");
    });

    assert_eq!(watchdog.first_end().await, "worker-0");
    assert!(thread.join().is_err());
    drop(other);
}

#[tokio::test]
async fn a_thread_that_only_returns_does_not_go_unnoticed() {
    let (leashes, mut watchdog) = watchdog();

    drop(leashes.leash("control"));

    assert_eq!(watchdog.first_end().await, "control");
}
