use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::rtp::{PayloadType, RtpTimestamp, SeqNo};
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::rtcp::{ReportBlock, SenderInfo};
use switchyard_wire::rtp::RtpHeader;

use super::*;
use crate::testing::Sink;

const VIDEO: Ssrc = Ssrc(20);
const RTX: Ssrc = Ssrc(21);

fn subscriber(now: Instant) -> Subscriber {
    let mut extensions = ExtensionMap::default();
    extensions.set(Extension::TransportCc, 3);
    let heard = Heard { ssrc: VIDEO, rtx: Some(RTX), kind: MediaKind::Video, extensions };
    Subscriber::new(now, now, Ssrc(1), &[heard])
}

/// A packet of the publisher's, the `count`-th, sent 1 ms after the beginning.
fn packet(ssrc: Ssrc, seq: u16, count: u64, body: &[u8]) -> Vec<u8> {
    let header = RtpHeader {
        marker: true,
        padding: false,
        payload_type: PayloadType(96),
        seq: SeqNo(seq),
        timestamp: RtpTimestamp(u32::from(seq) * 3_000),
        ssrc,
    };
    let mut bytes = [0; 1_500];
    let len = header.write(&[(3, &seq.to_be_bytes())], &mut bytes).unwrap();
    let source = Source { publisher: 0, kind: MediaKind::Video, encoding: 0 };
    let stamp = Stamp { source, count, sent: Duration::from_millis(1) };
    [&bytes[..len], body, &stamp.bytes()].concat()
}

fn keyframe() -> Vec<u8> {
    vec![0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 1, 180, 0]
}

fn said(sink: &Sink) -> Vec<RtcpPacket<'_>> {
    sink.rtcp.iter().flat_map(|compound| rtcp::packets(compound)).map(Result::unwrap).collect()
}

fn block(sink: &Sink) -> ReportBlock {
    let report = said(sink).into_iter().find_map(|packet| match packet {
        RtcpPacket::ReceiverReport(mut report) => report.blocks.next(),
        _ => None,
    });
    report.expect("a receiver report with a block")
}

#[test]
fn the_way_of_a_packet_is_measured() {
    let now = Instant::now();
    let mut subscriber = subscriber(now);

    let arrived = subscriber.handle_rtp(now + Duration::from_millis(4), &packet(VIDEO, 5, 0, &keyframe()));

    assert_eq!(arrived, Arrived::Media(MediaKind::Video, Duration::from_millis(3)));
}

#[test]
fn a_picture_that_does_not_come_is_asked_for_until_it_does() {
    let now = Instant::now();
    let mut subscriber = subscriber(now);
    let plis = |subscriber: &mut Subscriber, millis| {
        let mut sink = Sink::default();
        subscriber.handle_timeout(now + Duration::from_millis(millis), &mut sink);
        said(&sink)
            .iter()
            .filter(|packet| matches!(packet, RtcpPacket::Pli(pli) if pli.media == VIDEO))
            .count()
    };

    assert_eq!(
        (plis(&mut subscriber, 400), plis(&mut subscriber, 600), plis(&mut subscriber, 700)),
        (0, 1, 0)
    );
    assert_eq!(plis(&mut subscriber, 1_200), 1);
    subscriber.handle_rtp(now, &packet(VIDEO, 5, 0, &keyframe()));
    assert_eq!(plis(&mut subscriber, 5_000), 0);
}

#[test]
fn arrivals_are_reported_over_every_stream() {
    let now = Instant::now();
    let mut subscriber = subscriber(now);
    for seq in [100, 101, 103] {
        subscriber.handle_rtp(now, &packet(VIDEO, seq, u64::from(seq), &[0x90]));
    }
    subscriber.handle_rtp(now, &packet(Ssrc(77), 104, 0, &[0x90]));

    let mut sink = Sink::default();
    subscriber.handle_timeout(now + Duration::from_millis(1), &mut sink);

    let RtcpPacket::TransportFeedback(feedback) = said(&sink)[0] else { panic!("feedback comes first") };
    let numbers: Vec<u16> = feedback.received().map(|received| received.seq.0).collect();
    assert_eq!(numbers, [100, 101, 103, 104]);
    assert_eq!(subscriber.strays(), 1);
}

#[test]
fn receiver_reports_tell_loss_and_answer_sender_reports() {
    let now = Instant::now();
    let mut subscriber = subscriber(now);
    for seq in [10, 11, 13] {
        subscriber.handle_rtp(now, &packet(VIDEO, seq, u64::from(seq), &[0x90]));
    }
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    let ntp = NtpTime(0x1111_2222_3333_4444);
    let info = SenderInfo { ssrc: VIDEO, ntp, rtp: RtpTimestamp(0), packets: 4, octets: 4 };
    writer.sender_report(&info, &[]).unwrap();
    let len = writer.len();
    subscriber.handle_rtcp(now, &buffer[..len]);

    let mut sink = Sink::default();
    subscriber.handle_timeout(now + Duration::from_secs(1), &mut sink);

    let block = block(&sink);
    assert_eq!((block.ssrc, block.highest_seq, block.cumulative_lost), (VIDEO, 13, 1));
    assert_eq!(block.fraction_lost, 64);
    let answered = block.last_report.unwrap();
    assert_eq!((answered.ntp_middle, answered.delay), (0x2222_3333, Duration::from_secs(1)));
}

#[test]
fn the_outcome_tells_silent_streams_and_loss_at_the_end() {
    let now = Instant::now();
    let mut subscriber = subscriber(now);
    let silent = subscriber.outcome(MediaKind::Video, |_| Some(3));

    subscriber.handle_rtp(now, &packet(VIDEO, 10, 0, &keyframe()));
    subscriber.handle_rtp(now, &packet(VIDEO, 11, 1, &[0x90]));
    let outcome = subscriber.outcome(MediaKind::Video, |_| Some(3));

    assert_eq!((silent.streams, silent.silent), (1, 1));
    assert_eq!((outcome.silent, outcome.account.received, outcome.account.lost), (0, 2, 1));
}

#[test]
fn a_retransmission_is_told_from_padding_on_its_stream() {
    let now = Instant::now();
    let mut subscriber = subscriber(now);
    subscriber.handle_rtp(now, &packet(VIDEO, 10, 0, &keyframe()));

    let resent = subscriber.handle_rtp(now, &packet(RTX, 1, 1, &[0, 11, 0x90]));
    let mut padding = packet(RTX, 2, 1, &[]);
    padding.truncate(20);
    let padding = subscriber.handle_rtp(now, &padding);

    assert_eq!((resent, padding), (Arrived::Resent, Arrived::Unstamped));
    assert_eq!(subscriber.outcome(MediaKind::Video, |_| Some(2)).account.received, 2);
}
