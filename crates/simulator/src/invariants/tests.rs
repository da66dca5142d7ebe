use super::*;
use crate::network::Tally;
use switchyard_vocab::units::{Bitrate, DataSize};

/// A look at a link of 1 Mbit/s, at so many bits a second.
fn look(number: u32, kbps: u64) -> Look {
    let tally = Tally { sent: DataSize::bytes(kbps * 1_000 / 80), ..Tally::default() };
    Look { at: LOOK * number, capacity: Some(Bitrate::mbps(1)), tally, of: Default::default() }
}

#[test]
fn what_a_link_carries_and_a_tenth_is_no_excess() {
    let looks: Vec<Look> = (0..100).map(|number| look(number, 1_090)).collect();

    assert_eq!(longest_excess(&looks), Duration::ZERO);
}

#[test]
fn an_excess_lasts_until_the_rate_falls() {
    let looks: Vec<Look> =
        (0..100).map(|number| look(number, if number < 40 { 1_500 } else { 500 })).collect();

    let excess = longest_excess(&looks);
    assert!((Duration::from_secs(3)..Duration::from_secs(5)).contains(&excess), "{excess:?}");
}

#[test]
fn a_burst_of_a_tenth_of_a_second_is_no_excess_where_little_is_sent_around_it() {
    let looks: Vec<Look> =
        (0..100).map(|number| look(number, if number == 50 { 3_000 } else { 300 })).collect();

    assert_eq!(longest_excess(&looks), Duration::ZERO);
}
