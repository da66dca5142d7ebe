use super::*;
use crate::probe::cluster::QUICK;
use crate::testing::{epoch, ms};

const PACKET: DataSize = DataSize::bytes(1_200);
const VIDEO: Class = Class::Video(Priority::Normal);

fn packet<T>(release: Release<T>) -> Option<T> {
    match release.what {
        What::Packet(packet) => Some(packet),
        What::Padding(_) => None,
    }
}

fn drain(pacer: &mut Pacer<u32>, now: Instant) -> Vec<u32> {
    pacer.begin_release(now);
    std::iter::from_fn(|| next(pacer, now)).filter_map(packet).collect()
}

/// What leaves next; padding is written as it is asked for.
fn next<T: Copy>(pacer: &mut Pacer<T>, now: Instant) -> Option<Release<T>> {
    let release = pacer.pop(now)?;
    if let What::Padding(size) = release.what {
        pacer.padded(now, Some(size));
    }
    Some(release)
}

#[test]
fn sound_overtakes_resends_and_resends_overtake_pictures() {
    let mut pacer = Pacer::new();
    pacer.push(VIDEO, PACKET, 4).unwrap();
    pacer.push(Class::Video(Priority::High), PACKET, 3).unwrap();
    pacer.push(Class::Retransmission, PACKET, 2).unwrap();
    pacer.push(Class::Audio, PACKET, 1).unwrap();

    assert_eq!(drain(&mut pacer, epoch()), [1, 2, 3, 4]);
    assert_eq!(pacer.poll_timeout(), None);
}

#[test]
fn without_a_rate_a_keyframe_leaves_in_portions_and_is_gone_within_a_few_ticks() {
    let t0 = epoch();
    let mut pacer = Pacer::new();
    for packet in 0..100 {
        pacer.push(VIDEO, PACKET, packet).unwrap();
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
        pacer.push(VIDEO, PACKET, packet).unwrap();
    }
    drain(&mut pacer, t0);

    pacer.push(Class::Audio, PACKET, 1_000).unwrap();

    assert_eq!(drain(&mut pacer, t0 + TICK / 5), [1_000]);
}

#[test]
fn a_full_queue_gives_the_packet_back_and_keeps_the_other_classes_open() {
    let mut pacer = Pacer::new();
    let refused = (0..2_000).filter(|&packet| pacer.push(VIDEO, PACKET, packet).is_err()).count();

    assert_eq!(refused, 2_000 - 1_024);
    assert_eq!(pacer.push(Class::Audio, PACKET, 1), Ok(()));
}

/// When the packets of a keyframe of 150 kB leave at 2 Mbit/s.
fn keyframe_at_2_mbps(t0: Instant) -> Vec<Instant> {
    let mut pacer = Pacer::new();
    pacer.set_rate(t0, Bitrate::mbps(2));
    for packet in 0..125 {
        pacer.push(VIDEO, PACKET, packet).unwrap();
    }
    let mut left = Vec::new();
    let mut now = t0;
    while left.len() < 125 {
        left.extend(drain(&mut pacer, now).iter().map(|_| now));
        now = pacer.poll_timeout().unwrap_or(now).max(now + ms(1));
    }
    left
}

#[test]
fn no_40_ms_hold_more_than_the_rate_allows_and_10_kb() {
    let left = keyframe_at_2_mbps(epoch());
    let allowed = 2_000_000 / 8 * 40 / 1_000 + 10_000;
    for from in &left {
        let bytes = left.iter().filter(|at| *at >= from && **at < *from + ms(40)).count() * 1_200;
        assert!(bytes <= allowed, "{bytes} bytes within 40 ms");
    }
}

#[test]
fn a_keyframe_takes_little_longer_than_the_rate_demands() {
    let left = keyframe_at_2_mbps(epoch());
    let took = *left.last().unwrap() - left[0];
    assert!(took > ms(540) && took < ms(620), "took {took:?} where 600 ms carry all of it");
}

#[test]
fn a_picture_that_would_wait_too_long_is_refused_and_its_frame_can_be_taken_back() {
    let t0 = epoch();
    let mut pacer = Pacer::new();
    pacer.set_rate(t0, Bitrate::kbps(480));

    // 60 kB/s: fifty packets are a second.
    let taken = (0..100).take_while(|&packet| pacer.push(VIDEO, PACKET, packet).is_ok()).count();
    assert_eq!(taken, 51);
    assert_eq!(pacer.push(Class::Audio, PACKET, 1), Ok(()), "sound is never refused for that");

    assert_eq!(pacer.take_back(VIDEO, |&packet| packet >= 40), 11);
    assert_eq!(pacer.queued(), DataSize::bytes(40 * 1_200));
}

#[test]
fn a_probe_takes_what_waits_and_fills_up_with_padding_at_its_own_rate() {
    let t0 = epoch();
    let mut pacer: Pacer<u32> = Pacer::new();
    pacer.set_rate(t0, Bitrate::kbps(300));
    pacer.push(VIDEO, PACKET, 7).unwrap();
    let cluster = Cluster { id: ClusterId(1), bitrate: Bitrate::mbps(4), lasts: QUICK };
    pacer.start_probe(t0, cluster);

    let mut left = Vec::new();
    let mut now = t0;
    while pacer.is_probing() {
        pacer.begin_release(now);
        while let Some(release) = next(&mut pacer, now) {
            assert_eq!(release.probe, Some(ClusterId(1)));
            left.push((now, packet(release)));
        }
        now = pacer.poll_timeout().unwrap_or(now).max(now);
    }

    assert_eq!(left[0].1, Some(7), "what waits goes first");
    assert!(left[1..].iter().all(|(_, packet)| packet.is_none()));
    let span = (left.last().unwrap().0 - t0).as_secs_f64();
    let rate = (left.len() - 1) as f64 * 1_200.0 * 8.0 / span;
    assert!((3.6e6..4.4e6).contains(&rate), "the probe left at {rate} bit/s");
    assert!(left.len() >= 5 && left.len() as u64 * 1_200 >= cluster.min_size().as_bytes());
}

#[test]
fn after_a_probe_pictures_go_on_within_a_few_ticks() {
    let t0 = epoch();
    let mut pacer: Pacer<u32> = Pacer::new();
    pacer.set_rate(t0, Bitrate::mbps(1));
    pacer.start_probe(t0, Cluster { id: ClusterId(1), bitrate: Bitrate::mbps(6), lasts: QUICK });
    let mut now = t0;
    while pacer.is_probing() {
        drain(&mut pacer, now);
        now = pacer.poll_timeout().unwrap_or(now).max(now + ms(1));
    }

    pacer.push(VIDEO, PACKET, 1).unwrap();
    let ends = now;
    while drain(&mut pacer, now).is_empty() {
        now += ms(1);
    }
    assert!(now - ends <= ms(90), "waited {:?}", now - ends);
}

#[test]
fn a_probe_that_cannot_be_padded_is_off() {
    let t0 = epoch();
    let mut pacer: Pacer<u32> = Pacer::new();
    pacer.set_rate(t0, Bitrate::mbps(1));
    pacer.start_probe(t0, Cluster { id: ClusterId(1), bitrate: Bitrate::mbps(3), lasts: QUICK });
    pacer.begin_release(t0);

    assert!(matches!(pacer.pop(t0).map(|release| release.what), Some(What::Padding(_))));
    pacer.padded(t0, None);

    assert!(pacer.pop(t0).is_none() && pacer.is_idle());
}

#[test]
fn what_was_released_in_vain_takes_nobodys_place() {
    let t0 = epoch();
    let mut pacer = Pacer::new();
    pacer.set_rate(t0, Bitrate::kbps(300));
    (0..20).for_each(|packet| pacer.push(VIDEO, PACKET, packet).unwrap());
    pacer.begin_release(t0);

    let mut released = Vec::new();
    while let Some(release) = pacer.pop(t0) {
        released.extend(packet(release));
        pacer.take_place_of(&release);
    }

    assert_eq!(released, (0..20).collect::<Vec<_>>());
}

#[test]
fn repairs_that_would_come_too_late_are_refused() {
    let t0 = epoch();
    let mut pacer = Pacer::new();
    pacer.set_rate(t0, Bitrate::kbps(300));

    let taken =
        (0..100).take_while(|&packet| pacer.push(Class::Retransmission, PACKET, packet).is_ok()).count();

    // 300 kbit/s are 31 packets a second.
    assert!((8..=9).contains(&taken), "{taken}");
}

#[test]
fn pictures_and_repairs_of_no_use_are_discarded_and_nothing_else_is() {
    let mut pacer = Pacer::new();
    (0..10).for_each(|packet| pacer.push(VIDEO, PACKET, packet).unwrap());
    (10..12).for_each(|packet| pacer.push(Class::Retransmission, PACKET, packet).unwrap());
    pacer.push(Class::Audio, PACKET, 13).unwrap();

    assert_eq!(pacer.discard(|packet| packet % 2 == 1), 6);

    assert_eq!(pacer.queued(), DataSize::bytes(6 * 1_200));
    assert_eq!(drain(&mut pacer, epoch()), [13, 10, 0, 2, 4, 6, 8]);
}
