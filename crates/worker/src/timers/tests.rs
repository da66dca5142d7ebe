use std::time::Duration;

use super::*;
use crate::testing::at;

fn peer(place: usize) -> PeerKey {
    PeerKey(place)
}

fn drain(timers: &mut Timers, now: Instant) -> Vec<usize> {
    std::iter::from_fn(|| timers.pop_due(now)).map(|peer| peer.0).collect()
}

#[test]
fn peers_come_in_the_order_of_their_deadlines() {
    let mut timers = Timers::default();
    for (place, deadline) in [(0, 50), (1, 10), (2, 40), (3, 20), (4, 30)] {
        timers.set(peer(place), Some(at(deadline)));
    }

    assert_eq!(drain(&mut timers, at(30)), [1, 3, 4]);
    assert_eq!(timers.next(), Some(at(40)));
    assert_eq!(drain(&mut timers, at(60)), [2, 0]);
    assert_eq!(timers.next(), None);
}

#[test]
fn a_deadline_that_moves_leaves_nothing_behind() {
    let mut timers = Timers::default();
    for moved in 0..1_000 {
        timers.set(peer(7), Some(at(10_000 - moved)));
        timers.set(peer(7), Some(at(10_000 + moved)));
    }

    assert_eq!(timers.next(), Some(at(10_999)));
    assert_eq!(drain(&mut timers, at(20_000)), [7]);
}

#[test]
fn a_peer_that_is_gone_is_not_looked_at() {
    let mut timers = Timers::default();
    (0..5).for_each(|place| timers.set(peer(place), Some(at(place as u64))));

    timers.set(peer(0), None);
    timers.set(peer(3), None);
    timers.set(peer(3), None);

    assert_eq!(drain(&mut timers, at(10)), [1, 2, 4]);
}

#[test]
fn any_sequence_of_changes_keeps_the_order() {
    let mut timers = Timers::default();
    let mut expected = std::collections::BTreeMap::new();
    let mut state = 1_u64;
    for _ in 0..5_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (place, time) = ((state >> 40) as usize % 50, (state >> 50) % 1_000);
        if state >> 62 == 0 {
            timers.set(peer(place), None);
            expected.remove(&place);
        } else {
            timers.set(peer(place), Some(at(time)));
            expected.insert(place, at(time));
        }
        assert_eq!(timers.next(), expected.values().min().copied());
    }

    let all = drain(&mut timers, at(1_000) + Duration::from_secs(1));
    let mut sorted: Vec<_> = expected.into_iter().map(|(place, time)| (time, place)).collect();
    sorted.sort_unstable();
    assert_eq!(all, sorted.into_iter().map(|(_, place)| place).collect::<Vec<_>>());
}
