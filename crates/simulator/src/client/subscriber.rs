//! A subscriber: answers offers, receives, asks again for what is lost, reports what arrives.

mod arrivals;
mod audio;
mod by_stream;
mod delays;
mod faults;
mod flood;
mod keyframe;
mod nack;
mod reception;
mod spoken;
mod video;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::rtp::{SeqNo, Ssrc};
use switchyard_vocab::wall_clock::WallClock;
use switchyard_wire::rtcp::twcc::FeedbackHead;
use switchyard_wire::rtcp::{Pli, RtcpPacket, Writer, packets};
use switchyard_wire::rtp::{RtpPacket, rtx};

use super::line::{Line, Plain};
use super::oracle::Fault;
use super::sdp::{Description, Section, write_answer};
use crate::seed::Seed;
use arrivals::Arrivals;
use audio::Audio;
use by_stream::ByStream;
use flood::Flood;
use video::{Packet, Video};

pub use audio::Heard;
pub use delays::Delays;
pub use faults::Faults;
pub use video::Seen;

/// Who reports: Chrome's number for somebody who only receives.
const SENDER: Ssrc = Ssrc(1);
/// Time between two receiver reports.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Time between two transport-wide reports: Chrome's are 50 to 250 ms apart.
const FEEDBACK_EVERY: Duration = Duration::from_millis(100);
/// Most a datagram of reports may have.
const MAX_RTCP: usize = 1_200;

/// What one subscriber has seen and heard, by publication. A subscription that ended stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Impression {
    /// Pictures.
    pub seen: BTreeMap<PublicationId, Seen>,
    /// Sounds.
    pub heard: BTreeMap<PublicationId, Heard>,
    /// Packets of streams that nothing announced.
    pub strangers: u64,
    /// RTP or RTCP that could not be read.
    pub malformed: u64,
    /// Offers answered.
    pub offers: u64,
}

/// One client that receives.
pub struct Subscriber {
    origin: u64,
    wall: WallClock,
    line: Line,
    extensions: ExtensionMap,
    streams: BTreeMap<PublicationId, Stream>,
    by_ssrc: FxHashMap<Ssrc, Role>,
    arrivals: Arrivals,
    feedback: u8,
    next_report: Option<Instant>,
    next_feedback: Option<Instant>,
    next_look: Option<Instant>,
    flood: Option<Flood>,
    /// Kept where the server offers to be told so: then it is told so and no other way.
    by_stream: Option<ByStream>,
    ended: Impression,
}

/// What an SSRC is for.
#[derive(Clone, Copy)]
enum Role {
    Media(PublicationId),
    Repair(PublicationId),
}

struct Stream {
    ssrc: Ssrc,
    mid: String,
    receiver: Receiver,
}

enum Receiver {
    Video(Box<Video>),
    Audio(Box<Audio>),
}

impl Subscriber {
    /// A subscriber. `name` is unique in a run.
    pub fn new(seed: Seed, name: &str, address: SocketAddr, wall: WallClock) -> Self {
        Self {
            origin: u64::from(address.port()),
            wall,
            line: Line::new(seed, &format!("{name} subscribe"), address),
            extensions: ExtensionMap::default(),
            streams: BTreeMap::new(),
            by_ssrc: FxHashMap::default(),
            arrivals: Arrivals::default(),
            feedback: 0,
            next_report: None,
            next_feedback: None,
            next_look: None,
            flood: None,
            by_stream: None,
            ended: Impression::default(),
        }
    }

    /// Takes an offer, which tells which m-line carries which publication; gives back the answer.
    pub fn handle_offer(
        &mut self,
        now: Instant,
        sdp: &str,
        carries: impl Fn(&str) -> Option<PublicationId>,
    ) -> String {
        let offer = Description::read(sdp);
        self.ended.offers += 1;
        self.line.connect(now, &offer);
        let mut offered = BTreeMap::new();
        for section in offer.sections.iter().filter(|section| section.sends && !section.rejected) {
            section.extensions.iter().for_each(|(extension, id)| self.extensions.set(extension, id));
            if section.ccfb {
                self.by_stream.get_or_insert_default();
            }
            if let Some(publication) = carries(&section.mid) {
                offered.insert(publication, section);
            }
        }
        self.end_missing(&offered);
        for (publication, section) in offered {
            self.begin(publication, section);
        }
        write_answer(self.origin, self.line.identity(), &offer)
    }

    fn end_missing(&mut self, offered: &BTreeMap<PublicationId, &Section>) {
        let gone = self.streams.extract_if(.., |publication, _| !offered.contains_key(publication));
        for (publication, stream) in gone {
            self.by_ssrc.retain(|_, role| role.publication() != publication);
            stream.tell(publication, &mut self.ended);
        }
    }

    fn begin(&mut self, publication: PublicationId, section: &Section) {
        let Some(&ssrc) = section.ssrcs.first() else { return };
        let (media, repair) = section.pair.map_or((ssrc, None), |(media, rtx)| (media, Some(rtx)));
        self.by_ssrc.insert(media, Role::Media(publication));
        if let Some(repair) = repair {
            self.by_ssrc.insert(repair, Role::Repair(publication));
        }
        self.streams.entry(publication).or_insert_with(|| Stream {
            ssrc: media,
            mid: section.mid.clone(),
            receiver: match section.kind.as_str() {
                "audio" => Receiver::Audio(Box::new(Audio::new(section.payload_type("red")))),
                _ => Receiver::Video(Box::new(Video::new(section.video_codec()))),
            },
        });
    }

    /// A publication was not, or will not be, received for a while, and that is as it should be.
    pub fn expect_pause(&mut self, publication: PublicationId) {
        if let Some(Stream { receiver: Receiver::Video(video), .. }) = self.streams.get_mut(&publication) {
            video.on_pause();
        }
    }

    /// Takes a datagram of the server.
    pub fn handle_datagram(&mut self, now: Instant, bytes: Vec<u8>) {
        match self.line.handle_datagram(now, bytes) {
            Some(Plain::Rtp(bytes)) => match RtpPacket::parse(&bytes) {
                Ok(packet) => self.handle_rtp(now, &packet),
                Err(_) => self.ended.malformed += 1,
            },
            Some(Plain::Rtcp(bytes)) => self.handle_rtcp(now, &bytes),
            None => {}
        }
    }

    fn handle_rtp(&mut self, now: Instant, packet: &RtpPacket<'_>) {
        self.next_report.get_or_insert(now + REPORT_EVERY);
        if let Some(number) = self.extension(packet, Extension::TransportCc) {
            if let Some(by_stream) = &mut self.by_stream {
                by_stream.on_packet(now, packet.ssrc(), packet.seq());
            } else if let Some(number) = number.first_chunk() {
                self.arrivals.on_packet(SeqNo(u16::from_be_bytes(*number)), now);
            }
            self.next_feedback.get_or_insert(now + FEEDBACK_EVERY);
        }
        let mid = self.extension(packet, Extension::Mid);
        let level = self.extension(packet, Extension::AudioLevel).is_some();
        let descriptor = self.extension(packet, Extension::DependencyDescriptor);
        let role = self.by_ssrc.get(&packet.ssrc()).copied();
        let Some((role, stream)) =
            role.and_then(|role| Some((role, self.streams.get_mut(&role.publication())?)))
        else {
            self.ended.strangers += 1;
            return;
        };
        if mid.is_some_and(|mid| mid != stream.mid.as_bytes()) {
            stream.note_wrong_mid(packet.seq());
        }
        let content = Packet {
            seq: packet.seq(),
            timestamp: packet.timestamp(),
            marker: packet.marker(),
            payload: packet.payload(),
            descriptor,
        };
        match (role, &mut stream.receiver) {
            (Role::Media(_), Receiver::Video(video)) => video.handle_packet(now, content, &self.wall),
            (Role::Media(_), Receiver::Audio(audio)) => {
                audio.handle_packet(now, (content, packet.payload_type()), level, &self.wall);
            }
            (Role::Repair(_), Receiver::Video(video)) => {
                if let Some((seq, payload)) = rtx::split(content.payload) {
                    video.handle_repaired(now, Packet { seq, payload, ..content }, &self.wall);
                }
            }
            (Role::Repair(_), Receiver::Audio(_)) => {}
        }
        self.look(now);
    }

    fn extension<'p>(&self, packet: &RtpPacket<'p>, extension: Extension) -> Option<&'p [u8]> {
        packet.extension(self.extensions.id(extension)?)
    }

    fn handle_rtcp(&mut self, now: Instant, bytes: &[u8]) {
        for packet in packets(bytes) {
            match packet {
                Ok(RtcpPacket::SenderReport(report)) => {
                    let Some(Role::Media(publication)) = self.by_ssrc.get(&report.info.ssrc) else {
                        continue;
                    };
                    let Some(stream) = self.streams.get_mut(publication) else { continue };
                    match &mut stream.receiver {
                        Receiver::Video(video) => video.reception.on_sender_report(now, report.info),
                        Receiver::Audio(audio) => audio.reception.on_sender_report(now, report.info),
                    }
                }
                Ok(_) => {}
                Err(_) => self.ended.malformed += 1,
            }
        }
    }

    /// Asks for what is missing.
    fn look(&mut self, now: Instant) {
        let mut next = None;
        let mut bytes = vec![0; MAX_RTCP];
        for stream in self.streams.values_mut() {
            let Receiver::Video(video) = &mut stream.receiver else { continue };
            let mut writer = Writer::new(&mut bytes);
            let due = video.nacks.take_due(now);
            video.count_nacked(due.len() as u64);
            let lost = due.iter().map(|seq| seq.on_wire());
            writer.nack(SENDER, stream.ssrc, lost).expect("one request fits");
            if video.keyframes.take_due(now) {
                writer.pli(Pli { sender: SENDER, media: stream.ssrc }).expect("it is short");
            }
            let len = writer.len();
            if len > 0 {
                self.line.send_rtcp(bytes[..len].to_vec());
            }
            let wanted = [video.nacks.poll_timeout(now), video.keyframes.poll_timeout(now)];
            next = wanted.into_iter().chain([next]).flatten().min();
        }
        self.next_look = next;
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.line.handle_timeout(now);
        if self.next_look.is_some_and(|at| at <= now) {
            self.look(now);
        }
        if self.flood.as_mut().is_some_and(|flood| flood.take_due(now)) {
            self.send_flood();
        }
        if self.next_report.is_some_and(|at| at <= now) {
            self.next_report = Some(now + REPORT_EVERY);
            self.report(now);
        }
        if self.next_feedback.is_some_and(|at| at <= now) {
            self.next_feedback = Some(now + FEEDBACK_EVERY);
            self.send_feedback();
            self.send_feedback_by_stream(now);
        }
    }

    /// Asks from now on for a hundred keyframes and 50 000 packets a second of every picture.
    pub fn flood(&mut self, now: Instant) {
        self.flood.get_or_insert_with(|| Flood::new(now));
    }

    /// Of what was seen so far nothing counts any more, but for faults.
    pub fn forget_seen(&mut self) {
        for stream in self.streams.values_mut() {
            if let Receiver::Video(video) = &mut stream.receiver {
                video.forget_seen();
            }
        }
    }

    fn send_flood(&mut self) {
        for stream in self.streams.values() {
            let Receiver::Video(video) = &stream.receiver else { continue };
            if let Some(newest) = video.reception.newest() {
                self.line.send_rtcp(flood::datagram(stream.ssrc, newest));
            }
        }
    }

    fn report(&mut self, now: Instant) {
        let blocks: Vec<_> = self
            .streams
            .values_mut()
            .filter_map(|stream| match &mut stream.receiver {
                Receiver::Video(video) => video.reception.report(now, stream.ssrc),
                Receiver::Audio(audio) => audio.reception.report(now, stream.ssrc),
            })
            .collect();
        for blocks in blocks.chunks(switchyard_wire::rtcp::MAX_COUNT) {
            let mut bytes = vec![0; MAX_RTCP];
            let mut writer = Writer::new(&mut bytes);
            writer.receiver_report(SENDER, blocks).expect("31 blocks fit");
            let len = writer.len();
            self.line.send_rtcp(bytes[..len].to_vec());
        }
    }

    fn send_feedback_by_stream(&mut self, now: Instant) {
        let Some(by_stream) = &mut self.by_stream else { return };
        let told = by_stream.take(now);
        let streams: Vec<_> = told.iter().map(|(ssrc, first, fates)| (*ssrc, *first, &fates[..])).collect();
        let since = now.saturating_duration_since(self.wall.anchor);
        let timestamp = (since.as_micros() * 65_536 / 1_000_000) as u32;
        let mut bytes = vec![0; MAX_RTCP];
        let mut writer = Writer::new(&mut bytes);
        writer.congestion_feedback(SENDER, timestamp, &streams).expect("a tenth of a second fits");
        let len = writer.len();
        self.line.send_rtcp(bytes[..len].to_vec());
    }

    fn send_feedback(&mut self) {
        while let Some((base, arrivals)) = self.arrivals.pending() {
            let mut bytes = vec![0; MAX_RTCP];
            let mut writer = Writer::new(&mut bytes);
            let head = FeedbackHead { sender: SENDER, media: Ssrc(0), base, feedback: self.feedback };
            let written = writer.transport_feedback(&head, self.wall.anchor, &arrivals);
            let count = written.expect("an arrival fits");
            let len = writer.len();
            self.line.send_rtcp(bytes[..len].to_vec());
            self.feedback = self.feedback.wrapping_add(1);
            self.arrivals.on_reported(base, count);
        }
    }

    /// When it wants to be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let flood = self.flood.as_ref().map(Flood::poll_timeout);
        let timers = [self.line.poll_timeout(), self.next_look, self.next_report, self.next_feedback, flood];
        timers.into_iter().flatten().min()
    }

    /// Everything that is to be sent, with where to.
    pub fn take_datagrams(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        self.line.take_datagrams()
    }

    /// Its connection.
    pub const fn line(&self) -> &Line {
        &self.line
    }

    /// What its user has seen and heard so far.
    pub fn impression(&self) -> Impression {
        let mut impression = self.ended.clone();
        for (&publication, stream) in &self.streams {
            stream.tell(publication, &mut impression);
        }
        impression
    }
}

impl Role {
    const fn publication(self) -> PublicationId {
        match self {
            Self::Media(publication) | Self::Repair(publication) => publication,
        }
    }
}

impl Stream {
    fn note_wrong_mid(&mut self, seq: SeqNo) {
        match &mut self.receiver {
            Receiver::Video(video) => video.note(Fault::WrongMid { at: video.reception.extend(seq) }),
            Receiver::Audio(audio) => audio.note(Fault::WrongMid { at: audio.reception.extend(seq) }),
        }
    }

    fn tell(&self, publication: PublicationId, impression: &mut Impression) {
        match &self.receiver {
            Receiver::Video(video) => {
                impression.seen.insert(publication, video.seen());
            }
            Receiver::Audio(audio) => {
                impression.heard.insert(publication, audio.heard());
            }
        }
    }
}
