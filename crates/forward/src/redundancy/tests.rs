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

    redundancy.on_report(at(0), 51);

    assert_eq!(redundancy.repeats(), 2);
}

#[test]
fn a_report_of_one_stream_does_not_outweigh_feedback_on_all() {
    let mut redundancy = on_loss();
    tell(&mut redundancy, 0, 5, 0);

    redundancy.on_report(at(5_000), 128);

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

#[test]
fn what_a_report_tells_is_not_rounded_up_to_loss_that_needs_repeats() {
    let (mut below, mut above) = (on_loss(), on_loss());

    below.on_report(at(0), 5);
    above.on_report(at(0), 6);

    assert_eq!((below.repeats(), above.repeats()), (0, 1));
}

/// Sound for so many seconds on a link of which `lost` says what share it loses at how many repeats. How many of the
/// seconds had how many.
fn live(seconds: u64, mut lost: impl FnMut(u64, u8) -> f64) -> [u64; MAX_REPEATS + 1] {
    let mut redundancy = on_loss();
    let mut spent = [0; MAX_REPEATS + 1];
    for second in 0..seconds {
        for half in 0..2 {
            let share = lost(second, redundancy.repeats());
            redundancy.on_feedback(at(second * 1_000 + half * 500), 25, (25.0 * share).round() as u32);
        }
        spent[usize::from(redundancy.repeats())] += 1;
    }
    spent
}

/// Its link carries so many times the sound alone, and drops the rest. In its first seconds it loses a tenth anyway.
fn narrow(carries: f64) -> [u64; MAX_REPEATS + 1] {
    live(600, |second, repeats| {
        let sent = 1.0 + 0.6 * f64::from(repeats);
        if second < 5 { 0.1 } else { (1.0 - carries / sent).max(0.0) }
    })
}

#[test]
fn who_loses_because_of_repeats_has_them_for_half_a_minute_and_not_again() {
    let [none, once, twice] = narrow(1.3);
    assert!(twice <= 30 && none >= 500, "{none} s without, {once} s with one, {twice} s with two");

    let [none, once, twice] = narrow(1.8);
    assert!(twice <= 30 && none >= 500, "{none} s without, {once} s with one, {twice} s with two");
}

#[test]
fn who_loses_whatever_is_sent_has_repeats_nearly_all_the_time() {
    let [none, once, twice] = live(600, |_, _| 0.2);
    assert!(
        none <= 2 && once <= 20 && twice >= 575,
        "{none} s without, {once} s with one, {twice} s with two"
    );

    // One packet of each 25.
    let [none, once, twice] = live(600, |_, _| 0.04);
    assert!(none <= 20 && once >= 575, "{none} s without, {once} s with one, {twice} s with two");
}

#[test]
fn repeats_that_make_loss_are_tried_again_ever_later() {
    let mut raised = Vec::new();
    let mut before = 0;
    live(2_000, |second, repeats| {
        if repeats > before && repeats == 2 {
            raised.push(second);
        }
        before = repeats;
        // A radio that loses a little, on a link that takes one repeat.
        if repeats == 2 { 0.3 } else { 0.08 }
    });

    let pauses: Vec<_> = raised.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.windows(2).take(3).all(|pair| pair[1] >= pair[0] + 20), "{raised:?}");
}
