use switchyard_control::notice::Notice;

use super::*;

fn sessions() -> Arc<Sessions> {
    Arc::new(Sessions::new(2, true))
}

fn told(session: SessionId, notice: Notice) -> Addressed {
    Addressed { session, in_reply_to: None, notice }
}

#[tokio::test]
async fn a_notice_reaches_its_session_and_no_other() {
    let sessions = sessions();
    let (mut first, mut second) = (sessions.open(), sessions.open());

    assert_eq!(sessions.deliver(told(second.id, Notice::Done)), Delivery::Queued);

    assert_eq!(second.notices.try_recv().unwrap().notice, Notice::Done);
    assert!(first.notices.try_recv().is_err());
    assert_ne!(first.id, second.id);
}

#[tokio::test]
async fn a_session_that_does_not_read_is_ended_and_forgotten() {
    let sessions = sessions();
    let slow = sessions.open();

    let deliveries: Vec<_> = (0..4).map(|_| sessions.deliver(told(slow.id, Notice::Done))).collect();

    assert_eq!(deliveries, [Delivery::Queued, Delivery::Queued, Delivery::TooSlow, Delivery::Nobody]);
    assert_eq!(Seat::ended(&mut slow.end()).await, EndReason::TooSlow);
    assert_eq!(sessions.count(), 0);
}

#[tokio::test]
async fn a_seat_that_is_dropped_is_forgotten() {
    let sessions = sessions();
    let seat = sessions.open();
    let id = seat.id;

    drop(seat);

    assert_eq!(sessions.deliver(told(id, Notice::Done)), Delivery::Nobody);
    assert_eq!(sessions.count(), 0);
}

#[tokio::test]
async fn nothing_follows_the_end() {
    let sessions = sessions();
    let mut seat = sessions.open();

    sessions.deliver(told(seat.id, Notice::Ended(EndReason::Replaced)));

    assert_eq!(sessions.deliver(told(seat.id, Notice::Done)), Delivery::Nobody);
    assert_eq!(seat.notices.recv().await.unwrap().notice, Notice::Ended(EndReason::Replaced));
}

#[tokio::test]
async fn stopping_ends_those_who_are_there_and_those_who_come() {
    let sessions = sessions();
    let before = sessions.open();

    sessions.stop();
    let after = sessions.open();

    assert_eq!(Seat::ended(&mut before.end()).await, EndReason::ServerStopping);
    assert_eq!(Seat::ended(&mut after.end()).await, EndReason::ServerStopping);
}

#[test]
fn the_session_for_which_most_waits_is_known() {
    let sessions = sessions();
    let (idle, busy) = (sessions.open(), sessions.open());
    assert_eq!(sessions.most_waiting(), 0);

    sessions.deliver(told(idle.id, Notice::Done));
    sessions.deliver(told(busy.id, Notice::Done));
    sessions.deliver(told(busy.id, Notice::Done));

    assert_eq!(sessions.most_waiting(), 2);
}
