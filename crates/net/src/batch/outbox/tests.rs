use std::collections::VecDeque;

use super::*;

/// A socket that answers as it is told and remembers what it took.
#[derive(Default)]
struct Scripted {
    runs: bool,
    /// What happens to the next calls: so many messages taken, or an error; all taken when empty.
    answers: VecDeque<Result<usize, i32>>,
    taken: Vec<(Tuple, Vec<u8>, Option<u16>)>,
}

impl Sender for Scripted {
    fn takes_runs(&self) -> bool {
        self.runs
    }

    fn refuse_runs(&mut self) {
        self.runs = false;
    }

    fn send<'a>(&mut self, messages: impl Iterator<Item = Outgoing<'a>>) -> io::Result<usize> {
        let limit = match self.answers.pop_front() {
            Some(Err(errno)) => return Err(io::Error::from_raw_os_error(errno)),
            Some(Ok(limit)) => limit,
            None => SEND_BATCH,
        };
        let before = self.taken.len();
        for Outgoing { bytes, to, from, segment } in messages.take(limit) {
            let local = from.unwrap().at(1);
            self.taken.push((Tuple { local, remote: to }, bytes.to_vec(), segment));
        }
        Ok(self.taken.len() - before)
    }
}

fn with_runs(answers: impl IntoIterator<Item = Result<usize, i32>>) -> Scripted {
    Scripted { runs: true, answers: answers.into_iter().collect(), ..Scripted::default() }
}

fn to(peer: u16) -> Tuple {
    let remote = format!("192.0.2.9:{peer}").parse().unwrap();
    Tuple { local: "192.0.2.1:1".parse().unwrap(), remote }
}

fn write(outbox: &mut Outbox, peer: u16, fill: u8, len: usize) {
    outbox.reserve(to(peer), len).unwrap().fill(fill);
    outbox.commit(len);
}

/// (peer, bytes, segment) of every message taken.
fn shape(socket: &Scripted) -> Vec<(u16, usize, Option<u16>)> {
    socket.taken.iter().map(|(tuple, bytes, segment)| (tuple.remote.port(), bytes.len(), *segment)).collect()
}

#[test]
fn equal_datagrams_to_one_peer_are_one_message_that_a_shorter_one_ends() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([]));

    for (peer, len) in [(1, 100), (1, 100), (1, 40), (1, 40), (1, 100), (2, 100), (1, 100)] {
        write(&mut outbox, peer, 0, len);
    }
    let report = outbox.flush_to(&mut socket, Instant::now());

    let expected = [(1, 240, Some(100)), (1, 40, None), (1, 100, None), (2, 100, None), (1, 100, None)];
    assert_eq!(shape(&socket), expected);
    assert_eq!((report.messages, report.datagrams, report.bytes), (5, 7, 580));
    assert!(outbox.is_empty() && report.held == 0);
}

#[test]
fn a_message_has_at_most_64_datagrams_and_65507_bytes() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([]));

    (0..65).for_each(|_| write(&mut outbox, 1, 0, 100));
    (0..45).for_each(|_| write(&mut outbox, 2, 0, 1500));
    outbox.flush_to(&mut socket, Instant::now());

    let expected = [(1, 6400, Some(100)), (1, 100, None), (2, 64_500, Some(1500)), (2, 3000, Some(1500))];
    assert_eq!(shape(&socket), expected);
}

#[test]
fn a_socket_without_offload_gets_datagrams_in_order() {
    let (mut outbox, mut socket) = (Outbox::new(), Scripted::default());

    (0..70).for_each(|number| write(&mut outbox, 1, number, 100));
    write(&mut outbox, 1, 70, 30);
    let report = outbox.flush_to(&mut socket, Instant::now());

    assert_eq!((report.messages, report.datagrams), (71, 71));
    let numbers: Vec<u8> = socket.taken.iter().map(|(_, bytes, _)| bytes[0]).collect();
    assert!(numbers.into_iter().eq(0..=70));
    assert!(socket.taken.iter().all(|(.., segment)| segment.is_none()));
}

#[test]
fn a_full_outbox_says_no_until_it_is_flushed() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([]));

    (0..MAX_MESSAGES as u16).for_each(|peer| write(&mut outbox, peer, 0, 50));

    assert!(outbox.reserve(to(999), 50).is_none());
    outbox.flush_to(&mut socket, Instant::now());
    assert!(outbox.reserve(to(999), 50).is_some());
}

#[test]
fn the_last_message_of_a_full_outbox_may_still_grow() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([]));
    (0..MAX_MESSAGES as u16).for_each(|peer| write(&mut outbox, peer, 0, 50));

    write(&mut outbox, MAX_MESSAGES as u16 - 1, 0, 50);
    write(&mut outbox, MAX_MESSAGES as u16 - 1, 0, 60);

    assert!(outbox.reserve(to(MAX_MESSAGES as u16 - 1), 60).is_none());
    let report = outbox.flush_to(&mut socket, Instant::now());
    assert_eq!((report.messages, report.datagrams), (65, 66));
}

#[test]
fn the_slab_never_overflows() {
    let mut outbox = Outbox::new();
    let mut written = 0;

    while outbox.reserve(to(1), 1500).is_some() {
        outbox.commit(1500);
        written += 1500;
    }

    assert!(written <= SLAB && written + 1500 > SLAB);
    assert!(Outbox::new().reserve(to(1), MAX_MESSAGE_BYTES + 1).is_none());
}

#[test]
fn a_reservation_that_is_not_used_leaves_no_trace() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([]));

    write(&mut outbox, 1, 1, 100);
    outbox.reserve(to(2), 100).unwrap().fill(9);
    outbox.reserve(to(3), 100).unwrap().fill(9);
    outbox.commit(0);
    write(&mut outbox, 1, 2, 100);
    outbox.flush_to(&mut socket, Instant::now());

    assert_eq!(shape(&socket), [(1, 200, Some(100))]);
    assert_eq!(socket.taken[0].1, [vec![1; 100], vec![2; 100]].concat());
}

#[test]
fn a_refused_datagram_does_not_stop_the_others() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([Ok(1), Err(libc::EPERM), Ok(1)]));

    (1..=4).for_each(|peer| write(&mut outbox, peer, 0, 100));
    let report = outbox.flush_to(&mut socket, Instant::now());

    assert_eq!(shape(&socket), [(1, 100, None), (3, 100, None), (4, 100, None)]);
    assert_eq!((report.datagrams, report.failed), (3, 1));
    assert_eq!(report.last_failure, Some(io::ErrorKind::PermissionDenied));
}

#[test]
fn what_a_full_send_buffer_refuses_goes_out_first_next_time() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([Ok(1), Err(libc::EAGAIN)]));
    let now = Instant::now();
    (1..=3).for_each(|peer| write(&mut outbox, peer, peer as u8, 100));
    write(&mut outbox, 3, 33, 100);

    let report = outbox.flush_to(&mut socket, now);
    assert_eq!((report.datagrams, report.held), (1, 3));
    assert_eq!(outbox.retry_at(), Some(now + RETRY_AFTER));
    write(&mut outbox, 3, 4, 100);
    let report = outbox.flush_to(&mut socket, now + RETRY_AFTER);

    assert_eq!((report.datagrams, report.held), (4, 0));
    assert_eq!(shape(&socket), [(1, 100, None), (2, 100, None), (3, 200, Some(100)), (3, 100, None)]);
    assert_eq!(socket.taken[2].1, [vec![3; 100], vec![33; 100]].concat());
    assert_eq!(socket.taken[3].1, vec![4; 100]);
    assert_eq!(outbox.retry_at(), None);
}

#[test]
fn what_was_held_for_too_long_is_given_up_and_what_is_newer_is_not() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([Err(libc::EAGAIN), Err(libc::EAGAIN)]));
    let now = Instant::now();
    (0..2).for_each(|_| write(&mut outbox, 1, 0, 100));
    outbox.flush_to(&mut socket, now);
    write(&mut outbox, 2, 0, 100);
    outbox.flush_to(&mut socket, now + MAX_HOLD / 2);

    let report = outbox.flush_to(&mut socket, now + MAX_HOLD);

    assert_eq!((report.expired, report.datagrams), (2, 1));
    assert_eq!(shape(&socket), [(2, 100, None)]);
}

#[test]
fn a_path_that_takes_no_runs_costs_the_others_nothing() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([Err(libc::EMSGSIZE), Err(libc::EMSGSIZE)]));
    for peer in [1, 1, 2, 2] {
        write(&mut outbox, peer, 0, 100);
    }

    let report = outbox.flush_to(&mut socket, Instant::now());

    assert_eq!(shape(&socket), [(1, 100, None), (2, 200, Some(100))]);
    assert_eq!((report.runs_refused, report.failed), (1, 1));
    assert!(socket.runs);
}

#[test]
fn a_device_that_cannot_segment_is_not_asked_twice() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([Err(libc::EIO)]));
    for peer in [1, 1, 2, 2] {
        write(&mut outbox, peer, 0, 100);
    }

    let report = outbox.flush_to(&mut socket, Instant::now());

    assert_eq!((report.datagrams, report.runs_refused, report.failed), (4, 1, 0));
    assert!(!socket.runs);
}

#[test]
fn a_run_that_is_sent_singly_can_stop_half_way() {
    let (mut outbox, mut socket) = (Outbox::new(), with_runs([]));
    socket.runs = false;
    socket.answers.extend([Ok(2), Err(libc::EAGAIN)]);
    (0..5).for_each(|number| write(&mut outbox, 1, number, 100));

    let first = outbox.flush_to(&mut socket, Instant::now());
    let second = outbox.flush_to(&mut socket, Instant::now());

    assert_eq!((first.datagrams, first.held, second.datagrams), (2, 3, 3));
    let numbers: Vec<u8> = socket.taken.iter().map(|(_, bytes, _)| bytes[0]).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}
