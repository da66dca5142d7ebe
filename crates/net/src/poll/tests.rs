use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use switchyard_bus::wake::Wake;

use super::*;

/// Far beyond what any wake-up takes: only a lost one lasts this long.
const LOST: Duration = Duration::from_secs(20);

fn both_timings() -> [(Arc<EventFd>, Poll); 2] {
    let (first, second) = (Arc::new(EventFd::new().unwrap()), Arc::new(EventFd::new().unwrap()));
    let polls = [Poll::new(&first).unwrap(), Poll::with_timer(&second).unwrap()];
    let [a, b] = polls;
    [(first, a), (second, b)]
}

#[test]
fn no_wait_ends_before_its_deadline() {
    for (_, mut poll) in both_timings() {
        for microseconds in [1, 300, 700, 2_300] {
            let deadline = Instant::now() + Duration::from_micros(microseconds);

            let ready = poll.wait(Some(deadline)).unwrap();

            assert!(!ready.woken() && ready.tokens().next().is_none());
            assert!(Instant::now() >= deadline);
        }
    }
}

#[test]
fn a_deadline_in_the_past_only_looks() {
    for (_, mut poll) in both_timings() {
        let ready = poll.wait(Some(Instant::now() - Duration::from_secs(1))).unwrap();

        assert!(!ready.woken() && ready.tokens().next().is_none());
    }
}

#[test]
fn a_waiting_datagram_ends_every_wait_until_it_is_read() {
    for (_, mut poll) in both_timings() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        poll.add(&socket, Token(7)).unwrap();
        socket.send_to(b"x", socket.local_addr().unwrap()).unwrap();

        for _ in 0..2 {
            let ready = poll.wait(Some(Instant::now() + LOST)).unwrap();
            assert_eq!(ready.tokens().collect::<Vec<_>>(), [Token(7)]);
        }
        socket.recv(&mut [0; 8]).unwrap();

        assert_eq!(poll.wait(Some(Instant::now())).unwrap().tokens().count(), 0);
    }
}

#[test]
fn a_token_that_is_taken_is_refused() {
    let wake = Arc::new(EventFd::new().unwrap());
    let poll = Poll::new(&wake).unwrap();
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();

    let error = poll.add(&socket, Token(u64::MAX)).unwrap_err();

    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn a_sleeper_is_woken_by_another_thread() {
    for (wake, mut poll) in both_timings() {
        let caller = thread::spawn(move || wake.wake());

        let woken = poll.wait(Some(Instant::now() + LOST)).unwrap().woken();

        assert!(woken);
        caller.join().unwrap();
    }
}

#[test]
fn no_wake_up_is_lost() {
    const ROUNDS: u64 = 20_000;
    for (wake, mut poll) in both_timings() {
        let (said, heard) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (says, hears) = (Arc::clone(&said), Arc::clone(&heard));
        // Every other round waits for the answer, so that the calls come at all points of a turn.
        let caller = thread::spawn(move || {
            for round in 1..=ROUNDS {
                says.store(round, Ordering::Relaxed);
                wake.wake();
                while round % 2 == 0 && hears.load(Ordering::Relaxed) < round {
                    std::hint::spin_loop();
                }
            }
        });

        while said.load(Ordering::Relaxed) < ROUNDS {
            let begun = Instant::now();
            poll.wait(Some(begun + LOST)).unwrap();
            heard.store(said.load(Ordering::Relaxed), Ordering::Relaxed);
            assert!(begun.elapsed() < LOST, "a call was lost");
        }
        heard.store(ROUNDS, Ordering::Relaxed);
        caller.join().unwrap();
    }
}
