use super::*;

#[expect(clippy::disallowed_methods, reason = "a test has to start somewhere")]
fn epoch() -> Instant {
    Instant::now()
}

fn drain(pacer: &mut Pacer<u32>, now: Instant) -> Vec<u32> {
    pacer.begin_release(now);
    std::iter::from_fn(|| pacer.pop()).collect()
}

#[test]
fn sound_overtakes_resends_and_resends_overtake_pictures() {
    let mut pacer = Pacer::new();
    pacer.push(Class::Video, 3).unwrap();
    pacer.push(Class::Retransmission, 2).unwrap();
    pacer.push(Class::Audio, 1).unwrap();

    assert_eq!(drain(&mut pacer, epoch()), [1, 2, 3]);
    assert_eq!(pacer.poll_timeout(), None);
}

#[test]
fn a_keyframe_leaves_in_portions_and_is_gone_within_a_few_ticks() {
    let t0 = epoch();
    let mut pacer = Pacer::new();
    for packet in 0..100 {
        pacer.push(Class::Video, packet).unwrap();
    }

    let first = drain(&mut pacer, t0);
    assert_eq!(first, (0..25).collect::<Vec<_>>());
    assert!(drain(&mut pacer, t0 + TICK / 2).is_empty(), "half a tick later nothing may leave");

    let mut left = 75;
    let mut now = t0;
    while left > 0 {
        now += TICK;
        assert_eq!(pacer.poll_timeout(), Some(now));
        left -= drain(&mut pacer, now).len();
    }
    assert!(now - t0 <= 10 * TICK);
}

#[test]
fn sound_does_not_wait_for_the_next_portion() {
    let t0 = epoch();
    let mut pacer = Pacer::new();
    for packet in 0..100 {
        pacer.push(Class::Video, packet).unwrap();
    }
    drain(&mut pacer, t0);

    pacer.push(Class::Audio, 1_000).unwrap();

    assert_eq!(drain(&mut pacer, t0 + TICK / 5), [1_000]);
}

#[test]
fn a_full_queue_gives_the_packet_back_and_keeps_the_other_classes_open() {
    let mut pacer = Pacer::new();
    let refused = (0..2_000).filter(|&packet| pacer.push(Class::Video, packet).is_err()).count();

    assert_eq!(refused, 2_000 - MAX_QUEUED);
    assert_eq!(pacer.push(Class::Audio, 1), Ok(()));
}
