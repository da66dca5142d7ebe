use super::*;
use crate::testing::epoch;

const FIRST: OfferId = OfferId(1);

fn in_flight(at: Instant) -> Negotiation {
    let mut negotiation = Negotiation::new();
    negotiation.handle_input(at, Input::Changed);
    negotiation.handle_input(at, Input::Tick);
    negotiation.handle_input(at, Input::Offered(FIRST));
    negotiation
}

#[test]
fn the_first_change_is_offered_at_once() {
    let now = epoch();
    let mut negotiation = Negotiation::new();

    negotiation.handle_input(now, Input::Changed);

    assert_eq!(negotiation.deadline(), Some(now));
    assert_eq!(negotiation.handle_input(now, Input::Tick), Some(Output::MakeOffer));
}

#[test]
fn a_change_soon_after_an_answer_waits_out_the_spacing() {
    let now = epoch();
    let mut negotiation = in_flight(now);
    negotiation.handle_input(now + Duration::from_millis(20), Input::Answered);

    negotiation.handle_input(now + Duration::from_millis(40), Input::Changed);

    assert_eq!(negotiation.deadline(), Some(now + OFFER_SPACING));
    assert_eq!(negotiation.handle_input(now + Duration::from_millis(149), Input::Tick), None);
    assert_eq!(negotiation.handle_input(now + OFFER_SPACING, Input::Tick), Some(Output::MakeOffer));
}

/// Offers made when something changes every 10 ms for so long, and every offer is answered at once.
fn offers_while_changing(for_millis: u64) -> Vec<u64> {
    let began = epoch();
    let mut negotiation = Negotiation::new();
    let mut offers = Vec::new();
    for millis in (0..for_millis).step_by(10) {
        let now = began + Duration::from_millis(millis);
        negotiation.handle_input(now, Input::Changed);
        if negotiation.handle_input(now, Input::Tick) == Some(Output::MakeOffer) {
            offers.push(millis);
            negotiation.handle_input(now, Input::Offered(OfferId(millis)));
            negotiation.handle_input(now, Input::Answered);
        }
    }
    offers
}

#[test]
fn offers_become_rarer_while_changes_do_not_end() {
    assert_eq!(offers_while_changing(2_000), [0, 150, 450, 850, 1_250, 1_650]);
}

#[test]
fn after_a_quiet_time_the_next_change_is_offered_at_once_and_the_spacing_is_short_again() {
    let now = epoch();
    let mut negotiation = in_flight(now);
    negotiation.handle_input(now, Input::Changed);
    negotiation.handle_input(now, Input::Answered);
    assert_eq!(negotiation, Negotiation::Due { at: now + OFFER_SPACING, spacing: OFFER_SPACING * 2 });
    negotiation.handle_input(now + OFFER_SPACING, Input::Offered(FIRST));
    negotiation.handle_input(now + OFFER_SPACING, Input::Answered);

    let later = now + Duration::from_secs(1);
    negotiation.handle_input(later, Input::Changed);

    assert_eq!(negotiation, Negotiation::Due { at: later, spacing: OFFER_SPACING });
}

#[test]
fn a_change_while_an_offer_is_in_flight_waits_for_its_answer() {
    let now = epoch();
    let mut negotiation = in_flight(now);
    negotiation.handle_input(now, Input::Changed);

    assert_eq!(negotiation.handle_input(now + Duration::from_secs(1), Input::Tick), None);

    let answered = now + Duration::from_secs(2);
    negotiation.handle_input(answered, Input::Answered);
    assert_eq!(negotiation.handle_input(answered, Input::Tick), Some(Output::MakeOffer));
}

#[test]
fn an_offer_without_answer_is_given_up() {
    let now = epoch();
    let mut negotiation = in_flight(now);

    assert_eq!(negotiation.handle_input(now + ANSWER_TIMEOUT, Input::Tick), Some(Output::GiveUp));

    assert_eq!(negotiation, Negotiation::Lost);
    assert!(!negotiation.waits_for(FIRST));
}

#[test]
fn a_lost_connection_offers_again_only_when_asked() {
    let now = epoch();
    let mut negotiation = in_flight(now);
    negotiation.handle_input(now, Input::LineLost);

    negotiation.handle_input(now, Input::Changed);
    assert_eq!(negotiation.deadline(), None);

    negotiation.handle_input(now, Input::Restarted);
    assert_eq!(negotiation.handle_input(now, Input::Tick), Some(Output::MakeOffer));
}

#[test]
fn from_every_state_every_input_leads_somewhere_sensible() {
    let now = epoch();
    let states = [
        Negotiation::new(),
        Negotiation::Due { at: now, spacing: OFFER_SPACING },
        in_flight(now),
        Negotiation::InFlight { offer: FIRST, since: now, spacing: OFFER_SPACING, changed: true },
        Negotiation::Lost,
    ];
    let inputs = [
        Input::Changed,
        Input::Tick,
        Input::Offered(OfferId(2)),
        Input::NothingToOffer,
        Input::Answered,
        Input::LineLost,
        Input::Restarted,
    ];
    for state in states {
        for input in inputs {
            let mut next = state;
            let output = next.handle_input(now, input);
            assert!(output.is_none() || input == Input::Tick, "{state:?} on {input:?}");
            assert!(input != Input::LineLost || next == Negotiation::Lost, "{state:?} was not lost");
        }
    }
}
