//! Compounds of reports and feedback.

use std::collections::BTreeSet;

use switchyard_vocab::rtp::{RtpTimestamp, SeqNo, Ssrc};
use switchyard_vocab::units::Bitrate;
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::NoRoom;
use switchyard_wire::rtcp::twcc::FeedbackHead;
use switchyard_wire::rtcp::{
    DlrrItem, FirEntry, MAX_COUNT, MAX_PACKETS, Pli, ReportBlock, RtcpPacket, SenderInfo, Writer, XrBlock,
    packets,
};

/// Most packets that one feedback can speak of.
const MAX_STATUSES: usize = 65_535;

/// Walks a compound to its end. What can be written is written and read again, and says the same.
pub(crate) fn run(bytes: &[u8]) {
    let mut count = 0;
    for packet in packets(bytes) {
        count += 1;
        let Ok(packet) = packet else { continue };
        let mut out = vec![0; bytes.len() + 64];
        let mut writer = Writer::new(&mut out);
        let Ok(true) = copy(&packet, &mut writer) else { continue };
        let len = writer.len();
        let mut again = packets(&out[..len]);
        let read = again.next().expect("what we write can be found").expect("what we write can be read");
        assert_eq!(summary(&read), summary(&packet));
        assert!(again.next().is_none());
    }
    assert!(count <= MAX_PACKETS + 1);
}

/// Writes a packet as it was read; whether that is one that we write.
fn copy(packet: &RtcpPacket<'_>, writer: &mut Writer<'_>) -> Result<bool, NoRoom> {
    match packet {
        RtcpPacket::SenderReport(report) => {
            writer.sender_report(&report.info, &report.blocks.collect::<Vec<_>>())?;
        }
        RtcpPacket::ReceiverReport(report) => {
            writer.receiver_report(report.sender, &report.blocks.collect::<Vec<_>>())?;
        }
        RtcpPacket::Bye(bye) => writer.bye(&bye.ssrcs().collect::<Vec<_>>())?,
        RtcpPacket::Pli(pli) => writer.pli(*pli)?,
        RtcpPacket::Fir(fir) => writer.fir(fir.sender, &fir.entries().collect::<Vec<_>>())?,
        RtcpPacket::Nack(nack) => {
            let lost: Vec<_> = nack.lost().collect();
            assert!(lost.len() <= 17 * 16_384);
            return Ok(writer.nack(nack.sender, nack.media, lost.iter().copied())? == lost.len());
        }
        RtcpPacket::Remb(remb) if remb.bitrate < Bitrate::bps(1 << 18) => {
            writer.remb(remb.sender, remb.bitrate, &remb.ssrcs().collect::<Vec<_>>())?;
        }
        RtcpPacket::TransportFeedback(feedback) => {
            assert!(feedback.received().count() <= MAX_STATUSES);
            return Ok(false);
        }
        RtcpPacket::CongestionFeedback(feedback) => {
            assert!(feedback.reports().count() <= MAX_STATUSES);
            return Ok(false);
        }
        RtcpPacket::Sdes(sdes) => {
            assert!(sdes.cnames().count() <= MAX_COUNT);
            return Ok(false);
        }
        RtcpPacket::Xr(xr) => {
            for block in xr.blocks() {
                if let XrBlock::Dlrr(items) = block {
                    for item in items {
                        item.round_trip(NtpTime(1 << 40));
                    }
                }
            }
            return Ok(false);
        }
        RtcpPacket::Remb(_) | RtcpPacket::Unknown { .. } => return Ok(false),
    }
    Ok(true)
}

fn summary(packet: &RtcpPacket<'_>) -> String {
    match packet {
        RtcpPacket::SenderReport(report) => format!("{:?} {:?}", report.info, blocks(report.blocks)),
        RtcpPacket::ReceiverReport(report) => format!("{:?} {:?}", report.sender, blocks(report.blocks)),
        RtcpPacket::Bye(bye) => format!("{:?}", bye.ssrcs().collect::<Vec<_>>()),
        RtcpPacket::Pli(pli) => format!("{pli:?}"),
        RtcpPacket::Fir(fir) => format!("{:?} {:?}", fir.sender, fir.entries().collect::<Vec<_>>()),
        RtcpPacket::Nack(nack) => {
            // Several pairs may name one packet, and we name it once.
            let lost: BTreeSet<_> = nack.lost().map(|seq| seq.0).collect();
            format!("{:?} {:?} {lost:?}", nack.sender, nack.media)
        }
        RtcpPacket::Remb(remb) => {
            format!("{:?} {} {:?}", remb.sender, remb.bitrate, remb.ssrcs().collect::<Vec<_>>())
        }
        other => format!("{other:?}"),
    }
}

/// Times of a round trip are rounded to what the wire can say: they are told apart only by whether they are.
fn blocks(blocks: impl Iterator<Item = ReportBlock>) -> Vec<String> {
    let text = |block: ReportBlock| {
        block.round_trip(NtpTime(1 << 40));
        let last = block.last_report.map(|last| last.ntp_middle);
        let ReportBlock { ssrc, fraction_lost, cumulative_lost, highest_seq, jitter, .. } = block;
        format!("{ssrc:?} {fraction_lost} {cumulative_lost} {highest_seq} {jitter} {last:?}")
    };
    blocks.map(text).collect()
}

fn compound(write: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>) -> Vec<u8> {
    let mut out = vec![0; 1_500];
    let mut writer = Writer::new(&mut out);
    write(&mut writer).expect("there is room");
    let len = writer.len();
    out.truncate(len);
    out
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let (one, two) = (Ssrc(1), Ssrc(0xffff_ffff));
    let info =
        SenderInfo { ssrc: one, ntp: NtpTime(u64::MAX), rtp: RtpTimestamp(7), packets: 9, octets: 900 };
    let block = ReportBlock {
        ssrc: two,
        fraction_lost: 255,
        cumulative_lost: -1,
        highest_seq: u32::MAX,
        jitter: 1,
        last_report: None,
    };
    let lost = [1, 2, 18, 65_535].map(SeqNo);
    let dlrr = DlrrItem { ssrc: one, ntp_middle: 1, delay: std::time::Duration::from_secs(65_535) };
    let epoch = std::time::Instant::now();
    let arrivals: Vec<_> = (0..40u64)
        .map(|n| (n % 3 != 1).then(|| epoch + std::time::Duration::from_millis(n * n * 4)))
        .collect();
    let head = FeedbackHead { sender: one, media: two, base: SeqNo(65_530), feedback: 3 };
    vec![
        compound(|writer| {
            writer.sender_report(&info, &[block; 3])?;
            writer.cname(one, "somebody@somewhere")?;
            writer.bye(&[one, two])
        }),
        compound(|writer| {
            writer.receiver_report(one, &[block; MAX_COUNT])?;
            writer.nack(one, two, lost)?;
            writer.pli(Pli { sender: one, media: two })?;
            writer.fir(one, &[FirEntry { ssrc: two, request: 9 }])
        }),
        compound(|writer| writer.remb(one, Bitrate::kbps(200), &[one, two])),
        compound(|writer| {
            writer.xr_reference_time(one, NtpTime(1 << 33))?;
            writer.xr_dlrr(one, &[dlrr; 3])
        }),
        compound(|writer| writer.transport_feedback(&head, epoch, &arrivals).map(drop)),
        [0x80, 201, 0, 0].repeat(80),
    ]
}
