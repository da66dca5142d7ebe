use proptest::prelude::*;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::rtp::ExtSeqNo;

use super::*;
use crate::testing::{at, observed};

fn insert(cache: &mut Cache, encoding: u8, seq: u64, milliseconds: u64, payload: &[u8]) -> Option<CacheRef> {
    let facts = Observed { arrival: at(milliseconds), ..observed(encoding, seq) };
    cache.insert(at(milliseconds), &facts, (&[], payload))
}

#[test]
fn a_packet_comes_back_as_it_was_stored() {
    let mut cache = Cache::new(MediaKind::Video);

    let packet = insert(&mut cache, 2, 70_000, 0, b"picture").unwrap();

    assert_eq!(cache.get(packet).unwrap().payload, b"picture");
    assert_eq!(cache.get(packet).unwrap().observed.seq, ExtSeqNo(70_000));
}

#[test]
fn a_second_of_four_megabits_is_kept() {
    let mut cache = Cache::new(MediaKind::Video);
    let first = 70_000;

    // 2000 packets of 1100 bytes in 4.4 s.
    let packets: Vec<_> = (0..2_000)
        .map(|n| insert(&mut cache, 0, first + n, n * 22 / 10, &[n as u8; 1_100]).unwrap())
        .collect();

    for (n, packet) in packets.iter().enumerate().skip(2_000 - 454) {
        assert_eq!(cache.get(*packet).unwrap().payload, [n as u8; 1_100]);
    }
}

#[test]
fn a_slow_stream_never_grows_its_ring() {
    let mut cache = Cache::new(MediaKind::Video);

    for n in 0..3_000 {
        insert(&mut cache, 0, 70_000 + n, n * 100, &[0; 500]).unwrap();
    }

    let ring = cache.rings[0].as_ref().unwrap();
    assert_eq!(ring.sizes(), (Limits::VIDEO.first_bytes, Limits::VIDEO.first_slots));
}

#[test]
fn what_comes_at_once_after_a_quiet_time_is_kept_whole() {
    let mut cache = Cache::new(MediaKind::Video);
    for n in 0..20 {
        insert(&mut cache, 0, 70_000 + n, n * 100, &[0; 500]).unwrap();
    }

    // A keyframe of 300 kB after a still picture, or what waited while the worker stood still.
    let burst: Vec<_> =
        (0..250).map(|n| insert(&mut cache, 0, 70_020 + n, 6_000, &[n as u8; 1_200]).unwrap()).collect();

    for (n, packet) in burst.iter().enumerate() {
        assert!(cache.get(*packet).is_some_and(|kept| kept.payload == [n as u8; 1_200]), "packet {n}");
    }
}

#[test]
fn the_age_of_a_ring_is_known_by_as_many_stretches_after_it_grew() {
    let mut cache = Cache::new(MediaKind::Video);

    for n in 0..4_000 {
        insert(&mut cache, 0, 70_000 + n, n / 100, &[0; 1_200]).unwrap();
        // Looks at their number.
        let _ = cache.rings[0].as_ref().unwrap().sizes();
    }

    let (bytes, _) = cache.rings[0].as_ref().unwrap().sizes();
    assert_eq!(bytes, Limits::VIDEO.most_bytes);
}

#[test]
fn what_was_long_on_its_way_from_another_worker_is_kept_as_if_it_were_young() {
    let mut cache = Cache::new(MediaKind::Video);

    // Three seconds of 300 kbit/s, which that worker observed in time and which come all at once.
    let late: Vec<_> = (0..100)
        .map(|n| {
            let facts = Observed { arrival: at(n * 30), ..observed(0, 70_000 + n) };
            cache.insert(at(3_000), &facts, (&[], &[n as u8; 1_100])).unwrap()
        })
        .collect();

    assert!(late.iter().all(|packet| cache.get(*packet).is_some()));
}

#[test]
fn a_flood_stays_within_the_bounds() {
    let mut cache = Cache::new(MediaKind::Audio);

    for n in 0..100_000 {
        insert(&mut cache, 0, 70_000 + n, 0, &[0; 50]).unwrap();
    }

    let ring = cache.rings[0].as_ref().unwrap();
    assert_eq!(ring.sizes(), (Limits::AUDIO.most_bytes, Limits::AUDIO.most_slots));
}

#[test]
fn an_encoding_that_cannot_exist_is_refused() {
    let mut cache = Cache::new(MediaKind::Video);

    assert_eq!(insert(&mut cache, 200, 1, 0, b"x"), None);
}

proptest! {
    #[test]
    fn what_is_found_is_never_another_packet(
        packets in prop::collection::vec((0_u64..400, 0_u64..30, 0_usize..1_500), 1..800)
    ) {
        let mut cache = Cache::new(MediaKind::Video);
        let (mut seq, mut now) = (70_000, 0);
        let mut stored = Vec::new();
        for (step, pause, len) in packets {
            // Mostly forward, sometimes late.
            seq = if step > 380 { seq - 5 } else { seq + step % 4 + 1 };
            now += pause;
            let payload = vec![(seq % 251) as u8; len];
            stored.extend(insert(&mut cache, 1, seq, now, &payload).map(|packet| (packet, payload)));
        }

        for (packet, payload) in stored {
            if let Some(cached) = cache.get(packet) {
                prop_assert_eq!(cached.observed.seq, packet.seq);
                prop_assert!(cached.payload.iter().all(|&byte| u64::from(byte) == packet.seq.0 % 251));
                prop_assert!(cached.payload.len() == payload.len() || packet.seq.0 > 0);
            }
        }
    }
}
