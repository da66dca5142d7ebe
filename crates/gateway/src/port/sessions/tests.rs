use switchyard_control::notice::Notice;

use super::*;

fn sessions() -> Arc<Sessions> {
    Arc::new(Sessions::new(2, true))
}

fn told(session: SessionId, notice: Notice) -> Addressed {
    Addressed { session, in_reply_to: None, notice, at_fault: None }
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

fn guest() -> Arc<Guest> {
    use crate::auth::Admission;
    use crate::config::GatewayConfig;
    use switchyard_control::grants::Pass;
    use switchyard_vocab::ids::{Identity, RoomName};
    let (room, identity) = (RoomName::new("lab"), Identity::new("ada"));
    let admission = Admission { room, identity, display_name: None, metadata: None, pass: Pass::default() };
    Arc::new(Guest::new(admission, &GatewayConfig::default()))
}

fn joined() -> Notice {
    use switchyard_vocab::ids::{Identity, RoomName};
    Notice::Joined {
        room: RoomName::new("lab"),
        identity: Identity::new("ada"),
        display_name: None,
        own_metadata: None,
        participants: Vec::new(),
        permissions: Default::default(),
        metadata: None,
        locked: false,
        codecs: Default::default(),
    }
}

/// A session that is in its room.
fn participant(sessions: &Arc<Sessions>) -> Seat {
    let mut seat = sessions.open_for(guest());
    sessions.deliver(told(seat.id, joined()));
    seat.notices.try_recv().expect("it is told");
    seat
}

fn key_of(seat: &Seat) -> String {
    seat.key.as_ref().expect("there is a key").as_str().to_owned()
}

#[tokio::test]
async fn a_seat_that_is_given_up_to_return_is_found_by_its_key_until_the_session_ends() {
    let sessions = sessions();
    let seat = participant(&sessions);
    let (id, key) = (seat.id, key_of(&seat));

    assert_eq!(seat.give_up(true), Behind::Lingering);
    assert_eq!(sessions.deliver(told(id, Notice::Done)), Delivery::Nobody);
    assert!(matches!(sessions.find(&key), KeyHolder::Session(_)));

    sessions.deliver(told(id, Notice::Ended(EndReason::Left)));
    assert!(matches!(sessions.find(&key), KeyHolder::Nobody));
    assert!(sessions.resume(&key).is_none());
    assert_eq!(sessions.count(), 0);
}

#[tokio::test]
async fn a_connection_whose_session_was_taken_leaves_nothing_undone() {
    let sessions = sessions();
    let old = participant(&sessions);
    let key = key_of(&old);

    let (mut new, _) = sessions.resume(&key).expect("it can be resumed");
    assert_eq!(Seat::ended(&mut old.end()).await, EndReason::ResumedElsewhere);
    assert_eq!(old.give_up(true), Behind::Taken);

    assert_eq!(sessions.deliver(told(new.id, Notice::Done)), Delivery::Queued);
    assert_eq!(new.notices.try_recv().unwrap().notice, Notice::Done);
    assert_eq!(new.resumption, Resumption(1));
}

#[tokio::test]
async fn the_end_of_a_connection_does_not_reach_the_one_that_has_taken_its_place() {
    let sessions = sessions();
    let old = participant(&sessions);
    let (new, _) = sessions.resume(&key_of(&old)).expect("it can be resumed");

    sessions.end(old.id, old.resumption, EndReason::TooSlow);
    drop(old);

    assert_eq!(new.ended_by(), None);
    assert_eq!(sessions.deliver(told(new.id, Notice::Done)), Delivery::Queued);
    sessions.end(new.id, new.resumption, EndReason::TooSlow);
    assert_eq!(new.ended_by(), Some(EndReason::TooSlow));
}

#[tokio::test]
async fn a_session_that_is_left_is_forgotten_with_its_keys_in_one_step() {
    let sessions = sessions();
    let seat = participant(&sessions);
    let key = key_of(&seat);

    assert_eq!(seat.give_up(false), Behind::Nothing);

    assert!(matches!(sessions.find(&key), KeyHolder::Nobody));
    assert!(sessions.resume(&key).is_none());
    assert_eq!(sessions.count(), 0);
}

#[tokio::test]
async fn of_two_that_use_one_key_the_later_one_has_the_session() {
    let sessions = sessions();
    let key = key_of(&participant(&sessions));
    assert!(sessions.resume(&key).is_none(), "the seat was dropped");
    let seat = participant(&sessions);
    let key = key_of(&seat);

    let (first, _) = sessions.resume(&key).expect("it can be resumed");
    let (second, _) = sessions.resume(&key).expect("the key counts still");

    assert_eq!(Seat::ended(&mut first.end()).await, EndReason::ResumedElsewhere);
    assert!(sessions.resume(&key_of(&first)).is_none(), "what was lost on the way no longer counts");
    sessions.confirm(first.id, first.resumption);
    assert!(matches!(sessions.find(&key), KeyHolder::Session(_)), "an old connection confirms nothing");
    sessions.confirm(second.id, second.resumption);
    assert!(matches!(sessions.find(&key), KeyHolder::Nobody));
    assert!(sessions.resume(&key_of(&second)).is_some());
}

#[tokio::test]
async fn a_session_that_has_not_joined_cannot_be_resumed_and_leaves_nothing() {
    let sessions = sessions();
    let seat = sessions.open_for(guest());
    let key = key_of(&seat);
    sessions.deliver(told(seat.id, Notice::Done));

    assert!(matches!(sessions.find(&key), KeyHolder::Nobody));
    assert!(sessions.resume(&key).is_none());
    assert_eq!(seat.give_up(true), Behind::Nothing);
    assert_eq!(sessions.count(), 0);
}

#[tokio::test]
async fn a_session_that_cannot_be_resumed_has_no_key() {
    let sessions = Arc::new(Sessions::new(2, false));
    let (plain, whip) = (sessions.open_for(guest()), self::sessions().open());

    assert!(plain.key.is_none() && whip.key.is_none());
    assert_eq!(plain.give_up(true), Behind::Nothing);
    assert_eq!(whip.give_up(true), Behind::Nothing);
    assert_eq!(sessions.count(), 0);
}

#[test]
fn keys_are_long_differ_and_are_not_shown() {
    let (one, other) = (ResumeKey::random().unwrap(), ResumeKey::random().unwrap());

    assert!(one.as_str().len() >= 32 && one != other);
    assert!(!format!("{one:?}").contains(one.as_str()));
}
