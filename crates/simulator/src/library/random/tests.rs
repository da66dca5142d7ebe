use super::*;
use crate::invariants;
use crate::replay;

#[test]
fn a_random_call_is_decided_by_its_seed() {
    let world = replay::twice(&call(Seed(1)), Seed(1)).unwrap_or_else(|error| panic!("{error}"));
    let other = replay::once(&call(Seed(2)), Seed(2)).unwrap_or_else(|error| panic!("{error}"));

    assert_ne!(world.log().hash(), other.log().hash());
}

#[test]
fn everybody_who_is_watched_is_looked_at_ten_times_a_second() {
    let world = replay::once(&call(Seed(1)), Seed(1)).unwrap_or_else(|error| panic!("{error}"));

    for who in SUBSCRIBERS {
        let looks = world.looks(who);
        let seconds = world.elapsed().as_secs_f64();
        assert!((looks.len() as f64 / seconds - 10.0).abs() < 0.2, "{} looks in {seconds} s", looks.len());
        assert!(looks.iter().all(|look| look.capacity.is_some()));
        assert!(looks.last().is_some_and(|look| look.of["ada"].decoded > 0 && look.of["ada"].heard > 0));
    }
}

#[test]
fn a_call_over_drawn_links_breaks_no_invariant() {
    let world = call(Seed(1)).play(Seed(1)).world;

    assert_eq!(invariants::of_call(&world), Vec::<String>::new());
}
