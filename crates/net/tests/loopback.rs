//! The shell on real sockets. Nothing leaves the loopback interface.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use switchyard_net::{BufferSizes, EventFd, Outbox, Poll, RecvBatch, Token, UdpPort};
use switchyard_vocab::datagram::{MAX_DATAGRAM, Tuple};

/// Only a datagram that never comes takes this long.
const NEVER: Duration = Duration::from_secs(10);

type Bind =
    fn(SocketAddr, BufferSizes) -> Result<(UdpPort, switchyard_net::BufferReport), switchyard_net::BindError>;

/// Both paths that datagrams may take.
const PATHS: [Bind; 2] = [UdpPort::bind, UdpPort::bind_portable];

fn open(bind: Bind, address: &str) -> UdpPort {
    bind(address.parse().unwrap(), BufferSizes::default()).unwrap().0
}

fn client(address: &str) -> UdpSocket {
    let socket = UdpSocket::bind(address).unwrap();
    socket.set_read_timeout(Some(NEVER)).unwrap();
    socket
}

/// Receives until `count` datagrams came; returns them with their tuples.
fn take(port: &mut UdpPort, count: usize) -> Vec<(Tuple, Vec<u8>)> {
    let mut poll = Poll::new(&Arc::new(EventFd::new().unwrap())).unwrap();
    poll.add(port, Token(0)).unwrap();
    let (mut batch, mut taken) = (RecvBatch::new(), Vec::new());
    let deadline = Instant::now() + NEVER;
    while taken.len() < count {
        assert!(Instant::now() < deadline, "{} of {count} datagrams came", taken.len());
        poll.wait(Some(deadline)).unwrap();
        batch.recv(port).unwrap();
        taken.extend(batch.datagrams().map(|datagram| (datagram.tuple, datagram.bytes.to_vec())));
    }
    taken
}

fn write(outbox: &mut Outbox, tuple: Tuple, bytes: &[u8]) {
    outbox.reserve(tuple, bytes.len()).unwrap().copy_from_slice(bytes);
    outbox.commit(bytes.len());
}

/// A question and its answer over `host`.
fn round_trip(bind: Bind, host: &str) {
    let mut port = open(bind, &format!("{host}:0"));
    let client = client(&format!("{host}:0"));
    client.send_to(b"question", port.local_addr()).unwrap();

    let (tuple, question) = take(&mut port, 1).remove(0);
    let mut outbox = Outbox::new();
    write(&mut outbox, tuple, b"answer");
    let report = outbox.flush(&mut port, Instant::now());

    assert_eq!(tuple, Tuple { local: port.local_addr(), remote: client.local_addr().unwrap() });
    assert_eq!(question, b"question");
    assert_eq!((report.datagrams, report.failed), (1, 0));
    let mut answer = [0; 64];
    let (len, from) = client.recv_from(&mut answer).unwrap();
    assert_eq!((&answer[..len], from), (&b"answer"[..], port.local_addr()));
}

fn has_ipv6() -> bool {
    let there = UdpSocket::bind("[::1]:0").is_ok();
    if !there {
        eprintln!("skipped: this machine has no ::1");
    }
    there
}

#[test]
fn a_question_is_answered_over_ipv4() {
    PATHS.into_iter().for_each(|bind| round_trip(bind, "127.0.0.1"));
}

#[test]
fn a_question_is_answered_over_ipv6() {
    if has_ipv6() {
        PATHS.into_iter().for_each(|bind| round_trip(bind, "[::1]"));
    }
}

#[test]
fn a_port_of_all_addresses_answers_from_the_one_that_was_asked() {
    for bind in PATHS {
        let mut port = open(bind, "0.0.0.0:0");
        let client = client("127.0.0.1:0");

        for asked in ["127.0.0.2", "127.0.0.1", "127.0.0.3"] {
            let asked = SocketAddr::new(asked.parse().unwrap(), port.local_addr().port());
            client.send_to(b"question", asked).unwrap();

            let (tuple, _) = take(&mut port, 1).remove(0);
            let mut outbox = Outbox::new();
            (0..3).for_each(|_| write(&mut outbox, tuple, b"answer"));
            outbox.flush(&mut port, Instant::now());

            assert_eq!(tuple.local, asked);
            for _ in 0..3 {
                assert_eq!(client.recv_from(&mut [0; 64]).unwrap().1, asked);
            }
        }
    }
}

#[test]
fn a_port_of_all_ipv6_addresses_knows_which_one_was_asked() {
    if !has_ipv6() {
        return;
    }
    for bind in PATHS {
        let mut port = open(bind, "[::]:0");
        let client = client("[::1]:0");
        let asked: SocketAddr =
            ("::1".parse::<std::net::Ipv6Addr>().unwrap(), port.local_addr().port()).into();
        client.send_to(b"question", asked).unwrap();

        let (tuple, _) = take(&mut port, 1).remove(0);
        let mut outbox = Outbox::new();
        (0..3).for_each(|_| write(&mut outbox, tuple, b"answer"));
        let report = outbox.flush(&mut port, Instant::now());

        assert_eq!(tuple.local, asked);
        assert_eq!(report.messages, if port.uses_gso() { 1 } else { 3 });
        (0..3).for_each(|_| assert_eq!(client.recv_from(&mut [0; 64]).unwrap().1, asked));
    }
}

#[test]
fn a_run_arrives_as_the_datagrams_that_were_written() {
    for bind in PATHS {
        let mut port = open(bind, "127.0.0.1:0");
        let client = client("127.0.0.1:0");
        let tuple = Tuple { local: port.local_addr(), remote: client.local_addr().unwrap() };
        let mut outbox = Outbox::new();
        (0..20).for_each(|number| write(&mut outbox, tuple, &[number; 1200]));
        write(&mut outbox, tuple, &[20; 700]);

        let report = outbox.flush(&mut port, Instant::now());

        assert_eq!((report.datagrams, report.bytes), (21, 24_700));
        assert_eq!(report.messages, if port.uses_gso() { 1 } else { 21 });
        for number in 0..=20 {
            let mut bytes = [0; 2048];
            let len = client.recv(&mut bytes).unwrap();
            assert_eq!((len, bytes[0]), (if number < 20 { 1200 } else { 700 }, number));
        }
    }
}

#[test]
fn coalesced_datagrams_are_told_apart() {
    for bind in PATHS {
        let mut sender = open(UdpPort::bind, "127.0.0.1:0");
        let mut port = open(bind, "127.0.0.1:0");
        let tuple = Tuple { local: sender.local_addr(), remote: port.local_addr() };
        let mut outbox = Outbox::new();
        (0..50).for_each(|number| write(&mut outbox, tuple, &[number; 300]));
        write(&mut outbox, tuple, &[50; 17]);
        write(&mut outbox, tuple, &[51; 900]);
        outbox.flush(&mut sender, Instant::now());

        let taken = take(&mut port, 52);

        assert_eq!(taken.len(), 52);
        for (number, (from, bytes)) in taken.iter().enumerate() {
            let len = [300, 17, 900][number.saturating_sub(49).min(2)];
            assert_eq!(*from, Tuple { local: port.local_addr(), remote: sender.local_addr() });
            assert_eq!(bytes, &vec![number as u8; len]);
        }
    }
}

/// A port that has been sent eight datagrams in one message, where the kernel can do that.
fn sent_a_run_of_eight() -> Option<UdpPort> {
    let (mut sender, port) = (open(UdpPort::bind, "127.0.0.1:0"), open(UdpPort::bind, "127.0.0.1:0"));
    if !sender.uses_gso() {
        eprintln!("skipped: this kernel has no segmentation offload");
        return None;
    }
    let tuple = Tuple { local: sender.local_addr(), remote: port.local_addr() };
    let mut outbox = Outbox::new();
    (0..8).for_each(|number| write(&mut outbox, tuple, &[number; 1200]));
    outbox.flush(&mut sender, Instant::now());
    Some(port)
}

#[test]
fn a_coalesced_run_is_one_message_of_the_batch() {
    let Some(mut port) = sent_a_run_of_eight() else { return };
    let mut batch = RecvBatch::new();

    assert_eq!(batch.recv(&mut port).unwrap(), 1);
    assert_eq!(batch.datagrams().count(), 8);
    assert!(!batch.is_full());
}

#[test]
fn more_than_a_batch_arrives_in_order() {
    for bind in PATHS {
        let mut port = open(bind, "127.0.0.1:0");
        let client = client("127.0.0.1:0");
        for number in 0..100_u8 {
            // Sizes go up and down, so that nothing coalesces for long.
            client.send_to(&vec![number; 1 + usize::from(number % 7) * 100], port.local_addr()).unwrap();
        }

        let taken = take(&mut port, 100);

        assert!(taken.iter().map(|(_, bytes)| bytes[0]).eq(0..100));
    }
}

#[test]
fn an_overlong_datagram_is_told_and_so_is_an_empty_one() {
    for bind in PATHS {
        let mut port = open(bind, "127.0.0.1:0");
        let client = client("127.0.0.1:0");
        for len in [MAX_DATAGRAM + 1, 0, 60_000, MAX_DATAGRAM] {
            client.send_to(&vec![0; len], port.local_addr()).unwrap();
        }
        let mut batch = RecvBatch::new();

        batch.recv(&mut port).unwrap();

        let told: Vec<_> =
            batch.datagrams().map(|datagram| (datagram.bytes.len(), datagram.is_too_long())).collect();
        assert_eq!(told, [(1501, true), (0, false), (60_000, true), (1500, false)]);
    }
}

#[test]
fn what_the_kernel_drops_is_counted() {
    const FLOOD: u64 = 2000;
    let tiny = BufferSizes { receive: 8 << 10, send: 1 << 20 };
    let (mut port, _) = UdpPort::bind("127.0.0.1:0".parse().unwrap(), tiny).unwrap();
    let client = client("127.0.0.1:0");
    (0..FLOOD).for_each(|_| assert_eq!(client.send_to(&[1; 1200], port.local_addr()).unwrap(), 1200));
    let mut batch = RecvBatch::new();
    let mut received = 0;
    while batch.recv(&mut port).unwrap() > 0 {
        received += batch.datagrams().count() as u64;
    }

    // The count travels with the next datagram.
    client.send_to(b"x", port.local_addr()).unwrap();
    take(&mut port, 1);

    assert!(received < FLOOD);
    assert_eq!(received + port.kernel_drops(), FLOOD);
}

#[test]
fn a_datagram_that_cannot_be_sent_is_counted_and_the_others_arrive() {
    for bind in PATHS {
        let mut port = open(bind, "0.0.0.0:0");
        let client = client("127.0.0.1:0");
        let good = Tuple { local: "127.0.0.1:9".parse().unwrap(), remote: client.local_addr().unwrap() };
        // An address that is not ours, to send from; and port 0, which cannot be sent to.
        let foreign = Tuple { local: "203.0.113.9:9".parse().unwrap(), ..good };
        let nowhere = Tuple { remote: "127.0.0.1:0".parse().unwrap(), ..good };
        let mut outbox = Outbox::new();
        for tuple in [good, foreign, foreign, good, nowhere, good] {
            write(&mut outbox, tuple, b"hello");
        }

        let report = outbox.flush(&mut port, Instant::now());

        assert_eq!((report.datagrams, report.failed, report.held), (3, 3, 0));
        (0..3).for_each(|_| assert_eq!(client.recv(&mut [0; 64]).unwrap(), 5));
    }
}

#[test]
fn a_closed_peer_disturbs_nobody() {
    for bind in PATHS {
        let mut port = open(bind, "127.0.0.1:0");
        let (gone, client) = (client("127.0.0.1:0"), client("127.0.0.1:0"));
        let to = |socket: &UdpSocket| Tuple {
            local: "127.0.0.1:9".parse().unwrap(),
            remote: socket.local_addr().unwrap(),
        };
        let (to_gone, to_client) = (to(&gone), to(&client));
        drop(gone);
        let (mut outbox, mut batch) = (Outbox::new(), RecvBatch::new());

        for _ in 0..3 {
            write(&mut outbox, to_gone, b"hello");
            write(&mut outbox, to_client, b"hello");
            outbox.flush(&mut port, Instant::now());
            assert_eq!(batch.recv(&mut port).unwrap(), 0);
        }

        (0..3).for_each(|_| assert_eq!(client.recv(&mut [0; 64]).unwrap(), 5));
    }
}

#[test]
fn an_idle_port_gives_nothing() {
    for bind in PATHS {
        let mut batch = RecvBatch::new();

        assert_eq!(batch.recv(&mut open(bind, "127.0.0.1:0")).unwrap(), 0);
        assert_eq!(batch.datagrams().count(), 0);
    }
}

/// Sends datagrams that wait in the socket until an arrival tells of the wait.
///
/// A kernel in which nobody else wants stamps takes a moment to begin with them.
fn wait_for_stamps(port: &mut UdpPort, client: &UdpSocket) {
    const SLEEP: Duration = Duration::from_millis(20);
    let mut batch = RecvBatch::new();
    let deadline = Instant::now() + NEVER;
    while Instant::now() < deadline {
        let sent = Instant::now();
        client.send_to(b"hello", port.local_addr()).unwrap();
        std::thread::sleep(SLEEP);
        let before = Instant::now();
        batch.recv(port).unwrap();

        let arrival = batch.datagrams().next().unwrap().arrival;
        assert!(arrival <= Instant::now());
        // Generous, as a busy machine may stop us between the readings of the two clocks.
        assert!(arrival + Duration::from_secs(5) >= sent);
        if before.saturating_duration_since(arrival) >= SLEEP / 2 {
            return;
        }
    }
    panic!("no stamp came");
}

#[test]
fn an_arrival_tells_when_the_kernel_got_it_and_not_when_it_was_taken() {
    for bind in PATHS {
        wait_for_stamps(&mut open(bind, "127.0.0.1:0"), &client("127.0.0.1:0"));
    }
}

#[test]
fn datagrams_that_were_spread_do_not_arrive_at_once() {
    const GAP: Duration = Duration::from_millis(5);
    for bind in PATHS {
        let mut port = open(bind, "127.0.0.1:0");
        let client = client("127.0.0.1:0");
        wait_for_stamps(&mut port, &client);
        for number in 0..4_u8 {
            client.send_to(&[number; 100], port.local_addr()).unwrap();
            std::thread::sleep(GAP);
        }
        let mut batch = RecvBatch::new();

        assert_eq!(batch.recv(&mut port).unwrap(), 4);

        let now = Instant::now();
        let taken: Vec<_> = batch.datagrams().map(|datagram| (datagram.bytes[0], datagram.arrival)).collect();
        assert!(taken.iter().map(|(number, _)| *number).eq(0..4));
        assert!(taken.iter().all(|(_, arrival)| *arrival <= now));
        for pair in taken.windows(2) {
            assert!(pair[1].1.saturating_duration_since(pair[0].1) >= GAP / 2);
        }
    }
}

#[test]
fn the_datagrams_of_one_coalesced_message_share_its_arrival() {
    let Some(mut port) = sent_a_run_of_eight() else { return };
    let mut batch = RecvBatch::new();

    batch.recv(&mut port).unwrap();

    let arrivals: Vec<_> = batch.datagrams().map(|datagram| datagram.arrival).collect();
    assert_eq!(arrivals, vec![arrivals[0]; 8]);
}
