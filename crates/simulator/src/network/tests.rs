use super::*;
use crate::clock::Clock;
use crate::seed::Seed;
use std::time::Duration;

fn epoch() -> Instant {
    Clock::new().now()
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

#[test]
fn a_clean_link_delays_and_keeps_the_order() {
    let t0 = epoch();
    let mut network = Network::new(Seed(1).generator("network"));
    let clean = LinkConditions::clean(Duration::from_millis(20));
    network.attach(t0, address(1), clean.clone(), clean.clone());

    network.send(t0, address(1), address(2), vec![1]);
    network.send(t0, address(1), address(2), vec![2]);

    assert_eq!(network.next_arrival(), Some(t0 + Duration::from_millis(20)));
    assert_eq!(network.receive(t0), None);
    let arrived = t0 + Duration::from_millis(20);
    assert_eq!(network.receive(arrived).unwrap().bytes, [1]);
    assert_eq!(network.receive(arrived).unwrap().bytes, [2]);
}

#[test]
fn a_lossy_link_loses_about_its_share() {
    let t0 = epoch();
    let mut network = Network::new(Seed(1).generator("network"));
    let clean = LinkConditions::clean(Duration::ZERO);
    network.attach(t0, address(1), clean.clone(), clean.clone().with_loss(0.1));

    for _ in 0..10_000 {
        network.send(t0, address(2), address(1), vec![0]);
    }

    let arrived = std::iter::from_fn(|| network.receive(t0)).count();
    assert!((8_800..9_200).contains(&arrived), "{arrived} of 10000 arrived at 10 % loss");
}

#[test]
fn the_same_seed_loses_the_same_datagrams() {
    let run = |seed| {
        let t0 = epoch();
        let mut network = Network::new(Seed(seed).generator("network"));
        let clean = LinkConditions::clean(Duration::ZERO);
        network.attach(t0, address(1), clean.clone().with_loss(0.5), clean);
        for i in 0..100 {
            network.send(t0, address(1), address(2), vec![i]);
        }
        std::iter::from_fn(|| network.receive(t0)).map(|flight| flight.bytes[0]).collect::<Vec<_>>()
    };

    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn what_was_on_its_way_to_a_client_that_left_never_arrives() {
    let t0 = epoch();
    let mut network = Network::new(Seed(1).generator("network"));
    network.send(t0, address(9), address(1), vec![1]);
    network.send(t0, address(9), address(2), vec![2]);

    network.detach(address(1));

    assert_eq!(network.receive(t0).unwrap().bytes, [2]);
    assert_eq!(network.next_arrival(), None);
}
