use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::rtp::{PayloadType, SeqNo};
use switchyard_vocab::units::Bitrate;
use switchyard_wire::payload::vp8;
use switchyard_wire::rtcp::Pli;
use switchyard_wire::rtp::extension::KnownExtensions;
use switchyard_wire::rtp::{RtpPacket, rtx};

use super::*;
use crate::plan::{MediaPlan, VideoPlan};
use crate::stamp::Stamp;
use crate::testing::{Sink, rng};

fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::default();
    let ids = [
        (Extension::TransportCc, 3),
        (Extension::Mid, 4),
        (Extension::Rid, 10),
        (Extension::RepairedRid, 11),
    ];
    ids.into_iter().for_each(|(extension, id)| map.set(extension, id));
    map
}

fn publisher(simulcast: bool) -> (Instant, Publisher, Vec<TrackPlan>) {
    let video = VideoPlan { bitrate: Bitrate::kbps(500), fps: 30, simulcast };
    let mut plans = tracks(&MediaPlan { video: Some(video), audio: true }, &mut rng());
    plans.iter_mut().for_each(|plan| plan.extensions = extensions());
    let now = Instant::now();
    let clock =
        Clock { epoch: now, wall: WallClock { anchor: now, since_unix_epoch: Duration::from_secs(1) } };
    (now, Publisher::new(now, 9, clock, plans.clone(), Duration::ZERO), plans)
}

/// Lets one second pass.
fn one_second(now: Instant, publisher: &mut Publisher) -> Sink {
    let mut sink = Sink::default();
    while let Some(due) = publisher.poll_timeout().filter(|&due| due < now + Duration::from_secs(1)) {
        publisher.handle_timeout(due, &mut sink);
    }
    sink
}

fn video_of<'a>(sink: &'a Sink, plans: &[TrackPlan], encoding: usize) -> Vec<RtpPacket<'a>> {
    let ssrc = plans[1].encodings[encoding].ssrc;
    let packets = sink.rtp.iter().map(|(_, packet)| RtpPacket::parse(packet).unwrap());
    packets.filter(|packet| packet.ssrc() == ssrc).collect()
}

fn pli(media: Ssrc) -> Vec<u8> {
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    writer.pli(Pli { sender: Ssrc(1), media }).unwrap();
    let len = writer.len();
    buffer[..len].to_vec()
}

fn nack(media: Ssrc, lost: SeqNo) -> Vec<u8> {
    let mut buffer = [0; 64];
    let mut writer = Writer::new(&mut buffer);
    writer.nack(Ssrc(1), media, [lost]).unwrap();
    let len = writer.len();
    buffer[..len].to_vec()
}

#[test]
fn a_second_of_a_call_has_the_right_number_of_packets_and_bits() {
    let (now, mut publisher, plans) = publisher(false);

    let sink = one_second(now, &mut publisher);

    let video = video_of(&sink, &plans, 0);
    assert_eq!(video.iter().filter(|packet| packet.marker()).count(), 30);
    // 500 kbit, and the keyframe at the beginning is four times as large as the others.
    let bytes: usize = video.iter().map(|packet| packet.payload().len()).sum();
    assert!((62_500..70_000).contains(&bytes), "{bytes}");
    assert_eq!(publisher.sent(MediaKind::Audio).packets, 50);
    assert_eq!(sink.rtcp.len(), 2, "a sender report for each stream that has sent");
}

#[test]
fn packets_are_numbered_without_a_gap_and_stamped() {
    let (now, mut publisher, plans) = publisher(false);

    let sink = one_second(now, &mut publisher);

    let video = video_of(&sink, &plans, 0);
    for (count, packet) in (0..).zip(&video) {
        let stamp = Stamp::read(packet.payload()).unwrap();
        assert_eq!((stamp.count, stamp.source.publisher), (count, 9));
        assert_eq!(packet.seq().0, plans[1].encodings[0].first.0.wrapping_add(count as u16));
    }
    let mut numbers: Vec<u16> = sink
        .rtp
        .iter()
        .map(|(_, packet)| RtpPacket::parse(packet).unwrap())
        .map(|packet| KnownExtensions::read(&packet, &extensions()).transport_seq.unwrap().0)
        .collect();
    numbers.dedup();
    assert_eq!(numbers, (0..sink.rtp.len() as u16).collect::<Vec<_>>());
}

#[test]
fn only_the_first_frame_is_a_keyframe_until_one_is_asked_for() {
    let (now, mut publisher, plans) = publisher(false);
    let keyframes = |sink: &Sink| {
        video_of(sink, &plans, 0).iter().filter(|packet| vp8::is_keyframe_start(packet.payload())).count()
    };
    let first = one_second(now, &mut publisher);

    publisher.handle_rtcp(&pli(plans[1].encodings[0].ssrc), &mut Sink::default());
    let second = one_second(now + Duration::from_secs(1), &mut publisher);

    assert_eq!((keyframes(&first), keyframes(&second)), (1, 1));
    assert!(vp8::picture_size(video_of(&second, &plans, 0)[0].payload()).is_some());
}

#[test]
fn what_is_asked_for_again_comes_as_a_retransmission_of_its_own() {
    let (now, mut publisher, plans) = publisher(true);
    let sink = one_second(now, &mut publisher);
    let lost = *video_of(&sink, &plans, 2).last().unwrap();

    let mut again = Sink::default();
    publisher.handle_rtcp(&nack(lost.ssrc(), lost.seq()), &mut again);

    let packet = RtpPacket::parse(&again.rtp[0].1).unwrap();
    assert_eq!(packet.payload_type(), PayloadType(97));
    assert_eq!(rtx::split(packet.payload()), Some((lost.seq(), lost.payload())));
    let known = KnownExtensions::read(&packet, &extensions());
    assert_eq!(known.repaired_rid.unwrap().as_str(), "f");
    assert_eq!(publisher.sent(MediaKind::Video).resent, 1);
}

#[test]
fn what_was_never_sent_is_not_sent_again() {
    let (now, mut publisher, plans) = publisher(false);
    one_second(now, &mut publisher);
    let encoding = &plans[1].encodings[0];

    let mut again = Sink::default();
    publisher.handle_rtcp(&nack(encoding.ssrc, SeqNo(encoding.first.0 + 9_000)), &mut again);
    publisher.handle_rtcp(&nack(Ssrc(0), encoding.first), &mut again);

    assert!(again.rtp.is_empty());
}

#[test]
fn simulcast_shares_the_bitrate_and_names_its_encodings() {
    let (now, mut publisher, plans) = publisher(true);

    let sink = one_second(now, &mut publisher);

    for (encoding, rid) in [(0, "q"), (1, "h"), (2, "f")] {
        let packets = video_of(&sink, &plans, encoding);
        let known = KnownExtensions::read(&packets[0], &extensions());
        assert_eq!(known.rid.unwrap().as_str(), rid);
    }
    let large = video_of(&sink, &plans, 2).len();
    assert!(large > video_of(&sink, &plans, 0).len());
}

#[test]
fn frames_that_are_much_too_late_are_left_out_and_counted() {
    let (now, mut publisher, _) = publisher(false);

    publisher.handle_timeout(now + Duration::from_secs(2), &mut Sink::default());

    let punctuality = publisher.punctuality();
    assert!(punctuality.skipped > 100, "{punctuality:?}");
    assert!(publisher.sent(MediaKind::Audio).packets <= 26);
}
