use std::time::Duration;

use switchyard_vocab::ids::Identity;

use super::*;
use crate::testing::epoch;

fn message(number: u64, to: Option<&str>, text: &str) -> Arc<Message> {
    let (from, to, text) = (Identity::new("bob"), to.map(Identity::new), text.into());
    Arc::new(Message { number, from: Some(from), to, text, at: Duration::ZERO })
}

fn told(numbers: impl IntoIterator<Item = u64>) -> RecentMessages {
    let mut recent = RecentMessages::default();
    numbers.into_iter().for_each(|number| recent.keep(message(number, None, "hello")));
    recent
}

fn missed(recent: &mut RecentMessages, heard: Option<(u64, u64)>) -> (Vec<u64>, u64) {
    let heard = heard.map(|(message, direct)| Heard { message, direct });
    let (messages, more) = recent.missed(heard);
    (messages.iter().map(|message| message.number).collect(), more)
}

#[test]
fn what_was_heard_is_not_told_again_and_what_the_network_swallowed_is() {
    let mut recent = told([8, 9, 11]);
    recent.keep(message(1, Some("ada"), "psst"));

    assert_eq!(missed(&mut recent, Some((9, 0))), (vec![11, 1], 0));
    assert_eq!(missed(&mut recent, Some((11, 1))), (vec![], 0));
    assert_eq!(missed(&mut recent, Some((0, 0))), (vec![8, 9, 11, 1], 0), "from the first it was told");
}

#[test]
fn who_does_not_say_what_it_had_is_told_what_came_after_the_loss() {
    let mut recent = told([1, 2]);
    recent.note_loss();
    recent.keep(message(3, None, "late"));

    assert_eq!(missed(&mut recent, None), (vec![3], 0));
    assert_eq!(missed(&mut recent, None), (vec![], 0), "once");
}

#[test]
fn more_messages_than_are_kept_are_counted() {
    let many = MESSAGES_KEPT as u64;
    let mut recent = told(100..100 + many);
    recent.note_loss();
    (0..5).for_each(|number| recent.keep(message(100 + many + number, None, "more")));

    assert_eq!(missed(&mut recent, Some((0, 0))).1, 5, "counted from the first it was told");
    assert_eq!(missed(&mut recent, Some((102, 0))).1, 2);
    assert_eq!(missed(&mut recent, Some((104, 0))), ((105..105 + many).collect(), 0));

    recent.note_loss();
    (0..many + 3).for_each(|number| recent.keep(message(1_000 + number, None, "many")));
    let (told, more) = missed(&mut recent, None);
    assert_eq!((told.len(), more), (MESSAGES_KEPT, 3));
}

#[test]
fn long_messages_take_no_more_memory_than_many() {
    let long = "x".repeat(MESSAGE_BYTES_KEPT / 3);
    let mut recent = RecentMessages::default();

    (1..=10).for_each(|number| recent.keep(message(number, None, &long)));

    assert_eq!(missed(&mut recent, Some((0, 0))), (vec![9, 10], 8));
    assert!(recent.bytes <= MESSAGE_BYTES_KEPT);
}

#[test]
fn the_loss_of_a_connection_that_another_has_replaced_means_nothing() {
    let until = epoch();
    let mut presence = Presence::default();

    assert!(presence.resume(Resumption(1)));
    assert!(!presence.lose(Resumption(0), until), "the first was replaced");
    assert!(!presence.resume(Resumption(1)), "it is back already");
    assert!(presence.lose(Resumption(1), until));
    assert!(!presence.lose(Resumption(1), until + Duration::from_secs(1)), "it is lost already");
    assert_eq!(presence.due(), Some(until));
}

#[test]
fn the_loss_of_a_connection_before_its_first_word_is_the_loss_of_all_before_it() {
    let (until, later) = (epoch(), epoch() + Duration::from_secs(1));
    let mut presence = Presence::default();

    assert!(presence.lose(Resumption(1), until), "the one before it seemed open");
    assert!(!presence.lose(Resumption(0), later), "it is found to be lost only now");
    assert_eq!(presence.due(), Some(until));

    assert!(presence.lose(Resumption(2), later), "somebody came, and was lost again");
    assert_eq!(presence.due(), Some(later));
    assert!(!presence.resume(Resumption(2)), "its first word comes in behind its loss");
    assert!(presence.resume(Resumption(3)));
    assert_eq!(presence.due(), None);
}

#[test]
fn messages_are_missed_from_the_first_of_several_losses() {
    let mut presence = Presence::default();
    presence.lose(Resumption(0), epoch());
    presence.messages.keep(message(1, None, "missed"));

    presence.lose(Resumption(1), epoch());
    presence.resume(Resumption(2));

    assert_eq!(missed(&mut presence.messages, None), (vec![1], 0));
}
