use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use rtc_rtcp::extended_report::{DLRRReportBlock, ExtendedReport, ReceiverReferenceTimeReportBlock};
use rtc_rtcp::goodbye::Goodbye;
use rtc_rtcp::packet::{Packet, marshal, unmarshal};
use rtc_rtcp::payload_feedbacks::full_intra_request::{FirEntry as TheirFirEntry, FullIntraRequest};
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc_rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate;
use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::sender_report::SenderReport;
use rtc_rtcp::source_description::{
    SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem,
};
use rtc_rtcp::transport_feedbacks::transport_layer_cc::{PacketStatusChunk, SymbolTypeTcc, TransportLayerCc};
use rtc_rtcp::transport_feedbacks::transport_layer_nack::{
    TransportLayerNack, nack_pairs_from_sequence_numbers,
};
use switchyard_vocab::rtp::{RtpTimestamp, SeqNo, Ssrc};
use switchyard_vocab::units::Bitrate;
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::rtcp::{
    DlrrItem, FirEntry, LastReport, Pli, ReportBlock, RtcpPacket, SenderInfo, Writer, XrBlock, packets, twcc,
};

const US: Ssrc = Ssrc(1);
const THEM: Ssrc = Ssrc(0xdead_beef);

/// What the oracle makes of a datagram of ours.
fn read_by_oracle(write: impl FnOnce(&mut Writer<'_>)) -> Vec<Box<dyn Packet>> {
    let mut out = [0; 1500];
    let mut writer = Writer::new(&mut out);
    write(&mut writer);
    let len = writer.len();
    unmarshal(&mut Bytes::copy_from_slice(&out[..len])).unwrap()
}

fn the<T: 'static>(packet: &dyn Packet) -> &T {
    packet.as_any().downcast_ref().unwrap()
}

prop_compose! {
    fn any_report()(
        ssrc: u32, fraction_lost: u8, total_lost in 0_u32..1 << 24, last_sequence_number: u32, jitter: u32,
        last_sender_report: u32, delay: u32,
    ) -> ReceptionReport {
        // A report that was never heard has no delay either.
        let delay = if last_sender_report == 0 { 0 } else { delay };
        ReceptionReport {
            ssrc, fraction_lost, total_lost, last_sequence_number, jitter, last_sender_report, delay,
        }
    }
}

/// The same block in our words.
fn ours(report: &ReceptionReport) -> ReportBlock {
    let last = LastReport { ntp_middle: report.last_sender_report, delay: units(report.delay) };
    ReportBlock {
        ssrc: Ssrc(report.ssrc),
        fraction_lost: report.fraction_lost,
        cumulative_lost: ((report.total_lost << 8) as i32) >> 8,
        highest_seq: report.last_sequence_number,
        jitter: report.jitter,
        last_report: (report.last_sender_report != 0).then_some(last),
    }
}

fn units(units: u32) -> Duration {
    Duration::from_nanos((u64::from(units) * 1_000_000_000) >> 16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_oracle_reads_our_reports(
        reports in vec(any_report(), 0..8), ssrc: u32, ntp: u64, rtp: u32, sent: u32, octets: u32,
        name in "[a-z]{0,40}",
    ) {
        let info = SenderInfo {
            ssrc: Ssrc(ssrc), ntp: NtpTime(ntp), rtp: RtpTimestamp(rtp), packets: sent, octets,
        };
        let blocks: Vec<_> = reports.iter().map(ours).collect();

        let read = read_by_oracle(|writer| {
            writer.sender_report(&info, &blocks).unwrap();
            writer.receiver_report(US, &blocks).unwrap();
            writer.cname(Ssrc(ssrc), &name).unwrap();
            writer.bye(&[US, THEM]).unwrap();
        });

        let sender: &SenderReport = the(&*read[0]);
        prop_assert_eq!(
            (sender.ssrc, sender.ntp_time, sender.rtp_time, sender.packet_count, sender.octet_count),
            (ssrc, ntp, rtp, sent, octets)
        );
        prop_assert_eq!(&sender.reports, &reports);
        let receiver: &ReceiverReport = the(&*read[1]);
        prop_assert_eq!(receiver.ssrc, US.0);
        prop_assert_eq!(&receiver.reports, &reports);
        let sdes: &SourceDescription = the(&*read[2]);
        prop_assert_eq!(sdes.chunks[0].source, ssrc);
        prop_assert_eq!(sdes.chunks[0].items[0].sdes_type, SdesType::SdesCname);
        prop_assert_eq!(&sdes.chunks[0].items[0].text[..], name.as_bytes());
        prop_assert_eq!(&the::<Goodbye>(&*read[3]).sources, &[US.0, THEM.0]);
    }

    #[test]
    fn we_read_the_oracles_reports(
        reports in vec(any_report(), 0..8), ssrc: u32, ntp_time: u64, rtp_time: u32, packet_count: u32,
        octet_count: u32, names in vec("[a-z]{0,9}", 1..4),
    ) {
        let chunk = |text: &String| SourceDescriptionChunk {
            source: ssrc,
            items: vec![SourceDescriptionItem {
                sdes_type: SdesType::SdesCname, text: Bytes::from(text.clone()),
            }],
        };
        let bytes = marshal(&[
            Box::new(SenderReport {
                ssrc, ntp_time, rtp_time, packet_count, octet_count, reports: reports.clone(),
                profile_extensions: Bytes::new(),
            }),
            Box::new(ReceiverReport { ssrc, reports: reports.clone(), profile_extensions: Bytes::new() }),
            Box::new(SourceDescription { chunks: names.iter().map(chunk).collect() }),
            Box::new(Goodbye { sources: vec![ssrc, 2], reason: Bytes::from_static(b"bored") }),
        ]).unwrap();

        let read: Vec<_> = packets(&bytes).map(Result::unwrap).collect();

        let blocks: Vec<_> = reports.iter().map(ours).collect();
        let [
            RtcpPacket::SenderReport(sender), RtcpPacket::ReceiverReport(receiver), RtcpPacket::Sdes(sdes),
            RtcpPacket::Bye(bye),
        ] = &read[..] else { panic!("{read:?}") };
        prop_assert_eq!(sender.info, SenderInfo {
            ssrc: Ssrc(ssrc), ntp: NtpTime(ntp_time), rtp: RtpTimestamp(rtp_time), packets: packet_count,
            octets: octet_count,
        });
        prop_assert_eq!(&sender.blocks.collect::<Vec<_>>(), &blocks);
        prop_assert_eq!(&receiver.blocks.collect::<Vec<_>>(), &blocks);
        let expected: Vec<_> = names.iter().map(|name| (Ssrc(ssrc), name.as_bytes())).collect();
        prop_assert_eq!(sdes.cnames().collect::<Vec<_>>(), expected);
        prop_assert_eq!(bye.ssrcs().collect::<Vec<_>>(), [Ssrc(ssrc), Ssrc(2)]);
    }

    #[test]
    fn the_oracle_reads_our_requests(
        // The oracle can't read a rate of zero.
        lost in prop::collection::btree_set(any::<u16>(), 1..40), request: u8, mantissa in 1_u32..1 << 18,
        shift in 0_u32..30, ntp: u64, ntp_middle: u32, delay in any::<u32>().prop_map(units),
    ) {
        let rate = u64::from(mantissa) << shift;
        let read = read_by_oracle(|writer| {
            let numbers = lost.iter().map(|&seq| SeqNo(seq));
            assert_eq!(writer.nack(US, THEM, numbers), Ok(lost.len()));
            writer.pli(Pli { sender: US, media: THEM }).unwrap();
            writer.fir(US, &[FirEntry { ssrc: THEM, request }]).unwrap();
            writer.remb(US, Bitrate::bps(rate), &[THEM, Ssrc(5)]).unwrap();
            writer.xr_reference_time(US, NtpTime(ntp)).unwrap();
            writer.xr_dlrr(US, &[DlrrItem { ssrc: THEM, ntp_middle, delay }]).unwrap();
        });

        let nack: &TransportLayerNack = the(&*read[0]);
        prop_assert_eq!((nack.sender_ssrc, nack.media_ssrc), (US.0, THEM.0));
        let asked: Vec<_> = nack.nacks.iter().flat_map(|pair| pair.packet_list()).collect();
        prop_assert_eq!(asked, lost.into_iter().collect::<Vec<_>>());
        let pli: &PictureLossIndication = the(&*read[1]);
        prop_assert_eq!((pli.sender_ssrc, pli.media_ssrc), (US.0, THEM.0));
        let fir: &FullIntraRequest = the(&*read[2]);
        prop_assert_eq!(&fir.fir, &[TheirFirEntry { ssrc: THEM.0, sequence_number: request }]);
        let remb: &ReceiverEstimatedMaximumBitrate = the(&*read[3]);
        prop_assert_eq!(remb.bitrate, rate as f32);
        prop_assert_eq!(&remb.ssrcs, &[THEM.0, 5]);
        let clock: &ExtendedReport = the(&*read[4]);
        let clock: &ReceiverReferenceTimeReportBlock = the(&*clock.reports[0]);
        prop_assert_eq!(clock.ntp_timestamp, ntp);
        let answer: &ExtendedReport = the(&*read[5]);
        let answer = &the::<DLRRReportBlock>(&*answer.reports[0]).reports[0];
        prop_assert_eq!((answer.ssrc, answer.last_rr, units(answer.dlrr)), (THEM.0, ntp_middle, delay));
    }

    #[test]
    fn we_read_the_oracles_requests(
        lost in prop::collection::btree_set(any::<u16>(), 1..40), sequence_number: u8,
        mantissa in 1_u32..1 << 18, shift in 0_u32..30, ntp_timestamp: u64,
    ) {
        let lost: Vec<_> = lost.into_iter().collect();
        let rate = u64::from(mantissa) << shift;
        let bytes = marshal(&[
            Box::new(TransportLayerNack {
                sender_ssrc: 1, media_ssrc: 2, nacks: nack_pairs_from_sequence_numbers(&lost),
            }),
            Box::new(PictureLossIndication { sender_ssrc: 1, media_ssrc: 2 }),
            Box::new(FullIntraRequest {
                sender_ssrc: 1, media_ssrc: 2, fir: vec![TheirFirEntry { ssrc: 3, sequence_number }],
            }),
            Box::new(ReceiverEstimatedMaximumBitrate {
                sender_ssrc: 1, bitrate: rate as f32, ssrcs: vec![4, 5],
            }),
            Box::new(ExtendedReport {
                sender_ssrc: 1, reports: vec![Box::new(ReceiverReferenceTimeReportBlock { ntp_timestamp })],
            }),
        ]).unwrap();

        let read: Vec<_> = packets(&bytes).map(Result::unwrap).collect();

        let [
            RtcpPacket::Nack(nack), RtcpPacket::Pli(pli), RtcpPacket::Fir(fir), RtcpPacket::Remb(remb),
            RtcpPacket::Xr(xr),
        ] = &read[..] else { panic!("{read:?}") };
        prop_assert_eq!(nack.lost().map(|seq| seq.0).collect::<Vec<_>>(), lost);
        prop_assert_eq!(*pli, Pli { sender: Ssrc(1), media: Ssrc(2) });
        let entry = FirEntry { ssrc: Ssrc(3), request: sequence_number };
        prop_assert_eq!(fir.entries().collect::<Vec<_>>(), [entry]);
        prop_assert_eq!(remb.bitrate, Bitrate::bps(rate));
        prop_assert_eq!(remb.ssrcs().collect::<Vec<_>>(), [Ssrc(4), Ssrc(5)]);
        let Some(XrBlock::ReferenceTime(clock)) = xr.blocks().next() else { panic!("{xr:?}") };
        prop_assert_eq!(clock, NtpTime(ntp_timestamp));
    }

    #[test]
    fn the_oracle_reads_our_transport_feedback(
        base: u16,
        feedback: u8,
        steps in vec((prop::bool::weighted(0.7), prop_oneof![
            4 => -1_000_i64..10_000, 1 => -100_000_i64..200_000,
        ]), 1..200),
    ) {
        let epoch = epoch();
        let mut at = 100_000_000_i64;
        let mut arrivals: Vec<_> = steps.iter().map(|&(arrived, step)| {
            at += step;
            arrived.then_some(at as u64)
        }).collect();
        arrivals.push(Some(at as u64));
        let instants: Vec<_> =
            arrivals.iter().map(|at| at.map(|at| epoch + Duration::from_micros(at))).collect();
        let head = twcc::FeedbackHead { sender: US, media: THEM, base: SeqNo(base), feedback };

        let read = read_by_oracle(|writer| {
            assert_eq!(writer.transport_feedback(&head, epoch, &instants), Ok(instants.len()));
        });

        let read: &TransportLayerCc = the(&*read[0]);
        prop_assert_eq!((read.sender_ssrc, read.media_ssrc), (US.0, THEM.0));
        prop_assert_eq!((read.base_sequence_number, read.fb_pkt_count), (base, feedback));
        prop_assert_eq!(usize::from(read.packet_status_count), arrivals.len());
        let mut time = i64::from(read.reference_time) * 64_000;
        let told: Vec<_> = read.recv_deltas.iter().map(|step| { time += step.delta; time }).collect();
        let expected: Vec<_> = arrivals.iter().flatten().map(|at| (at / 250 * 250) as i64).collect();
        prop_assert_eq!(told, expected);
        let symbols: Vec<_> = read.packet_chunks.iter().flat_map(symbols).collect();
        let is_received: Vec<_> =
            symbols.iter().map(|symbol| *symbol != SymbolTypeTcc::PacketNotReceived).collect();
        let expected: Vec<_> = arrivals.iter().map(Option::is_some).collect();
        prop_assert_eq!(&is_received[..arrivals.len()], &expected);
        prop_assert!(is_received[arrivals.len()..].iter().all(|received| !received));
    }

    #[test]
    fn any_bytes_are_the_same_transport_feedback_to_both(
        count in 1_u16..100,
        chunks in vec(any_chunk(), 1..10),
        deltas in vec(any::<u16>(), 0..100),
    ) {
        let mut bytes = vec![0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xf0];
        bytes.extend(count.to_be_bytes());
        bytes.extend([0, 0, 9, 7]);
        bytes.extend(chunks.iter().chain(&deltas).flat_map(|word| word.to_be_bytes()));
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes[3] = (bytes.len() / 4 - 1) as u8;
        let Ok(theirs) = unmarshal(&mut Bytes::from(bytes.clone())) else { return Ok(()) };
        let theirs: &TransportLayerCc = the(&*theirs[0]);
        let symbols: Vec<_> = theirs.packet_chunks.iter().flat_map(symbols).collect();
        // We refuse the reserved symbol, the oracle makes a packet without an arrival of it.
        let is_reserved = symbols.contains(&SymbolTypeTcc::PacketReceivedWithoutDelta);
        // We refuse feedback that ends before its last delta does, the oracle makes do with what is there.
        let told = symbols.iter().take(usize::from(count)).map(delta_len).sum::<usize>();
        if is_reserved || 20 + 2 * theirs.packet_chunks.len() + told > bytes.len() { return Ok(()) }

        let RtcpPacket::TransportFeedback(read) = packets(&bytes).next().unwrap().unwrap() else { panic!() };

        let received = symbols.iter().take(usize::from(count)).enumerate();
        let received = received.filter(|(_, symbol)| **symbol != SymbolTypeTcc::PacketNotReceived);
        let mut time = 9 * 64_000;
        let expected: Vec<_> = received.zip(&theirs.recv_deltas).map(|((i, _), step)| {
            time += step.delta;
            twcc::Received { seq: SeqNo(0xfff0_u16.wrapping_add(i as u16)), at_micros: time }
        }).collect();
        prop_assert_eq!(read.received().collect::<Vec<_>>(), expected);
    }
}

/// Bytes of delta that belong to a symbol (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.5).
const fn delta_len(symbol: &SymbolTypeTcc) -> usize {
    match symbol {
        SymbolTypeTcc::PacketReceivedSmallDelta => 1,
        SymbolTypeTcc::PacketReceivedLargeDelta => 2,
        SymbolTypeTcc::PacketNotReceived | SymbolTypeTcc::PacketReceivedWithoutDelta => 0,
    }
}

/// Runs and both kinds of vectors, without the reserved symbol.
fn any_chunk() -> impl Strategy<Value = u16> {
    let two_bits = vec(0_u16..3, 7).prop_map(|symbols| symbols.iter().fold(3, |bits, s| (bits << 2) | s));
    prop_oneof![
        (0_u16..3, 0_u16..40).prop_map(|(symbol, run)| (symbol << 13) | run),
        any::<u16>().prop_map(|bits| 0x8000 | (bits & 0x3fff)),
        two_bits,
    ]
}

fn symbols(chunk: &PacketStatusChunk) -> Vec<SymbolTypeTcc> {
    match chunk {
        PacketStatusChunk::RunLengthChunk(run) => {
            vec![run.packet_status_symbol; usize::from(run.run_length)]
        }
        PacketStatusChunk::StatusVectorChunk(vector) => vector.symbol_list.clone(),
    }
}

#[expect(clippy::disallowed_methods, reason = "tests need an origin for their instants")]
fn epoch() -> Instant {
    Instant::now()
}
