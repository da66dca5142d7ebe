use switchyard_vocab::demand::Preference;

use super::*;
use crate::testing::at;
use crate::testing::call::Call;

const ONE: PublicationId = PublicationId(1);

#[test]
fn ten_in_a_row_are_granted_and_then_one_in_three_seconds() {
    let mut budget = KeyframeBudget::default();

    let granted = (0..30_000).step_by(20).filter(|&now| budget.admits(at(now), ONE)).count();

    assert_eq!(granted, 19);
}

#[test]
fn every_publication_has_a_budget_of_its_own() {
    let mut budget = KeyframeBudget::default();
    while budget.admits(at(0), ONE) {}

    assert!((2..1_000).all(|other| budget.admits(at(0), PublicationId(other))));
}

#[test]
fn what_is_counted_stays_within_its_bound_and_is_forgotten_in_time() {
    let mut budget = KeyframeBudget::default();
    (0..5_000).for_each(|other| {
        budget.admits(at(0), PublicationId(other));
    });

    assert_eq!(budget.whole_at.len(), MAX_COUNTED);
    assert!(budget.admits(at(EARNED_IN.as_millis() as u64), PublicationId(9_999)));
    assert_eq!(budget.whole_at.len(), 1);
}

#[test]
fn who_subscribes_anew_all_the_time_causes_no_more_keyframes_than_the_budget() {
    let mut call = Call::on(1);
    let (patient, restless) = (call.join(0), call.join(0));
    call.run(1_000);
    let before = call.publisher().plis().len();

    let mut section = restless.video.clone();
    for _ in 0..200 {
        call.unsubscribe(0, &section);
        section = call.watch(0, restless.client).video;
        call.run(100);
    }

    let asked = call.publisher().plis().len() - before;
    assert!((8..=10 + 20 / 3 + 1).contains(&asked), "{asked}");
    call.assert_unharmed(&patient);
}

#[test]
fn who_pauses_and_goes_on_a_few_times_is_shown_a_picture_each_time() {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);

    for _ in 0..6 {
        let subscription = viewer.video.subscription;
        for paused in [true, false] {
            let preference = Preference { paused, ..Preference::default() };
            let command = switchyard_bus::command::Command::Prefer { subscription, preference };
            call.world.command(0, command);
            let seen = call.seen(&viewer).len();
            call.run(1_300);
            assert_eq!(call.seen(&viewer).len() > seen + 10, !paused);
        }
    }
}
