use super::*;
use crate::clock::Clock;
use crate::seed::Seed;
use switchyard_vocab::units::Bitrate;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Payload that makes 1 000 bytes on the wire.
const PAYLOAD: usize = 1_000 - HEADERS;

fn direction(conditions: LinkConditions) -> (Direction, Instant, ChaCha12Rng) {
    let now = Clock::new().now();
    (Direction::new(now, conditions), now, Seed(1).generator("link"))
}

fn clean() -> LinkConditions {
    LinkConditions::clean(ms(20))
}

#[test]
fn a_capacity_makes_datagrams_wait_for_those_before_them() {
    let (mut link, t0, mut rng) = direction(clean().with_capacity(Capacity::constant(Bitrate::kbps(800))));
    let arrivals: Vec<_> = (0..3).map(|_| link.pass(t0, PAYLOAD, &mut rng).first.unwrap() - t0).collect();
    assert_eq!(arrivals, [ms(30), ms(40), ms(50)]);
    assert_eq!(link.wait(t0), ms(30));
}

#[test]
fn a_full_queue_drops_what_comes_last_by_wait_or_by_bytes() {
    let slow = clean().with_capacity(Capacity::constant(Bitrate::kbps(800)));
    for limit in [QueueLimit::Wait(ms(95)), QueueLimit::Bytes(10_000)] {
        let (mut link, t0, mut rng) = direction(slow.clone().with_queue(Queue::DropTail(limit)));
        let passed = (0..50).filter(|_| link.pass(t0, PAYLOAD, &mut rng).first.is_some()).count();
        assert_eq!(passed, 10, "{limit:?}");
    }
}

#[test]
fn a_capacity_that_changes_counts_for_what_is_under_way() {
    let steps = [(ms(0), Bitrate::kbps(800)), (ms(15), Bitrate::kbps(80))];
    let (mut link, t0, mut rng) = direction(clean().with_capacity(Capacity::steps(steps)));
    link.pass(t0, PAYLOAD, &mut rng);
    // Half of the second passes within 5 ms, the other half takes 50 ms.
    let second = link.pass(t0, PAYLOAD, &mut rng).first.unwrap();
    assert_eq!((second - t0).as_micros(), 85_000);
}

#[test]
fn a_trace_starts_over() {
    let trace = Capacity::trace(ms(100), &[Bitrate::kbps(100), Bitrate::kbps(200)]);
    let at = |millis| trace.at(ms(millis)).unwrap().as_bps() / 1_000;
    assert_eq!([at(0), at(99), at(100), at(199), at(200), at(350)], [100, 100, 200, 200, 100, 200]);
}

#[test]
fn codel_keeps_the_wait_short_where_drop_tail_fills_up() {
    let slow = clean().with_capacity(Capacity::constant(Bitrate::kbps(800)));
    let longest = |queue| {
        let (mut link, t0, mut rng) = direction(slow.clone().with_queue(queue));
        // A fifth more than passes, for ten seconds.
        for i in 0..1_200 {
            link.pass(t0 + Duration::from_micros(8_333) * i, PAYLOAD, &mut rng);
        }
        link.wait(t0 + ms(10_000))
    };
    let limit = QueueLimit::Wait(ms(1_000));
    assert!(longest(Queue::DropTail(limit)) > ms(900));
    assert!(longest(Queue::CoDel(limit)) < ms(400));
}

#[test]
fn bursts_lose_their_share_in_runs_of_their_length() {
    let (mut link, t0, mut rng) = direction(clean().with_bursts(0.02, 8.0));
    let lost: Vec<bool> = (0..200_000).map(|_| link.pass(t0, PAYLOAD, &mut rng).first.is_none()).collect();
    let share = lost.iter().filter(|lost| **lost).count() as f64 / lost.len() as f64;
    let runs = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count() as f64;
    let length = share * lost.len() as f64 / runs;
    assert!((0.016..0.024).contains(&share), "{share}");
    assert!((7.0..9.0).contains(&length), "{length}");
}

#[test]
fn jitter_keeps_the_order_and_reordering_breaks_it() {
    let orders = |conditions| {
        let (mut link, t0, mut rng) = direction(conditions);
        let arrivals: Vec<_> =
            (0..1_000).map(|i| link.pass(t0 + ms(i), PAYLOAD, &mut rng).first.unwrap()).collect();
        arrivals.windows(2).filter(|pair| pair[1] < pair[0]).count()
    };
    assert_eq!(orders(clean().with_jitter(ms(30))), 0);
    let overtaken = orders(clean().with_reordering(0.05, ms(10)));
    assert!((30..70).contains(&overtaken), "{overtaken}");
}

#[test]
fn some_arrive_twice_and_too_large_ones_never() {
    let (mut link, t0, mut rng) = direction(clean().with_duplication(0.1));
    let twice = (0..1_000).filter(|_| link.pass(t0, PAYLOAD, &mut rng).again.is_some()).count();
    assert!((70..130).contains(&twice), "{twice}");
    assert_eq!(link.pass(t0, 1_473, &mut rng), Arrivals::default());
}
