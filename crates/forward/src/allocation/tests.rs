use switchyard_vocab::layer::{EncodingIndex, Layer};

use super::*;

const NORMAL: u8 = 1;

/// Three layers of 150, 500 and 1 700 kbit/s on the wire.
fn camera() -> Layers {
    let mut layers = Layers::default();
    for (rank, kbps) in (0..).zip([150.0, 500.0, 1_700.0]) {
        let bitrate = Bitrate::bps((kbps * 1_000.0 / ON_WIRE) as u64);
        let (encoding, rank) = (EncodingIndex(rank), SpatialLayer(rank));
        layers.push(Layer { encoding, rank, live: true, size: None, bitrate });
    }
    layers
}

fn wants(had: Grant) -> Wish {
    Wish::new(&camera(), SpatialLayer::HIGHEST, had, NORMAL)
}

/// Of so much, sound takes 40 kbit/s.
fn budget(kbps: u64) -> Budget {
    Budget { fits: Bitrate::kbps(kbps), sound: Bitrate::kbps(40), may_raise: true }
}

fn divide(kbps: u64, wishes: &[Wish]) -> Vec<Option<u8>> {
    let rank = |grant: &Grant| match grant {
        Grant::UpTo(rank) => Some(rank.0),
        Grant::Pause => None,
    };
    allocate(budget(kbps), wishes).grants.iter().map(rank).collect()
}

#[test]
fn a_lone_picture_gets_the_best_that_fits() {
    let fresh = [wants(Grant::Pause)];
    assert_eq!(divide(10_000, &fresh), [Some(2)]);
    assert_eq!(divide(1_000, &fresh), [Some(1)]);
    assert_eq!(divide(300, &fresh), [Some(0)]);
}

#[test]
fn the_first_picture_may_overdraw_a_little_and_no_more() {
    assert_eq!(divide(160, &[wants(Grant::Pause), wants(Grant::Pause)]), [Some(0), None]);
    assert_eq!(divide(130, &[wants(Grant::Pause)]), [None]);
    assert_eq!(divide(145, &[wants(Grant::UpTo(SpatialLayer(0)))]), [Some(0)]);
    assert_eq!(divide(50, &[wants(Grant::UpTo(SpatialLayer(0)))]), [None]);
}

#[test]
fn the_first_picture_goes_on_where_no_probe_could_show_that_there_is_room_again() {
    let wish = wants(Grant::UpTo(SpatialLayer(0))).without_padding();
    assert_eq!(divide(50, &[wish, wish]), [Some(0), None]);
}

#[test]
fn nobody_falls_who_keeps_what_was_had() {
    let lowers = |kbps, had| allocate(budget(kbps), &[wants(Grant::UpTo(SpatialLayer(had)))]).has_lowered;
    assert!(!lowers(1_000, 1));
    assert!(!lowers(145, 0), "overdrawn, and kept");
    assert!(lowers(1_000, 2));
    assert!(lowers(50, 0));
}

#[test]
fn everybody_gets_something_before_anybody_gets_more() {
    assert_eq!(divide(800, &[wants(Grant::Pause); 4]), [Some(0); 4]);
    assert_eq!(divide(1_300, &[wants(Grant::Pause); 4]), [Some(1), Some(0), Some(0), Some(0)]);
}

#[test]
fn who_matters_more_comes_first() {
    let presenter = Wish { priority: 9, ..wants(Grant::Pause) };
    assert_eq!(divide(800, &[wants(Grant::Pause), presenter]), [Some(0), Some(1)]);
    assert_eq!(divide(200, &[wants(Grant::Pause), presenter]), [None, Some(0)]);
}

#[test]
fn a_step_up_needs_room_to_spare_and_keeping_it_does_not() {
    let (low, high) = (Grant::UpTo(SpatialLayer(1)), Grant::UpTo(SpatialLayer(2)));
    assert_eq!(divide(1_800, &[wants(low)]), [Some(1)]);
    assert_eq!(divide(1_800, &[wants(high)]), [Some(2)]);
    assert_eq!(divide(1_940, &[wants(low)]), [Some(2)]);
    assert_eq!(divide(1_700, &[wants(high)]), [Some(1)]);
}

#[test]
fn in_a_calm_nobody_gets_more_and_nobody_less_than_fits() {
    let calm = |kbps, had| {
        let wishes = [wants(Grant::UpTo(SpatialLayer(had)))];
        allocate(Budget { may_raise: false, ..budget(kbps) }, &wishes).grants
    };
    assert_eq!(calm(10_000, 1), [Grant::UpTo(SpatialLayer(1))]);
    assert_eq!(calm(545, 1), [Grant::UpTo(SpatialLayer(1))]);
    assert_eq!(calm(500, 1), [Grant::UpTo(SpatialLayer(0))]);
}

#[test]
fn the_need_is_what_has_to_fit_for_the_next_step() {
    let wish = wants(Grant::Pause);
    let allocation = |kbps| allocate(budget(kbps), &[wish]);
    let kbps = |rate: Bitrate| (rate.as_bps() as f64 / 1_000.0).round() as u64;
    assert_eq!(allocation(1_000).need.map(kbps), Some(1_933), "1 740 and a tenth to spare");
    assert_eq!(allocation(200).need.map(kbps), Some(600));
    assert_eq!(allocation(100).need.map(kbps), Some(211));
    assert_eq!(divide(1_932, &[wants(Grant::UpTo(SpatialLayer(1)))]), [Some(1)]);
    assert_eq!(divide(1_934, &[wants(Grant::UpTo(SpatialLayer(1)))]), [Some(2)]);
    assert_eq!(allocation(10_000).need, None);
    assert_eq!(kbps(allocation(10_000).spent), 1_740);
}

#[test]
fn what_has_not_begun_is_welcome() {
    let wish = Wish::new(&Layers::default(), SpatialLayer::HIGHEST, Grant::Pause, NORMAL);
    assert_eq!(divide(50, &[wants(Grant::Pause), wish]), [None, Some(SpatialLayer::HIGHEST.0)]);
}

#[test]
fn layers_that_are_not_sent_or_not_wanted_are_not_granted() {
    let mut layers = Layers::default();
    for layer in camera().iter() {
        layers.push(Layer { live: layer.rank != SpatialLayer(0), ..*layer });
    }
    let wish = |max| Wish::new(&layers, max, Grant::Pause, NORMAL);
    assert_eq!(divide(10_000, &[wish(SpatialLayer(1))]), [Some(1)]);
    assert_eq!(divide(10_000, &[wish(SpatialLayer(0))]), [Some(1)], "the smallest there is");
    assert_eq!(allocate(budget(10_000), &[wish(SpatialLayer(1))]).need, None);
}
