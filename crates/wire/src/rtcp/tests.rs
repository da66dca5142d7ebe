use std::time::{Duration, Instant};

use proptest::prelude::*;
use switchyard_vocab::rtp::{RtpTimestamp, SeqNo, Ssrc};
use switchyard_vocab::units::Bitrate;
use switchyard_vocab::wall_clock::NtpTime;

use super::twcc::{FeedbackHead, Received};
use super::*;
use crate::NoRoom;

const US: Ssrc = Ssrc(1);
const THEM: Ssrc = Ssrc(0xdead_beef);

#[expect(clippy::disallowed_methods, reason = "tests need an origin for their instants")]
fn epoch() -> Instant {
    Instant::now()
}

/// What `write` wrote.
fn written(write: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>) -> Vec<u8> {
    let mut out = [0; 1200];
    let mut writer = Writer::new(&mut out);
    write(&mut writer).unwrap();
    let len = writer.len();
    assert!(len.is_multiple_of(4));
    out[..len].to_vec()
}

/// The only packet in `bytes`.
fn single(bytes: &[u8]) -> RtcpPacket<'_> {
    let mut packets = packets(bytes);
    let packet = packets.next().unwrap().unwrap();
    assert!(packets.next().is_none());
    packet
}

fn block(ssrc: u32) -> ReportBlock {
    ReportBlock {
        ssrc: Ssrc(ssrc),
        fraction_lost: 25,
        cumulative_lost: -3,
        highest_seq: 0x0001_fffe,
        jitter: 90,
        last_report: Some(LastReport { ntp_middle: 0x1234_5678, delay: Duration::from_millis(250) }),
    }
}

fn info() -> SenderInfo {
    SenderInfo {
        ssrc: THEM,
        ntp: NtpTime(0xe000_0000_8000_0000),
        rtp: RtpTimestamp(7),
        packets: 8,
        octets: 9,
    }
}

#[test]
fn a_sender_report_is_read_as_it_was_written() {
    let bytes = written(|writer| writer.sender_report(&info(), &[block(1), block(2)]));

    let RtcpPacket::SenderReport(report) = single(&bytes) else { panic!("{bytes:?}") };

    assert_eq!(report.info, info());
    assert_eq!(report.blocks.collect::<Vec<_>>(), [block(1), block(2)]);
}

#[test]
fn a_receiver_report_is_read_as_it_was_written() {
    let unheard = ReportBlock { cumulative_lost: 0x7f_ffff, last_report: None, ..block(1) };
    let bytes = written(|writer| writer.receiver_report(US, &[unheard]));

    let RtcpPacket::ReceiverReport(report) = single(&bytes) else { panic!("{bytes:?}") };

    assert_eq!(report.sender, US);
    assert_eq!(report.blocks.collect::<Vec<_>>(), [unheard]);
}

#[test]
fn losses_beyond_24_bits_stay_at_the_limit() {
    for (lost, told) in [(i32::MAX, 0x7f_ffff), (i32::MIN, -0x80_0000)] {
        let bytes = written(|writer| {
            writer.receiver_report(US, &[ReportBlock { cumulative_lost: lost, ..block(1) }])
        });
        let RtcpPacket::ReceiverReport(mut report) = single(&bytes) else { panic!("{bytes:?}") };

        assert_eq!(report.blocks.next().unwrap().cumulative_lost, told);
    }
}

#[test]
fn a_round_trip_is_the_time_away_without_the_delay() {
    let sent = NtpTime(0xe000_0000_8000_0000);
    let last = LastReport { ntp_middle: sent.middle(), delay: Duration::from_secs(1) };
    let block = ReportBlock { last_report: Some(last), ..block(1) };

    let trip = block.round_trip(sent.plus(Duration::from_millis(1_100))).unwrap();

    assert!(trip.abs_diff(Duration::from_millis(100)) < Duration::from_micros(50));
    assert_eq!(block.round_trip(sent.plus(Duration::from_millis(900))), None);
    assert_eq!(block.round_trip(sent.plus(Duration::from_secs(12))), None);
    assert_eq!(ReportBlock { last_report: None, ..block }.round_trip(sent), None);
}

#[test]
fn names_are_padded_to_four_bytes_behind_an_end_mark() {
    for name in ["", "a", "ab", "abc", "abcd", "abcde"] {
        let bytes = written(|writer| writer.cname(THEM, name));

        let RtcpPacket::Sdes(sdes) = single(&bytes) else { panic!("{bytes:?}") };

        assert_eq!(sdes.cnames().collect::<Vec<_>>(), [(THEM, name.as_bytes())]);
        assert_eq!(bytes.last(), Some(&0));
    }
}

#[test]
fn other_items_beside_a_name_are_stepped_over() {
    let bytes =
        [0x82, 202, 0, 6, 0, 0, 0, 1, 2, 1, b'x', 1, 1, b'n', 0, 0, 0, 0, 0, 2, 1, 2, b'm', b'o', 0, 0, 0, 0];

    let RtcpPacket::Sdes(sdes) = single(&bytes) else { panic!() };

    assert_eq!(sdes.cnames().collect::<Vec<_>>(), [(Ssrc(1), &b"n"[..]), (Ssrc(2), b"mo")]);
}

#[test]
fn a_goodbye_names_the_sources_that_end() {
    let bytes = written(|writer| writer.bye(&[US, THEM]));
    let RtcpPacket::Bye(bye) = single(&bytes) else { panic!("{bytes:?}") };
    assert_eq!(bye.ssrcs().collect::<Vec<_>>(), [US, THEM]);

    let with_reason = [0x81, 203, 0, 2, 0, 0, 0, 1, 2, b'o', b'k', 0];
    let RtcpPacket::Bye(bye) = single(&with_reason) else { panic!() };
    assert_eq!(bye.ssrcs().collect::<Vec<_>>(), [US]);
}

#[test]
fn numbers_close_together_share_four_bytes_of_a_nack() {
    let lost = [0xfff0, 0xfff1, 0x0000, 0x0001].map(SeqNo);
    let bytes = written(|writer| writer.nack(US, THEM, lost).map(|_| ()));

    let RtcpPacket::Nack(nack) = single(&bytes) else { panic!("{bytes:?}") };

    assert_eq!(bytes.len(), 4 + 8 + 2 * 4);
    assert_eq!((nack.sender, nack.media), (US, THEM));
    assert_eq!(nack.lost().collect::<Vec<_>>(), lost);
}

#[test]
fn all_bits_of_a_nack_are_numbers() {
    let bytes = [0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xf8, 0xff, 0xff];

    let RtcpPacket::Nack(nack) = single(&bytes) else { panic!() };

    let expected: Vec<_> = (0..17_u16).map(|i| SeqNo(0xfff8_u16.wrapping_add(i))).collect();
    assert_eq!(nack.lost().collect::<Vec<_>>(), expected);
}

#[test]
fn a_nack_that_finds_no_room_for_all_says_how_many_it_took() {
    let mut out = [0; 12 + 8];
    let mut writer = Writer::new(&mut out);
    let lost = [0_u16, 1, 100, 101, 102, 200].map(SeqNo);

    assert_eq!(writer.nack(US, THEM, lost), Ok(5));
    assert_eq!(writer.nack(US, THEM, lost), Err(NoRoom));
    assert_eq!(writer.nack(US, THEM, []), Ok(0));
    assert_eq!(writer.len(), 20);
}

#[test]
fn keyframes_are_asked_for_in_both_ways() {
    let pli = Pli { sender: US, media: THEM };
    let bytes = written(|writer| writer.pli(pli));
    assert!(matches!(single(&bytes), RtcpPacket::Pli(read) if read == pli));

    let entries = [FirEntry { ssrc: THEM, request: 255 }, FirEntry { ssrc: US, request: 0 }];
    let bytes = written(|writer| writer.fir(US, &entries));
    let RtcpPacket::Fir(fir) = single(&bytes) else { panic!("{bytes:?}") };
    assert_eq!(fir.sender, US);
    assert_eq!(fir.entries().collect::<Vec<_>>(), entries);
}

#[test]
fn an_estimate_keeps_eighteen_significant_bits() {
    for (said, told) in [
        (0, 0),
        (1, 1),
        (262_143, 262_143),
        (262_145, 262_144),
        (2_500_000, 2_500_000),
        (u64::MAX, 0x3_ffff << 46),
    ] {
        let bytes = written(|writer| writer.remb(US, Bitrate::bps(said), &[THEM, Ssrc(3)]));

        let RtcpPacket::Remb(remb) = single(&bytes) else { panic!("{bytes:?}") };

        assert_eq!(remb.bitrate, Bitrate::bps(told));
        assert_eq!(remb.ssrcs().collect::<Vec<_>>(), [THEM, Ssrc(3)]);
    }
}

#[test]
fn an_estimate_beyond_64_bits_is_as_much_as_can_be() {
    let bytes = [0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 0, 0xff, 0xff, 0xff];

    let RtcpPacket::Remb(remb) = single(&bytes) else { panic!() };

    assert_eq!(remb.bitrate, Bitrate::bps(u64::MAX));
}

#[test]
fn clocks_of_receivers_are_told_and_answered() {
    let now = NtpTime(0x0102_0304_0506_0708);
    let bytes = written(|writer| writer.xr_reference_time(US, now));
    let RtcpPacket::Xr(xr) = single(&bytes) else { panic!("{bytes:?}") };
    assert!(matches!(xr.blocks().next(), Some(XrBlock::ReferenceTime(time)) if time == now));

    let item = DlrrItem { ssrc: THEM, ntp_middle: now.middle(), delay: Duration::from_millis(500) };
    let bytes = written(|writer| writer.xr_dlrr(US, &[item, DlrrItem { ssrc: US, ..item }]));
    let RtcpPacket::Xr(xr) = single(&bytes) else { panic!("{bytes:?}") };
    let Some(XrBlock::Dlrr(items)) = xr.blocks().next() else { panic!("{bytes:?}") };
    assert_eq!(items.collect::<Vec<_>>(), [item, DlrrItem { ssrc: US, ..item }]);

    let trip = item.round_trip(now.plus(Duration::from_millis(540))).unwrap();
    assert!(trip.abs_diff(Duration::from_millis(40)) < Duration::from_micros(50));
}

#[test]
fn blocks_nobody_reads_are_stepped_over() {
    let bytes = [0x80, 207, 0, 6, 0, 0, 0, 1, 42, 0, 0, 1, 9, 9, 9, 9, 4, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5];

    let RtcpPacket::Xr(xr) = single(&bytes) else { panic!() };

    assert!(matches!(xr.blocks().next(), Some(XrBlock::ReferenceTime(NtpTime(5)))));
}

#[test]
fn packets_follow_one_another_in_any_order() {
    let bytes = written(|writer| {
        writer.pli(Pli { sender: US, media: THEM })?;
        writer.cname(US, "name")?;
        writer.sender_report(&info(), &[])?;
        writer.bye(&[US])
    });

    let kinds: Vec<_> = packets(&bytes).map(Result::unwrap).collect();

    assert!(matches!(
        kinds[..],
        [RtcpPacket::Pli(_), RtcpPacket::Sdes(_), RtcpPacket::SenderReport(_), RtcpPacket::Bye(_)]
    ));
}

#[test]
fn a_packet_that_finds_no_room_leaves_nothing_behind() {
    let mut out = [0; 16];
    let mut writer = Writer::new(&mut out);
    writer.pli(Pli { sender: US, media: THEM }).unwrap();

    assert_eq!(writer.sender_report(&info(), &[]), Err(NoRoom));
    assert_eq!(writer.receiver_report(US, &[block(1); 32]), Err(NoRoom));
    assert_eq!(writer.len(), 12);
}

#[test]
fn contents_that_contradict_themselves_hide_nothing_behind_them() {
    let mut bytes = vec![0x85, 201, 0, 1, 0, 0, 0, 1];
    bytes.extend(written(|writer| writer.bye(&[US])));

    let mut packets = packets(&bytes);

    assert_eq!(packets.next().unwrap().unwrap_err(), RtcpError::Malformed { kind: 201, format: 5, len: 4 });
    assert!(matches!(packets.next(), Some(Ok(RtcpPacket::Bye(_)))));
    assert!(packets.next().is_none());
}

#[test]
fn broken_framing_ends_the_walk() {
    let cases: [(&[u8], RtcpError); 4] = [
        (&[0x80, 201, 0], RtcpError::TooShort(3)),
        (&[0x40, 201, 0, 0], RtcpError::Version(1)),
        (&[0x80, 201, 0, 2, 0, 0, 0, 1], RtcpError::Length { said: 12, len: 8 }),
        (&[0xa0, 201, 0, 1, 0, 0, 0, 4, 0x80, 203, 0, 0], RtcpError::PaddingNotLast),
    ];
    for (bytes, error) in cases {
        let mut packets = packets(bytes);

        assert_eq!(packets.next().unwrap().unwrap_err(), error);
        assert!(packets.next().is_none());
    }
}

#[test]
fn padding_of_the_last_packet_is_no_content() {
    let padded = [0xa1, 203, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4];
    let RtcpPacket::Bye(bye) = single(&padded) else { panic!() };
    assert_eq!(bye.ssrcs().collect::<Vec<_>>(), [US]);

    for count in [0, 9] {
        let bytes = [0xa1, 203, 0, 2, 0, 0, 0, 1, 0, 0, 0, count];
        assert_eq!(packets(&bytes).next().unwrap().unwrap_err(), RtcpError::Padding { count, room: 8 });
    }
}

#[test]
fn a_datagram_full_of_empty_packets_is_cut_off() {
    let bytes = [0x80, 203, 0, 0].repeat(MAX_PACKETS + 5);

    let errors: Vec<_> = packets(&bytes).filter_map(Result::err).collect();

    assert_eq!(packets(&bytes).count(), MAX_PACKETS + 1);
    assert_eq!(errors, [RtcpError::TooManyPackets]);
}

#[test]
fn what_nobody_reads_is_unknown_and_no_error() {
    let app = [0x83, 204, 0, 2, 0, 0, 0, 1, b'n', b'a', b'm', b'e'];
    assert!(matches!(single(&app), RtcpPacket::Unknown { kind: 204, format: 3 }));

    let other_feedback = [0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, b'n', b'a', b'm', b'e'];
    assert!(matches!(single(&other_feedback), RtcpPacket::Unknown { kind: 206, format: 15 }));
}

const HEAD: FeedbackHead = FeedbackHead { sender: US, media: THEM, base: SeqNo(0xfffe), feedback: 200 };

/// Writes feedback on arrivals at these microseconds after the epoch, within `room` bytes.
fn feedback(arrivals: &[Option<u64>], room: usize) -> (Vec<u8>, usize) {
    let epoch = epoch();
    let arrivals: Vec<_> = arrivals.iter().map(|at| at.map(|at| epoch + Duration::from_micros(at))).collect();
    let mut out = vec![0; room];
    let mut writer = Writer::new(&mut out);
    let taken = writer.transport_feedback(&HEAD, epoch, &arrivals).unwrap();
    let len = writer.len();
    assert!(len.is_multiple_of(4));
    out.truncate(len);
    (out, taken)
}

/// What a reader makes of the first `taken` arrivals: rounded down to 250 µs.
fn expected(arrivals: &[Option<u64>], taken: usize) -> Vec<Received> {
    let numbers = (0..).map(|i: u16| SeqNo(HEAD.base.0.wrapping_add(i)));
    let received = numbers.zip(&arrivals[..taken]).filter_map(|(seq, at)| Some((seq, (*at)?)));
    received.map(|(seq, at)| Received { seq, at_micros: (at / 250 * 250) as i64 }).collect()
}

#[test]
fn arrivals_are_read_as_they_were_written() {
    let arrivals = [None, Some(1_000_000), Some(1_000_300), None, Some(990_000), Some(2_000_000), None];

    let (bytes, taken) = feedback(&arrivals, 1200);

    assert_eq!(taken, arrivals.len());
    let RtcpPacket::TransportFeedback(read) = single(&bytes) else { panic!("{bytes:?}") };
    assert_eq!(read.head, HEAD);
    assert_eq!(read.status_count, 7);
    assert_eq!(read.end(), SeqNo(5));
    assert_eq!(read.reference, 15);
    assert_eq!(read.received().collect::<Vec<_>>(), expected(&arrivals, taken));
}

#[test]
fn a_long_steady_stream_costs_one_byte_per_packet() {
    let arrivals: Vec<_> = (0..1000).map(|i| Some(5_000_000 + i * 1_000)).collect();

    let (bytes, taken) = feedback(&arrivals, 1200);

    assert_eq!(taken, 1000);
    assert_eq!(bytes.len(), 20 + 1000 + 4);
}

#[test]
fn a_full_datagram_says_how_many_arrivals_it_told() {
    let arrivals: Vec<_> = (0..500).map(|i| Some(i * 700_000)).collect();

    let (bytes, taken) = feedback(&arrivals, 100);

    assert!(taken > 30 && taken < 40, "{taken} taken");
    let RtcpPacket::TransportFeedback(read) = single(&bytes) else { panic!("{bytes:?}") };
    assert_eq!(read.received().collect::<Vec<_>>(), expected(&arrivals, taken));
}

#[test]
fn arrivals_too_far_apart_for_a_step_go_into_the_next_feedback() {
    let (_, taken) = feedback(&[Some(0), Some(8_000_000), None, Some(17_000_000)], 1200);

    assert_eq!(taken, 3);
}

#[test]
fn feedback_on_nothing_is_not_written() {
    assert_eq!(feedback(&[None; 5], 1200), (vec![], 0));
    assert_eq!(feedback(&[], 1200), (vec![], 0));

    let epoch = epoch();
    assert_eq!(Writer::new(&mut [0; 20]).transport_feedback(&HEAD, epoch, &[Some(epoch)]), Err(NoRoom));
}

#[test]
fn a_wide_claim_in_few_bytes_is_walked_in_few_steps() {
    // Eight runs of 8191 missing packets, then one that arrived.
    let mut bytes = vec![0x8f, 205, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0xff, 0xf9, 0, 0, 0, 0];
    bytes.extend([0x1f, 0xff].repeat(8));
    bytes.extend([0x20, 0x01, 0, 0]);

    let RtcpPacket::TransportFeedback(read) = single(&bytes) else { panic!() };

    assert_eq!(read.received().collect::<Vec<_>>(), [Received { seq: SeqNo(0xfff8), at_micros: 0 }]);
}

#[test]
fn feedback_without_the_deltas_it_promises_is_malformed() {
    let bytes = [0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0, 0x20, 0x09, 1, 1];
    assert!(matches!(packets(&bytes).next(), Some(Err(RtcpError::Malformed { .. }))));

    let reserved_symbol = [0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 0x01, 1, 1];
    assert!(matches!(packets(&reserved_symbol).next(), Some(Err(RtcpError::Malformed { .. }))));
}

/// Walks everything there is to walk.
fn exhaust(bytes: &[u8]) -> usize {
    packets(bytes)
        .filter_map(Result::ok)
        .map(|packet| match packet {
            RtcpPacket::SenderReport(report) => report.blocks.count(),
            RtcpPacket::ReceiverReport(report) => report.blocks.count(),
            RtcpPacket::Sdes(sdes) => sdes.cnames().count(),
            RtcpPacket::Bye(bye) => bye.ssrcs().count(),
            RtcpPacket::Nack(nack) => nack.lost().count(),
            RtcpPacket::Fir(fir) => fir.entries().count(),
            RtcpPacket::TransportFeedback(feedback) => feedback.received().count(),
            RtcpPacket::Remb(remb) => remb.ssrcs().count(),
            RtcpPacket::Xr(xr) => xr.blocks().count(),
            RtcpPacket::CongestionFeedback(feedback) => feedback.reports().count(),
            RtcpPacket::Pli(_) | RtcpPacket::Unknown { .. } => 0,
        })
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        exhaust(&bytes);
    }

    #[test]
    fn no_contents_make_the_reader_panic(
        kind in 200_u8..=207,
        format in 0_u8..32,
        padded: bool,
        name_remb: bool,
        mut words in prop::collection::vec(any::<[u8; 4]>(), 0..60),
    ) {
        if let Some(name) = words.get_mut(2).filter(|_| name_remb) {
            *name = *b"REMB";
        }
        let first = 0x80 | (u8::from(padded) << 5) | format;
        let mut bytes = vec![first, kind, 0, words.len() as u8];
        bytes.extend(words.concat());
        prop_assert!(exhaust(&bytes) <= 17 * bytes.len());
    }

    #[test]
    fn any_arrivals_are_told_in_as_many_feedbacks_as_it_takes(
        steps in prop::collection::vec(
            (prop_oneof![3 => Just(true), 1 => any::<bool>()], prop_oneof![
                5 => -2_000_i64..20_000, 1 => 50_000_i64..80_000, 1 => -3_000_000_i64..3_000_000,
            ]),
            1..300,
        ),
        room in 26_usize..300,
    ) {
        let mut at = 10_000_000_i64;
        let arrivals: Vec<_> = steps
            .iter()
            .map(|&(arrived, step)| {
                at = (at + step).max(0);
                arrived.then_some(at as u64)
            })
            .collect();

        let mut told = 0;
        while arrivals[told..].iter().any(Option::is_some) {
            let leading = arrivals[told..].iter().take_while(|at| at.is_none()).count();
            let rest = &arrivals[told + leading..];
            let (bytes, taken) = feedback(rest, room);
            prop_assert!(taken > 0 && bytes.len() <= room);
            let RtcpPacket::TransportFeedback(read) = single(&bytes) else { panic!("{bytes:?}") };
            prop_assert_eq!(read.received().collect::<Vec<_>>(), expected(rest, taken));
            told += leading + taken;
        }
    }
}
