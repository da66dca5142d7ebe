use std::time::Duration;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::rtp::RtpTimestamp;
use switchyard_wire::rtp::RtpPacket;

use super::*;
use crate::publication::Accepted;
use crate::testing::{Call, FIRST_SEQ, RTT, Source, at};

mod codecs;
mod dropped;
mod keyframes;
mod padding;
mod repeats;

fn prefer(call: &mut Call, max_layer: u8) {
    call.subscription.set_preference(Preference { max_layer: SpatialLayer(max_layer), paused: false });
}

fn pause(call: &mut Call, paused: bool) {
    call.subscription.set_preference(Preference { paused, ..Preference::default() });
}

/// Numbers without holes or repetitions, timestamps and pictures that only go forward.
fn assert_is_seamless(call: &Call) {
    for (index, pair) in call.got.windows(2).enumerate() {
        let (before, after) = (&pair[0], &pair[1]);
        assert_eq!(after.seq, before.seq.plus(1), "packet {index}");
        assert!(after.timestamp.since(before.timestamp) >= 0, "packet {index}");
        let starts = after.descriptor.is_none_or(|descriptor| descriptor.is_frame_start());
        if starts {
            assert!(after.timestamp.since(before.timestamp) > 0, "packet {index}");
        }
        if let (Some(_), Some(now)) = (before.descriptor, after.descriptor) {
            let step = u16::from(now.is_frame_start());
            assert_eq!(after.picture(), (before.picture() + step) & 0x7fff, "packet {index}");
        }
    }
}

#[test]
fn switching_every_second_with_every_wrap_is_seamless() {
    let mut call = Call::video(true);
    let mut sources = [0, 1, 2].map(|index| Source {
        seq: 65_530,
        base: u32::MAX - 5_000,
        picture: 32_765,
        tl0: 250,
        key: 30,
        ..Source::video(index)
    });

    for frame in 0..900_u64 {
        let now = frame * 33;
        prefer(&mut call, (frame / 30 % 3) as u8);
        for source in &mut sources {
            let keyframe = frame % 30 == 2;
            call.push_all(now, &source.frame(now, keyframe || frame == 0, 3));
        }
        if frame % 30 == 1 {
            sources.iter().for_each(|source| call.report(now, source));
        }
    }

    assert_is_seamless(&call);
    assert!(call.got.len() > 2_600, "{}", call.got.len());
    // Every picture once, and on the way up the first one of the larger layer besides.
    assert_eq!(call.got.iter().filter(|got| got.marker).count(), 900 + 20);
}

#[test]
fn a_hundred_switches_leave_sound_and_picture_in_step() {
    let mut generator = ChaCha8Rng::seed_from_u64(7);
    let mut call = Call::video(true);
    let mut sources = [0, 1, 2].map(|index| Source {
        base: generator.random(),
        seq: generator.random(),
        ..Source::video(index)
    });
    let mut switches = 0;

    for frame in 0..3_100_u64 {
        let now = frame * 33;
        prefer(&mut call, (frame / 31 % 3) as u8);
        for (index, source) in sources.iter_mut().enumerate() {
            // Larger layers arrive later.
            call.push_all(now + index as u64 * 15, &source.frame(now, frame % 31 == 0, 2));
            if frame % 30 == 17 {
                call.report(now, source);
            }
        }
        let Some(report) = call.subscription.poll_reports(at(now + 40), call.publication.clocks()) else {
            continue;
        };
        switches += 1;
        let Some(newest) = call.got.last() else { continue };
        // When was the newest frame captured, by what the subscriber was told?
        let behind = f64::from(report.media.rtp.since(newest.timestamp)) / 90.0;
        let told = report.media.ntp.since(sources[0].clock(0).ntp).as_secs_f64() * 1_000.0 - behind;
        assert!((told - now as f64).abs() < 40.0, "{told} instead of {now}");
        // And by counting from the first frame alone?
        let counted = f64::from(newest.timestamp.since(call.got[0].timestamp)) / 90.0;
        assert!((counted - now as f64).abs() < 40.0, "{counted} instead of {now}");
    }

    assert!(switches > 60);
    assert_is_seamless(&call);
}

#[test]
fn padding_on_the_media_stream_leaves_no_trace() {
    let mut call = Call::video(true);
    let mut source = Source::video(2);
    call.push_all(0, &source.frame(0, true, 2));

    for frame in 1..200_u64 {
        for _ in 0..frame % 4 {
            call.push(frame * 33, &source.padding(frame * 33));
        }
        call.push_all(frame * 33, &source.frame(frame * 33, false, 2));
    }

    assert_is_seamless(&call);
    assert_eq!(call.got.len(), 400);
}

#[test]
fn padding_known_before_an_earlier_packet_is_released_leaves_no_trace() {
    let mut call = Call::video(true);
    let mut source = Source::video(2);
    let mut waiting = Vec::new();
    for frame in 0..20 {
        let mut packets = source.frame(frame * 33, frame == 0, 2);
        packets.insert(1, source.padding(frame * 33));
        packets.swap(1, 2);
        for bytes in packets {
            let Some(Accepted::Packet { packet, observed }) = call.accept(frame * 33, &bytes) else {
                continue;
            };
            let verdict = call.subscription.select(&observed, call.publication.layers());
            if !matches!(verdict, Verdict::Skip(_)) {
                waiting.push((packet, verdict));
            }
        }
    }

    for (packet, verdict) in waiting {
        call.release(700, packet, verdict, EncodingIndex(2)).unwrap();
    }

    assert_eq!(call.got.len(), 40);
    assert!(call.got.windows(2).all(|pair| pair[1].seq == pair[0].seq.plus(1)));
}

#[test]
fn a_mute_of_a_minute_is_a_minute_and_one_number() {
    let mut call = Call::audio();
    let mut source = Source::audio();
    for now in (0..1_000).step_by(20) {
        call.push(now, &source.sound(now));
    }
    call.publication.set_muted(true);
    for now in (1_000..61_000).step_by(20) {
        call.push(now, &source.sound(now));
    }
    call.publication.set_muted(false);

    let last = call.got.last().unwrap().clone();
    call.push(61_000, &source.sound(61_000));

    let resumed = call.got.last().unwrap();
    assert_eq!(resumed.seq, last.seq.plus(1));
    assert_eq!(resumed.timestamp.since(last.timestamp), (61_000 - 980) * 48);
    assert!(resumed.marker);
}

#[test]
fn an_unmuted_picture_starts_with_a_keyframe_that_was_asked_for() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 2));
    call.report(5, &source);
    call.publication.set_muted(true);
    for now in (33..10_000).step_by(33) {
        call.push_all(now, &source.frame(now, false, 2));
    }

    call.publication.set_muted(false);
    assert!(call.publication.poll_timeout().is_some_and(|due| due <= at(10_000)));
    let asked = call.feedback(10_000).1;
    call.push_all(10_020, &source.frame(10_020, false, 2));
    // Held up on its way: only the report tells when it was captured.
    call.push_all(10_200, &source.frame(10_053, true, 2));

    assert_eq!((asked, call.got.len()), (1, 4));
    assert_is_seamless(&call);
    assert_eq!(call.got[2].timestamp.since(call.got[0].timestamp), 10_053 * 90);
    let mut lost = 0;
    call.publication.take_reception_blocks(at(10_300), |block| lost = block.cumulative_lost);
    assert_eq!(lost, 0);
}

#[test]
fn a_pause_of_a_minute_resumes_the_picture_at_a_keyframe() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 2));
    pause(&mut call, true);
    for now in (33..60_000).step_by(33) {
        call.push_all(now, &source.frame(now, false, 2));
    }
    pause(&mut call, false);
    assert_eq!(
        call.subscription.poll_keyframe(at(60_000), RTT, call.publication.layers()),
        Some(EncodingIndex(1))
    );
    call.push_all(60_030, &source.frame(60_030, false, 2));

    call.push_all(60_063, &source.frame(60_063, true, 2));

    assert_is_seamless(&call);
    assert_eq!(call.got.len(), 4);
    assert_eq!(call.got[2].timestamp.since(call.got[0].timestamp), 60_063 * 90);
}

#[test]
fn another_ssrc_for_the_same_track_goes_on_seamlessly() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    for frame in 0..10 {
        call.push_all(frame * 33, &source.frame(frame * 33, frame == 0, 2));
    }
    call.report(330, &source);

    let mut again = Source { ssrc: 900, seq: 40_000, base: 3_000_000_000, picture: 9, ..source };
    for frame in 10..20 {
        call.push_all(frame * 33, &again.frame(frame * 33, frame == 10, 2));
    }

    assert_is_seamless(&call);
    assert_eq!(call.got.len(), 40);
    let spread = call.got[39].timestamp.since(call.got[0].timestamp);
    assert!((spread - 19 * 33 * 90).abs() < 90 * 40);
}

#[test]
fn numbers_that_start_anew_on_the_same_ssrc_wait_for_a_keyframe_and_go_on() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 2));
    source.seq = source.seq.wrapping_add(20_000);

    call.push_all(33, &source.frame(33, true, 3));
    call.push_all(66, &source.frame(66, false, 3));
    let asked = call.subscription.poll_keyframe(at(70), RTT, call.publication.layers());
    call.push_all(99, &source.frame(99, true, 3));

    assert_eq!(asked, Some(EncodingIndex(1)));
    assert_eq!(call.got.len(), 5);
    assert_is_seamless(&call);
}

#[test]
fn a_packet_that_does_not_fit_is_refused() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    let Some(Accepted::Packet { packet, observed }) = call.accept(0, &source.frame(0, true, 1)[0]) else {
        panic!("accepted")
    };
    let verdict = call.subscription.select(&observed, call.publication.layers());
    let (cache, clocks) = (call.publication.cache(), call.publication.clocks());

    let mut out = [0; 40];
    let written =
        call.subscription.write(at(0), (packet, verdict), cache, clocks, Stamps::default(), &mut out);

    assert_eq!(written, Err(WriteError::NoRoom(NoRoom)));
}

#[test]
fn the_first_number_is_the_given_one_and_the_ssrc_never_changes() {
    let mut call = Call::video(true);
    let (mut small, mut large) = (Source::video(0), Source::video(2));
    call.push_all(0, &small.frame(0, true, 2));
    call.push_all(10, &large.frame(10, true, 2));

    assert_eq!(call.got[0].seq.on_wire().0, FIRST_SEQ);
    assert_eq!(call.got[0].timestamp, RtpTimestamp(crate::testing::FIRST_TIMESTAMP));
    assert!(call.got.iter().all(|got| got.ssrc == Ssrc(0xabcd)));
    assert_eq!(call.got.last().unwrap().from, EncodingIndex(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn under_loss_reordering_duplication_and_switching_every_number_means_one_packet(seed: u64) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let mut call = Call::video(true);
        let mut sources = [0, 1, 2].map(|index| Source {
            seq: generator.random(),
            base: generator.random(),
            picture: generator.random::<u16>() & 0x7fff,
            ..Source::video(index)
        });
        let mut late: Vec<(u64, Vec<u8>)> = Vec::new();

        for frame in 0..200_u64 {
            let now = frame * 33;
            prefer(&mut call, generator.random_range(0..3));
            for source in &mut sources {
                let keyframe = frame == 0 || generator.random_ratio(1, 10);
                for packet in source.frame(now, keyframe, 3) {
                    match generator.random_range(0..20) {
                        0 => {}
                        1 => late.push((frame + generator.random_range(1..4), packet)),
                        2 => {
                            call.push(now, &packet);
                            call.push(now, &packet);
                        }
                        _ => {
                            call.push(now, &packet);
                        }
                    }
                }
                if generator.random_ratio(1, 8) {
                    call.push(now, &source.padding(now));
                }
            }
            late.retain(|(due, packet)| {
                if *due <= frame {
                    call.push(now, packet);
                }
                *due > frame
            });
        }

        let mut seqs: Vec<_> = call.got.iter().map(|got| got.seq).collect();
        seqs.sort_unstable();
        prop_assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "a number was given twice");
        // In order of numbers, pictures never go back and packets of one picture share a timestamp.
        let mut got = call.got.clone();
        got.sort_by_key(|got| got.seq);
        for pair in got.windows(2) {
            let (Some(_), Some(_)) = (pair[0].descriptor, pair[1].descriptor) else { continue };
            let ahead = pair[1].picture().wrapping_sub(pair[0].picture()) & 0x7fff;
            prop_assert!(ahead < 100, "pictures go back");
            let same = ahead == 0;
            prop_assert_eq!(same, pair[1].timestamp == pair[0].timestamp);
        }
    }

    #[test]
    fn whatever_a_publisher_sends_nothing_breaks(packets in prop::collection::vec(
        (any::<u16>(), any::<u32>(), prop::collection::vec(any::<u8>(), 0..60), any::<bool>(), 0_usize..3), 0..300
    )) {
        let mut call = Call::video(true);
        for (n, (seq, timestamp, payload, marker, layer)) in packets.into_iter().enumerate() {
            let mut source = Source { seq, base: timestamp, ..Source::video(layer) };
            let bytes = source.packet(0, marker, &payload, 0);
            prop_assert!(RtpPacket::parse(&bytes).is_ok());
            if let Some(Accepted::Packet { packet, observed }) = call.accept(n as u64, &bytes) {
                let verdict = call.subscription.select(&observed, call.publication.layers());
                if !matches!(verdict, Verdict::Skip(_)) {
                    let _ = call.release(n as u64, packet, verdict, observed.encoding);
                }
            }
            call.feedback(n as u64);
            call.subscription.poll_keyframe(at(n as u64), Duration::ZERO, call.publication.layers());
            call.nack(n as u64, SeqNo(seq));
        }
    }
}
