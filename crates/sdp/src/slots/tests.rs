use super::*;
use crate::negotiation::accept::accept_answer;
use crate::testing::{camera, client_answer, lines_of, local, microphone, parse};

/// One exchange with an obliging client.
fn exchange(slots: &mut SlotMap) -> Vec<SubscriptionId> {
    let offer = slots.offer(&local());
    let sending = accept_answer(slots, &offer, &parse(&client_answer(&offer.sdp))).unwrap();
    sending.sections.iter().map(|section| section.subscription).collect()
}

#[test]
fn two_hundred_rounds_of_adding_and_removing_keep_the_m_lines_bounded() {
    let mut slots = SlotMap::default();
    let mut longest = 0;

    for round in 0..200 {
        slots.open(camera(round)).unwrap();
        slots.open(microphone(10_000 + round)).unwrap();
        if let Some(old) = round.checked_sub(4) {
            slots.close(SubscriptionId(u64::from(old)));
            slots.close(SubscriptionId(u64::from(10_000 + old)));
        }
        longest = longest.max(slots.offer(&local()).sdp.len());
        let sent = exchange(&mut slots);
        assert_eq!(sent.len(), slots.occupied().count());
    }

    assert!(slots.len() <= 10, "{} m-lines for 8 subscriptions at a time", slots.len());
    assert!(longest < 12_000, "{longest} bytes");
}

#[test]
fn an_m_line_is_used_again_only_after_the_client_knows_that_it_was_free() {
    let mut slots = SlotMap::default();
    let first = slots.open(camera(1)).unwrap();
    exchange(&mut slots);

    slots.close(SubscriptionId(1));
    let second = slots.open(camera(2)).unwrap();
    exchange(&mut slots);
    let third = slots.open(camera(3)).unwrap();

    assert_ne!(first, second);
    assert_eq!(first, third);
}

#[test]
fn a_subscription_that_ends_before_any_offer_leaves_its_m_line_at_once() {
    let mut slots = SlotMap::default();
    let first = slots.open(camera(1)).unwrap();

    slots.close(SubscriptionId(1));

    assert!(!slots.needs_offer());
    assert_eq!(slots.open(camera(2)), Ok(first));
}

#[test]
fn one_that_ends_while_its_offer_waits_is_inactive_in_the_next() {
    let mut slots = SlotMap::default();
    slots.open(camera(1)).unwrap();
    let offer = slots.offer(&local());
    slots.close(SubscriptionId(1));

    let sending = accept_answer(&mut slots, &offer, &parse(&client_answer(&offer.sdp))).unwrap();

    assert!(sending.sections.is_empty() && sending.refused.is_empty());
    assert!(slots.needs_offer());
    assert!(lines_of(&slots.offer(&local()).sdp, 0).contains(&"a=inactive"));
}

#[test]
fn sound_never_takes_the_m_line_of_a_picture() {
    let mut slots = SlotMap::default();
    let video = slots.open(camera(1)).unwrap();
    slots.close(SubscriptionId(1));

    let audio = slots.open(microphone(2)).unwrap();

    assert_ne!(video, audio);
    assert_eq!(slots.len(), 2);
}

#[test]
fn a_subscription_has_one_m_line_however_often_it_is_opened() {
    let mut slots = SlotMap::default();

    assert_eq!(slots.open(camera(1)), slots.open(camera(1)));
    assert_eq!(slots.len(), 1);
    assert_eq!(slots.subscription_at(slots.mid_of(SubscriptionId(1)).unwrap()), Some(SubscriptionId(1)));
}

#[test]
fn there_is_an_end_to_m_lines() {
    let mut slots = SlotMap::default();
    for number in 0..MAX_SECTIONS as u32 {
        slots.open(camera(number)).unwrap();
    }

    assert_eq!(slots.open(camera(1_000)), Err(SdpError::NoFreeSlot { max: MAX_SECTIONS }));
    assert!(slots.offer(&local()).sdp.len() < crate::MAX_DESCRIPTION);
}

#[test]
fn an_m_line_that_the_client_stopped_comes_back_under_another_name() {
    let mut slots = SlotMap::default();
    slots.open(microphone(0)).unwrap();
    let stopped = slots.open(camera(1)).unwrap();
    let offer = slots.offer(&local());
    let answer = client_answer(&offer.sdp).replace("m=video 9", "m=video 0");
    accept_answer(&mut slots, &offer, &parse(&answer)).unwrap();

    assert_eq!(lines_of(&slots.offer(&local()).sdp, 1)[0], "video 0 UDP/TLS/RTP/SAVPF 96 97");
    let again = slots.open(camera(2)).unwrap();

    assert_ne!(stopped, again);
    assert_eq!(slots.len(), 2);
}

#[test]
fn a_subscription_survives_when_its_new_m_line_is_stopped_before_it_was_offered() {
    let mut slots = SlotMap::default();
    slots.open(microphone(0)).unwrap();
    slots.open(camera(1)).unwrap();
    exchange(&mut slots);
    slots.close(SubscriptionId(1));
    exchange(&mut slots);
    let offer = slots.offer(&local());
    slots.open(camera(2)).unwrap();
    let answer = client_answer(&offer.sdp).replace("m=video 9", "m=video 0");

    accept_answer(&mut slots, &offer, &parse(&answer)).unwrap();

    assert!(slots.needs_offer());
    assert_eq!(exchange(&mut slots), [SubscriptionId(0), SubscriptionId(2)]);
}
