use super::*;

/// Bytes of a packet of sound with everything around it, and of it what each repeat adds.
const ALONE: u64 = 300;
const REPEAT: u64 = 180;

#[expect(clippy::disallowed_methods, reason = "a test needs one moment to count from")]
fn begun() -> Instant {
    Instant::now()
}

/// Sound for so many seconds on a link that is narrow all the time, where two repeats are wanted. How often it was repeated, twice a second.
fn repeated(downlink: &mut Downlink, begun: Instant, seconds: u64, is_numbered: bool) -> Vec<u8> {
    let mut repeated = Vec::new();
    for packet in 0..seconds * 50 {
        let now = begun + Duration::from_millis(packet * 20);
        let repeats = u64::from(downlink.repeats()) * REPEAT;
        let size = DataSize::bytes(ALONE + repeats);
        downlink.count(size);
        downlink.count_sound(now, size, repeats as usize);
        if is_numbered {
            downlink.on_sent(now, size, PacketKind::Audio, None);
        }
        if packet % 25 == 24 {
            downlink.grew = Some(now);
            downlink.set_repeats(now, 2);
            repeated.push(downlink.repeats());
        }
    }
    repeated
}

#[test]
fn on_a_narrow_link_sound_is_repeated_as_often_as_fits_and_that_does_not_swing() {
    for is_numbered in [true, false] {
        let mut downlink = Downlink::new(true);
        let fits = downlink.estimator.bitrate().as_bps() as f64 * MOST_FOR_SOUND;
        let alone = (ALONE * 8 * 50) as f64;
        let most = (0..=2).rev().find(|&repeats| alone * (1.0 + f64::from(repeats) * REPEAT_SIZE) <= fits);

        let repeated = repeated(&mut downlink, begun(), 20, is_numbered);

        assert_eq!(most, Some(1), "of {fits}");
        assert!(repeated[2..].iter().all(|&repeats| i32::from(repeats) == 1), "{repeated:?}");
    }
}
