use super::*;
use crate::testing::at;

const LAYERS: [EncodingIndex; 3] = [EncodingIndex(0), EncodingIndex(1), EncodingIndex(2)];

/// Three layers, the smallest first, that are sent at so many kilobits a second.
struct Sender {
    excess: Excess,
    kbps: [u64; 3],
    now: u64,
    back: Vec<u8>,
}

impl Sender {
    fn limited_to(kbps: u64, rates: [u64; 3]) -> Self {
        let mut excess = Excess::default();
        excess.set_limit(Some(Bitrate::kbps(kbps)));
        Self { excess, kbps: rates, now: 0, back: Vec::new() }
    }

    /// Sends for so many milliseconds, and looks four times a second.
    fn send(&mut self, milliseconds: u64) -> Vec<u8> {
        for _ in 0..milliseconds / 10 {
            self.now += 10;
            for (encoding, kbps) in LAYERS.into_iter().zip(self.kbps) {
                self.excess.note(at(self.now), encoding, (kbps * 10 / 8) as usize);
            }
            if self.now.is_multiple_of(250) {
                self.back.extend(self.excess.look(at(self.now), LAYERS.into_iter()).iter().map(|one| one.0));
            }
        }
        LAYERS.into_iter().filter(|&one| self.excess.withholds(one)).map(|one| one.0).collect()
    }
}

#[test]
fn what_keeps_to_the_limit_is_left_alone() {
    let mut sender = Sender::limited_to(1_000, [100, 300, 500]);

    assert_eq!(sender.send(60_000), []);
}

#[test]
fn the_largest_layers_go_until_the_rest_fits() {
    assert_eq!(Sender::limited_to(500, [100, 300, 500]).send(4_000), [2]);
    assert_eq!(Sender::limited_to(200, [100, 300, 500]).send(4_000), [1, 2]);
    assert_eq!(Sender::limited_to(50, [100, 300, 500]).send(4_000), [0, 1, 2]);
}

#[test]
fn a_keyframe_costs_no_layer_and_a_gross_excess_is_cut_at_once() {
    let mut sender = Sender::limited_to(1_000, [100, 300, 500]);
    sender.send(5_000);

    sender.kbps = [150, 400, 900];
    assert_eq!(sender.send(1_000), [], "for one second");
    sender.kbps = [100, 300, 500];
    assert_eq!(sender.send(5_000), []);

    sender.kbps = [100, 300, 9_000];
    assert_eq!(sender.send(1_000), [2]);
}

#[test]
fn a_layer_comes_back_when_there_has_been_room_for_it_for_a_while_and_the_smallest_first() {
    let mut sender = Sender::limited_to(450, [200, 400, 800]);
    assert_eq!(sender.send(4_000), [1, 2]);

    sender.kbps = [50, 100, 200];
    assert_eq!(sender.send(3_000), [1, 2], "not yet");
    assert_eq!(sender.send(5_000), [2]);
    assert_eq!(sender.send(5_000), []);
    assert_eq!(sender.back, [1, 2]);
}

#[test]
fn a_publisher_that_stays_above_its_limit_does_not_make_layers_come_and_go() {
    let mut sender = Sender::limited_to(500, [100, 150, 260]);

    sender.send(4_000);
    assert_eq!(sender.send(60_000), [2]);
    assert_eq!(sender.back, []);
}

#[test]
fn without_a_limit_everything_goes_on() {
    let mut sender = Sender::limited_to(50, [100, 300, 500]);
    sender.send(4_000);

    sender.excess.set_limit(None);

    assert_eq!(sender.send(250), []);
    assert_eq!(sender.back, [0, 1, 2]);
    assert!(!sender.excess.is_active());
}
