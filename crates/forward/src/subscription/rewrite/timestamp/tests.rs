use proptest::prelude::*;

use super::*;
use crate::testing::{Source, at, observed};

fn video() -> TimestampMap {
    TimestampMap::new(ClockRate::VIDEO, RtpTimestamp(1_000))
}

/// A packet of the source captured and received at that time.
fn packet(source: &Source, encoding: u8, seq: u64, milliseconds: u64) -> Observed {
    let timestamp = RtpTimestamp(source.timestamp(milliseconds));
    Observed { arrival: at(milliseconds), timestamp, ..observed(encoding, seq) }
}

fn clocks(sources: &[(u8, &Source)], milliseconds: u64) -> Clocks {
    let mut clocks = Clocks::default();
    for (encoding, source) in sources {
        clocks.set(EncodingIndex(*encoding), 0, source.clock(milliseconds));
    }
    clocks
}

fn milliseconds_since_start(timestamp: RtpTimestamp) -> f64 {
    f64::from(timestamp.since(RtpTimestamp(1_000))) / 90.0
}

#[test]
fn a_switch_keeps_to_the_publishers_clock_whatever_the_arrival() {
    let (small, large) = (Source::video(0), Source { base: 4_000_000_000, ..Source::video(2) });
    let clocks = clocks(&[(0, &small), (2, &large)], 500);
    let mut map = video();
    map.begin(&packet(&small, 0, 1, 0), &clocks);

    // Captured at 1000 ms, but 300 ms late.
    let late = Observed { arrival: at(1_300), ..packet(&large, 2, 1, 1_000) };
    let switched = map.begin(&late, &clocks);

    assert!((milliseconds_since_start(switched) - 1_000.0).abs() < 1.0);
}

#[test]
fn without_reports_the_arrival_is_the_clock() {
    let (small, large) = (Source::video(0), Source { base: 77, ..Source::video(2) });
    let mut map = video();
    map.begin(&packet(&small, 0, 1, 0), &Clocks::default());

    let switched = map.begin(&packet(&large, 2, 1, 400), &Clocks::default());

    assert!((milliseconds_since_start(switched) - 400.0).abs() < 1.0);
}

#[test]
fn a_frame_of_the_same_moment_gets_a_lead_that_is_paid_back() {
    let (small, large) = (Source::video(0), Source { base: 1, ..Source::video(2) });
    let clocks = clocks(&[(0, &small), (2, &large)], 0);
    let mut map = video();
    map.begin(&packet(&small, 0, 1, 0), &clocks);
    map.map(&packet(&small, 0, 2, 100)).unwrap();

    let mut times = vec![milliseconds_since_start(map.begin(&packet(&large, 2, 1, 100), &clocks))];
    for frame in 1..=4 {
        let sent = map.map(&packet(&large, 2, 1 + frame, 100 + frame * 33)).unwrap();
        times.push(milliseconds_since_start(sent));
    }

    assert!((times[0] - 110.0).abs() < 0.1, "{times:?}");
    assert!(times.windows(2).all(|pair| pair[1] > pair[0] + 15.0), "{times:?}");
    assert!((times[4] - 232.0).abs() < 0.1, "{times:?}");
}

#[test]
fn a_pause_of_the_subscriber_is_exactly_as_long_as_it_was() {
    let source = Source::video(0);
    let mut map = video();
    map.begin(&packet(&source, 0, 1, 0), &Clocks::default());

    let resumed =
        map.begin(&Observed { arrival: at(60_150), ..packet(&source, 0, 6_000, 60_000) }, &Clocks::default());

    assert!((milliseconds_since_start(resumed) - 60_000.0).abs() < 0.1);
}

#[test]
fn a_clock_that_stood_still_during_a_pause_is_moved_on() {
    let source = Source::video(0);
    let mut map = video();
    map.begin(&packet(&source, 0, 1, 0), &Clocks::default());

    let resumed =
        map.begin(&Observed { arrival: at(60_000), ..packet(&source, 0, 2, 33) }, &Clocks::default());

    assert!((milliseconds_since_start(resumed) - 60_000.0).abs() < 0.1);
}

#[test]
fn a_pause_longer_than_half_the_range_of_timestamps_needs_no_lead() {
    let source = Source::video(0);
    let mut map = video();
    map.begin(&packet(&source, 0, 1, 0), &Clocks::default());
    let eight_hours = 8 * 3_600_000;

    let resumed = map.begin(&packet(&source, 0, 2, eight_hours), &Clocks::default());

    assert_eq!(resumed, RtpTimestamp(1_000).plus(ClockRate::VIDEO.ticks(Duration::from_millis(eight_hours))));
}

#[test]
fn a_restart_without_reports_goes_on_by_arrival() {
    let (before, after) = (Source::video(0), Source { base: 123_456_789, ..Source::video(0) });
    let mut map = video();
    map.begin(&packet(&before, 0, 1, 0), &clocks(&[(0, &before)], 0));

    let restarted = map.begin(&packet(&after, 0, 1 << 32, 500), &clocks(&[(0, &before)], 400));

    assert!((milliseconds_since_start(restarted) - 500.0).abs() < 1.0);
}

proptest! {
    #[test]
    fn frames_only_move_forward_and_errors_do_not_add_up(
        bases in prop::array::uniform3(any::<u32>()),
        switches in prop::collection::vec((0_usize..3, 1_u64..20, -60_i64..60), 100)
    ) {
        let sources = [0, 1, 2].map(|index| Source { base: bases[index], ..Source::video(index) });
        let all = [(0, &sources[0]), (1, &sources[1]), (2, &sources[2])];
        let mut map = video();
        let (mut now, mut last, mut seq) = (1_000_u64, None::<RtpTimestamp>, 1_u64);

        for (encoding, frames, skew) in switches {
            let source = &sources[encoding];
            for frame in 0..frames {
                seq += 1;
                // The layers are captured together and arrive with different delays.
                let arrival = at((now + 100).saturating_add_signed(skew));
                let facts = Observed { arrival, ..packet(source, encoding as u8, seq, now) };
                let sent = if frame == 0 {
                    map.begin(&facts, &clocks(&all, now))
                } else {
                    map.map(&facts).unwrap()
                };
                prop_assert!(last.is_none_or(|last| sent.since(last) > 0));
                let off = milliseconds_since_start(sent) - (now as f64 - 1_000.0);
                prop_assert!(off.abs() < 40.0, "{off} ms off at {now}");
                last = Some(sent);
                now += 33;
            }
            // The next layer may begin with the very frame that was sent last.
            now -= 33 * u64::from(frames % 2 == 0);
        }
    }

    #[test]
    fn any_timestamps_whatsoever_are_survived(
        packets in prop::collection::vec((any::<u32>(), 0_u8..5, any::<bool>(), any::<u64>()), 0..200)
    ) {
        let mut map = video();
        for (n, (timestamp, encoding, begins, ntp)) in packets.into_iter().enumerate() {
            let facts = Observed {
                arrival: at(n as u64),
                timestamp: RtpTimestamp(timestamp),
                ..observed(encoding, n as u64)
            };
            let mut clocks = Clocks::default();
            let rtp = RtpTimestamp(timestamp.rotate_left(3));
            clocks.set(EncodingIndex(encoding), 0, ClockPair { ntp: NtpTime(ntp), rtp, arrival: at(0) });
            if begins {
                map.begin(&facts, &clocks);
            } else {
                map.map(&facts);
            }
        }
    }
}
