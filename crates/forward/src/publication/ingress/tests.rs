use super::*;
use crate::testing::at;

/// How many of so many packets of `len` bytes, spread evenly over a time, come in.
fn admitted(ingress: &mut Ingress, from: u64, milliseconds: u64, packets: u64, len: usize) -> u64 {
    let when = |n: u64| at(from) + Duration::from_millis(milliseconds) * n as u32 / packets as u32;
    (0..packets).filter(|&n| ingress.admits(when(n), len)).count() as u64
}

#[test]
fn twenty_megabits_of_video_pass_for_ever_and_a_flood_is_cut_to_that() {
    let mut honest = Ingress::new(MediaKind::Video);
    let mut flood = Ingress::new(MediaKind::Video);
    let twenty_megabits = 10 * 20_000_000 / 8 / 1_200;

    assert_eq!(admitted(&mut honest, 0, 10_000, twenty_megabits, 1_200), twenty_megabits);

    let let_through = admitted(&mut flood, 0, 10_000, 10 * twenty_megabits, 1_200);
    assert!((twenty_megabits..=twenty_megabits * 111 / 100).contains(&let_through), "{let_through}");
}

#[test]
fn a_flood_of_tiny_packets_is_cut_as_well() {
    let mut ingress = Ingress::new(MediaKind::Video);

    let let_through = admitted(&mut ingress, 0, 10_000, 1_000_000, 20);

    assert!((60_000..=66_001).contains(&let_through), "{let_through}");
}

#[test]
fn the_keyframe_of_a_large_screen_comes_in_at_once() {
    let mut ingress = Ingress::new(MediaKind::Video);
    assert_eq!(admitted(&mut ingress, 0, 5_000, 2_000, 1_200), 2_000);

    assert_eq!(admitted(&mut ingress, 5_000, 1, 500, 1_200), 500);
}

#[test]
fn sound_comes_in_after_a_path_stalled_for_three_seconds() {
    let mut ingress = Ingress::new(MediaKind::Audio);
    assert_eq!(admitted(&mut ingress, 0, 2_000, 100, 180), 100);

    // 128 kbit/s in packets of 20 ms, all that waited at once, and on from there.
    assert_eq!(admitted(&mut ingress, 5_000, 1, 150, 340), 150);
    assert_eq!(admitted(&mut ingress, 5_001, 10_000, 500, 340), 500);
}

#[test]
fn video_dressed_up_as_sound_is_cut() {
    let mut ingress = Ingress::new(MediaKind::Audio);

    let let_through = admitted(&mut ingress, 0, 10_000, 20_000, 1_200);

    assert!(let_through * 1_200 * 8 <= 640_000 * 11, "{let_through}");
}

#[test]
fn the_best_sound_that_opus_makes_passes_for_ever_with_its_headers() {
    // 510 kbit/s, and 40 bytes of headers in front of every packet.
    for (milliseconds, packets) in [(20, 500), (5, 2_000)] {
        let mut ingress = Ingress::new(MediaKind::Audio);
        let len = 510 * milliseconds / 8 + 40;
        let rounds = 6;

        let passed = admitted(&mut ingress, 0, 10_000 * rounds, packets * rounds, len);

        assert_eq!(passed, packets * rounds, "packets of {milliseconds} ms");
    }
}
