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
        Negotiation::Due { at: now },
        in_flight(now),
        Negotiation::InFlight { offer: FIRST, since: now, changed: true },
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
