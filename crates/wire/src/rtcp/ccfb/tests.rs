use proptest::prelude::*;

use super::*;
use crate::rtcp::{RtcpError, RtcpPacket, Writer, packets};

/// Two streams: three numbers across the wrap, the middle one missing, and one whose time is not known.
const TWO_STREAMS: [u8; 44] = [
    0x8b, 205, 0, 11, 0, 0, 0, 1, // Header, sender.
    0, 0, 0, 7, 0xff, 0xff, 0, 3, // A stream, from 65535 on.
    0x84, 0x00, 0x00, 0x00, 0x80, 0x00, 0, 0, // A second ago, missing, now; filled up.
    0, 0, 0, 8, 0, 5, 0, 1, // Another, from 5 on.
    0x9f, 0xff, 0, 0, // Not known when; filled up.
    0, 0, 0, 9, 0, 6, 0, 0, // A third, of which nothing is said.
];

/// The same with a time behind it: two and a half seconds.
fn two_streams() -> Vec<u8> {
    [&TWO_STREAMS[..], &[0, 2, 0x80, 0]].concat()
}

fn feedback(bytes: &[u8]) -> Result<Feedback<'_>, RtcpError> {
    let mut packets = packets(bytes);
    match packets.next() {
        Some(Ok(RtcpPacket::CongestionFeedback(feedback))) => Ok(feedback),
        Some(Err(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_packet_of_each_stream_is_told_of() {
    let bytes = two_streams();
    let feedback = feedback(&bytes).unwrap();

    assert_eq!((feedback.sender, feedback.micros()), (Ssrc(1), 2_500_000));
    let report = |ssrc, seq, fate| Report { ssrc: Ssrc(ssrc), seq: SeqNo(seq), fate };
    assert_eq!(
        feedback.reports().collect::<Vec<_>>(),
        [
            report(7, 65_535, Fate::Arrived(1_000_000)),
            report(7, 0, Fate::Missing),
            report(7, 1, Fate::Arrived(0)),
            report(8, 5, Fate::ArrivedSometime),
        ]
    );
}

#[test]
fn a_block_that_claims_more_than_there_is_or_than_may_be_is_refused() {
    for count in [4_u16, 16_385, 65_535] {
        let mut bytes = two_streams();
        bytes[14..16].copy_from_slice(&count.to_be_bytes());
        // The second stream is read as reports of the first, and what follows as a block.
        assert!(feedback(&bytes).is_err() || count == 4, "{count}");
    }
    for len in (12..44).step_by(4) {
        let mut bytes = two_streams()[..len].to_vec();
        bytes[3] = (len / 4 - 1) as u8;
        let _ = feedback(&bytes);
    }
}

#[test]
fn feedback_without_streams_is_no_mistake() {
    let bytes = [0x8b, 205, 0, 2, 0, 0, 0, 1, 0, 1, 0, 0];

    assert_eq!(feedback(&bytes).unwrap().reports().count(), 0);
    assert!(feedback(&[0x8b, 205, 0, 1, 0, 0, 0, 1]).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic_and_no_report_comes_out_of_nothing(
        mut bytes in prop::collection::vec(any::<u8>(), 8..200),
    ) {
        bytes.truncate(bytes.len() / 4 * 4);
        let words = (bytes.len() / 4 - 1) as u8;
        bytes[..4].copy_from_slice(&[0x8b, 205, 0, words]);
        if let Ok(feedback) = feedback(&bytes) {
            prop_assert!(feedback.reports().count() <= bytes.len() / 2);
        }
    }

    #[test]
    fn feedback_is_read_as_it_was_written(
        streams in prop::collection::vec((any::<u32>(), any::<u16>(), prop::collection::vec(0_i64..9_000_000, 0..20)), 0..4),
        timestamp in any::<u32>(),
    ) {
        let fate = |&micros: &i64| if micros % 5 == 0 { Fate::Missing } else { Fate::Arrived(micros) };
        let blocks: Vec<_> = streams.iter().map(|(ssrc, first, packets)| {
            (Ssrc(*ssrc), SeqNo(*first), packets.iter().map(fate).collect::<Vec<_>>())
        }).collect();
        let borrowed: Vec<_> = blocks.iter().map(|(ssrc, first, fates)| (*ssrc, *first, &fates[..])).collect();
        let mut out = [0; 1_200];
        let mut writer = Writer::new(&mut out);

        writer.congestion_feedback(Ssrc(1), timestamp, &borrowed).unwrap();

        let len = writer.len();
        let feedback = feedback(&out[..len]).unwrap();
        prop_assert_eq!(feedback.timestamp, timestamp);
        let expected = blocks.iter().flat_map(|(ssrc, first, fates)| {
            fates.iter().zip(0..).map(|(&fate, place)| (*ssrc, SeqNo(first.0.wrapping_add(place)), fate))
        });
        for (report, (ssrc, seq, fate)) in feedback.reports().zip(expected) {
            prop_assert_eq!((report.ssrc, report.seq), (ssrc, seq));
            match (report.fate, fate) {
                // A step of an offset is a little less than a millisecond.
                (Fate::Arrived(read), Fate::Arrived(micros)) => prop_assert!((0..=977).contains(&(micros - read))),
                (Fate::ArrivedSometime, Fate::Arrived(micros)) => prop_assert!(micros > 7_990_000),
                (read, fate) => prop_assert_eq!(read, fate),
            }
        }
    }
}
