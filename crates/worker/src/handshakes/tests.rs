use std::net::SocketAddr;

use super::*;

fn tuple() -> Tuple {
    Tuple { local: SocketAddr::from(([192, 0, 2, 1], 1)), remote: SocketAddr::from(([192, 0, 2, 2], 2)) }
}

fn keep(handshakes: &mut Handshakes, peer: usize, share: Share, byte: u8) -> bool {
    handshakes.keep(PeerKey(peer), share, tuple(), &[byte])
}

/// Whose datagrams the next turn handles, in order.
fn turn(handshakes: &mut Handshakes, share: Share) -> Vec<(usize, u8)> {
    handshakes.begin_turn();
    std::iter::from_fn(|| handshakes.next(|_| share)).map(|(peer, _, bytes)| (peer.0, bytes[0])).collect()
}

#[test]
fn one_peer_cannot_fill_the_queue() {
    let mut handshakes = Handshakes::default();

    let kept = (0..MAX_WAITING).filter(|_| keep(&mut handshakes, 1, Share::SHAKING, 0)).count();

    assert_eq!(kept, 8);
    assert!(keep(&mut handshakes, 2, Share::SHAKING, 0));
    assert_eq!((0..100).filter(|_| keep(&mut handshakes, 3, Share::OPEN, 0)).count(), 2);
}

#[test]
fn all_peers_together_cannot_exceed_its_bound() {
    let mut handshakes = Handshakes::default();

    let kept = (0..10_000).filter(|&peer| keep(&mut handshakes, peer, Share::SHAKING, 0)).count();

    assert_eq!((kept, handshakes.len()), (MAX_WAITING, MAX_WAITING));
}

#[test]
fn one_peer_cannot_use_up_a_turn() {
    let mut handshakes = Handshakes::default();
    for byte in 0..6 {
        assert!(keep(&mut handshakes, 1, Share::SHAKING, byte));
    }
    assert!(keep(&mut handshakes, 2, Share::SHAKING, 9));

    assert_eq!(turn(&mut handshakes, Share::SHAKING), [(1, 0), (1, 1), (1, 2), (1, 3), (2, 9)]);
    assert_eq!(turn(&mut handshakes, Share::SHAKING), [(1, 4), (1, 5)], "and each in its order");
}

#[test]
fn a_turn_handles_no_more_than_its_budget() {
    let mut handshakes = Handshakes::default();
    for peer in 0..20 {
        assert!(keep(&mut handshakes, peer, Share::OPEN, 0));
    }

    assert_eq!(turn(&mut handshakes, Share::OPEN).len(), PER_TURN);
    assert!(!handshakes.admits(PeerKey(99), Share::SHAKING));
}

#[test]
fn what_waited_for_a_peer_that_is_gone_is_not_its_successors() {
    let mut handshakes = Handshakes::default();
    assert!(keep(&mut handshakes, 1, Share::SHAKING, 0));
    assert!(keep(&mut handshakes, 2, Share::SHAKING, 0));

    handshakes.forget(PeerKey(1));

    assert_eq!(turn(&mut handshakes, Share::SHAKING), [(2, 0)]);
}
