use switchyard_control::grants::Pass;
use switchyard_control::intent::Resumption;
use switchyard_vocab::ids::SessionId;

use super::*;

fn asked(session: u64, intent: Intent) -> Request {
    Request { session: SessionId(session), id: None, intent }
}

#[test]
fn whoever_leaves_takes_along_what_they_asked_for_and_nothing_of_others() {
    let mut held = HeldBack::default();
    held.take(asked(1, Intent::RestartIce));
    held.take(asked(2, Intent::RestartIce));
    held.take(asked(1, Intent::EndRoom));

    let left = held.take(asked(1, Intent::Leave));

    assert_eq!(left, Taken::AtOnce(asked(1, Intent::Leave)));
    assert_eq!(held.pop(), Some(asked(2, Intent::RestartIce)));
    assert!(held.is_empty());
}

#[test]
fn what_is_beyond_the_bound_is_refused_but_never_that_a_connection_is_lost_or_back() {
    let mut held = HeldBack::default();
    for session in 0..MAX_HELD_BACK {
        assert_eq!(held.take(asked(10 + session as u64, Intent::RestartIce)), Taken::Held);
    }

    let beyond = held.take(asked(2, Intent::RestartIce));
    let lost = held.take(asked(2, Intent::Disconnect { lost: Resumption(0) }));
    let back = held.take(asked(2, Intent::Resume { by: Resumption(1), heard: None }));
    let pass = held.take(asked(2, Intent::Refresh(Pass::default())));
    let left = held.take(asked(3, Intent::Leave));

    assert_eq!(beyond, Taken::Refused(asked(2, Intent::RestartIce)));
    assert_eq!((lost, back, pass), (Taken::Held, Taken::Held, Taken::Held));
    assert_eq!(left, Taken::AtOnce(asked(3, Intent::Leave)));
    assert_eq!(held.len(), MAX_HELD_BACK + 3);
}

#[test]
fn whoever_asks_for_much_takes_no_place_of_others() {
    let mut held = HeldBack::default();
    for _ in 0..MAX_HELD_PER_SESSION {
        assert_eq!(held.take(asked(1, Intent::RestartIce)), Taken::Held);
    }

    assert_eq!(held.take(asked(1, Intent::EndRoom)), Taken::Refused(asked(1, Intent::EndRoom)));
    assert_eq!(held.take(asked(2, Intent::EndRoom)), Taken::Held);
    held.pop();
    assert_eq!(held.take(asked(1, Intent::EndRoom)), Taken::Held, "one was carried out");
    held.take(asked(1, Intent::Leave));
    assert_eq!(held.take(asked(1, Intent::EndRoom)), Taken::Held, "it took all along");
    assert_eq!(held.len(), 2);
}
