use super::*;

#[test]
fn a_call_between_turns_keeps_the_worker_awake() {
    let wake = EventFd::new().unwrap();
    wake.rise();

    wake.wake();

    assert!(!wake.fall_asleep());
    assert!(wake.rise());
    assert!(wake.fall_asleep());
}

#[test]
fn calls_to_a_worker_that_is_awake_do_not_reach_the_kernel() {
    let wake = EventFd::new().unwrap();

    for _ in 0..1000 {
        wake.wake();
    }

    // An event counter that was never written has nothing to read.
    let mut count = [0; 8];
    let read = io::Read::read(&mut &wake.counter, &mut count);
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn many_calls_to_a_sleeper_are_one() {
    let wake = EventFd::new().unwrap();
    assert!(wake.fall_asleep());

    for _ in 0..1000 {
        wake.wake();
    }

    let mut count = [0; 8];
    io::Read::read(&mut &wake.counter, &mut count).unwrap();
    assert_eq!(u64::from_ne_bytes(count), 1);
}
