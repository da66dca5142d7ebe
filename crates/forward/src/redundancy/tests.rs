use super::*;
use crate::testing::at;

/// Feedback of 25 packets every half a second, of which so many were lost.
fn tell(redundancy: &mut Redundancy, from: u64, until: u64, lost: u32) {
    for tick in from * 2..until * 2 {
        redundancy.on_feedback(at(tick * 500), 25, lost);
    }
}

fn on_loss() -> Redundancy {
    Redundancy::new(AudioRedundancy::OnLoss)
}

#[test]
fn sound_is_not_repeated_for_who_loses_nothing() {
    let mut redundancy = on_loss();

    tell(&mut redundancy, 0, 60, 0);

    assert_eq!(redundancy.repeats(), 0);
}

#[test]
fn a_little_loss_needs_one_repeat_and_much_loss_two() {
    let (mut little, mut much) = (on_loss(), on_loss());

    tell(&mut little, 0, 2, 1);
    tell(&mut much, 0, 2, 5);

    assert_eq!((little.repeats(), much.repeats()), (1, 2));
}

#[test]
fn a_few_packets_prove_nothing() {
    let mut redundancy = on_loss();

    redundancy.on_feedback(at(0), 20, 10);

    assert_eq!(redundancy.repeats(), 0);
}

#[test]
fn repeats_stay_for_a_while_when_the_loss_is_over_and_then_go_one_by_one() {
    let mut redundancy = on_loss();
    tell(&mut redundancy, 0, 5, 5);

    tell(&mut redundancy, 5, 14, 0);
    let early = redundancy.repeats();
    tell(&mut redundancy, 14, 25, 0);
    let later = redundancy.repeats();
    tell(&mut redundancy, 25, 35, 0);

    assert_eq!((early, later, redundancy.repeats()), (2, 1, 0));
}

#[test]
fn loss_that_comes_in_spells_finds_the_repeats_still_there() {
    let mut redundancy = on_loss();

    for spell in 0..10 {
        tell(&mut redundancy, spell * 8, spell * 8 + 2, 5);
        tell(&mut redundancy, spell * 8 + 2, spell * 8 + 8, 0);
        assert!(redundancy.repeats() > 0, "{spell}");
    }
}

#[test]
fn receiver_reports_alone_are_enough() {
    let mut redundancy = on_loss();

    redundancy.on_report(at(0), 0.2);

    assert_eq!(redundancy.repeats(), 2);
}

#[test]
fn a_report_of_one_stream_does_not_outweigh_feedback_on_all() {
    let mut redundancy = on_loss();
    tell(&mut redundancy, 0, 5, 0);

    redundancy.on_report(at(5_000), 0.5);

    assert_eq!(redundancy.repeats(), 0);
}

#[test]
fn what_is_off_stays_off_and_what_is_always_there_is_never_gone() {
    let (mut off, mut always) =
        (Redundancy::new(AudioRedundancy::Off), Redundancy::new(AudioRedundancy::Always));
    let first = always.repeats();

    tell(&mut off, 0, 20, 10);
    tell(&mut always, 0, 20, 10);
    let lossy = always.repeats();
    tell(&mut always, 20, 60, 0);

    assert_eq!((off.repeats(), first, lossy, always.repeats()), (0, 1, 2, 1));
}

#[test]
fn after_a_long_silence_old_loss_is_forgotten() {
    let mut redundancy = on_loss();
    tell(&mut redundancy, 0, 5, 5);

    for tick in 0..60 {
        redundancy.on_feedback(at(1_000_000 + tick * 500), 25, 0);
    }

    assert_eq!(redundancy.repeats(), 0);
}
