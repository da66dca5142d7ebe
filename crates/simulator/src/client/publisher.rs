//! A publisher: offers, sends what its camera and microphone make, and does what the server asks.

mod camera;
pub mod keyframe_log;
mod microphone;
mod outgoing;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::datagram::MAX_DATAGRAM;
use switchyard_vocab::rtp::{Mid, SeqNo, Ssrc};
use switchyard_vocab::wall_clock::WallClock;
use switchyard_wire::rtcp::{ReportBlock, RtcpPacket, Writer, packets};

use super::line::{Line, Plain};
use super::media::Media;
use super::sdp::{Description, OfferedTrack, write_offer};
use crate::seed::Seed;
use camera::Camera;
use keyframe_log::KeyframeLog;
use microphone::Microphone;
use outgoing::{Egress, Outgoing};

/// Time between two sender reports of a stream.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// The first report follows soon, so that receivers can synchronise at once.
const FIRST_REPORT: Duration = Duration::from_millis(100);

/// Most a datagram of reports may have.
const MAX_RTCP: usize = 1_200;

/// The MIDs of an offer: Chrome counts m-lines.
const MICROPHONE: &str = "0";
const CAMERA: &str = "1";

/// What a publisher has counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Published {
    /// Captures of the camera for which every encoding gave a keyframe.
    pub keyframes: u64,
    /// Keyframe requests that were served.
    pub keyframe_requests: u64,
    /// Requests of the server for a packet, repetitions included.
    pub nacked: u64,
    /// Packets that it asked for again, each counted once.
    pub nacked_once: u64,
    /// Requests that came sooner than a round trip after the last one for the same packet.
    pub nacked_early: u64,
    /// Packets sent again.
    pub resent: u64,
    /// Packets with a transport-wide number.
    pub numbered: u64,
    /// Transport-wide feedback packets received.
    pub feedbacks: u64,
    /// Arrivals told by them; a number may be told twice.
    pub arrivals_told: u64,
    /// Receiver report blocks received.
    pub reports: u64,
    /// RTCP packets that could not be read.
    pub malformed: u64,
}

/// One client that sends.
pub struct Publisher {
    origin: u64,
    cname: String,
    wall: WallClock,
    egress: Egress,
    camera: Option<Camera>,
    microphone: Option<Microphone>,
    accepted: bool,
    next_report: Option<Instant>,
    rtt: Duration,
    published: Published,
}

impl Publisher {
    /// A publisher of `media`. `name` is unique in a run.
    pub fn new(seed: Seed, name: &str, media: &Media, address: SocketAddr, wall: WallClock) -> Self {
        let generator = |part: &str| seed.generator(&format!("{part} {name}"));
        let camera = media.camera.as_ref();
        Self {
            origin: u64::from(address.port()),
            cname: name.to_owned(),
            wall,
            egress: Egress::new(Line::new(seed, &format!("{name} publish"), address)),
            camera: camera.map(|setup| Camera::new(setup, mid(CAMERA), generator("camera"))),
            microphone: media.microphone.then(|| Microphone::new(mid(MICROPHONE), generator("microphone"))),
            accepted: false,
            next_report: None,
            rtt: Duration::ZERO,
            published: Published::default(),
        }
    }

    /// Its session description.
    pub fn offer(&self) -> String {
        let microphone = self.microphone.as_ref().map(|microphone| OfferedTrack {
            mid: mid(MICROPHONE),
            codec: Codec::Opus,
            rids: Vec::new(),
            ssrcs: (microphone.stream.ssrc, None),
        });
        let camera = self.camera.as_ref().map(|camera| OfferedTrack {
            mid: mid(CAMERA),
            codec: camera.codec,
            rids: camera.encoders.iter().filter_map(|encoder| encoder.stream.rid()).collect(),
            ssrcs: camera.encoders.first().map_or((Ssrc(0), None), |e| (e.stream.ssrc, e.stream.rtx_ssrc)),
        });
        let tracks: Vec<_> = microphone.into_iter().chain(camera).collect();
        write_offer(self.origin, self.egress.line.identity(), &self.cname, &tracks)
    }

    /// Takes the server's answer. Tracks it refused are not sent.
    pub fn handle_answer(&mut self, now: Instant, sdp: &str) {
        let answer = Description::read(sdp);
        let is_accepted =
            |mid: &str| answer.section(mid).is_some_and(|section| !section.rejected && section.receives);
        self.microphone.take_if(|_| !is_accepted(MICROPHONE));
        self.camera.take_if(|_| !is_accepted(CAMERA));
        for (extension, id) in answer.sections.iter().flat_map(|section| section.extensions.iter()) {
            self.egress.extensions.set(extension, id);
        }
        self.accepted = self.egress.line.connect(now, &answer);
    }

    /// Takes a datagram of the server.
    pub fn handle_datagram(&mut self, now: Instant, bytes: Vec<u8>) {
        let plain = self.egress.line.handle_datagram(now, bytes);
        if self.accepted && self.egress.line.opened().is_some() {
            self.camera.iter_mut().for_each(|camera| camera.start(now));
            self.microphone.iter_mut().for_each(|microphone| microphone.start(now));
            self.next_report.get_or_insert(now + FIRST_REPORT);
        }
        let Some(Plain::Rtcp(bytes)) = plain else { return };
        for packet in packets(&bytes) {
            match packet {
                Ok(packet) => self.handle_rtcp(now, &packet),
                Err(_) => self.published.malformed += 1,
            }
        }
    }

    fn handle_rtcp(&mut self, now: Instant, packet: &RtcpPacket<'_>) {
        match packet {
            RtcpPacket::Nack(nack) => {
                let lost: Vec<SeqNo> = nack.lost().collect();
                self.published.nacked += lost.len() as u64;
                let Some(stream) =
                    streams(&mut self.camera, &mut self.microphone).find(|stream| stream.ssrc == nack.media)
                else {
                    return;
                };
                lost.into_iter().for_each(|seq| stream.resend(now, seq, self.rtt, &mut self.egress));
            }
            RtcpPacket::Pli(pli) => self.on_keyframe_request(now, pli.media),
            RtcpPacket::Fir(fir) => fir.entries().for_each(|entry| self.on_keyframe_request(now, entry.ssrc)),
            RtcpPacket::ReceiverReport(report) => report.blocks.for_each(|block| self.on_report(now, &block)),
            RtcpPacket::SenderReport(report) => report.blocks.for_each(|block| self.on_report(now, &block)),
            RtcpPacket::TransportFeedback(feedback) => {
                self.published.feedbacks += 1;
                self.published.arrivals_told += feedback.received().count() as u64;
            }
            _ => {}
        }
    }

    fn on_keyframe_request(&mut self, now: Instant, media: Ssrc) {
        let Some(camera) = &mut self.camera else { return };
        let at = now.saturating_duration_since(self.wall.anchor);
        if let Some(encoding) = camera.encoders.iter().position(|encoder| encoder.stream.ssrc == media) {
            camera.log.note_asked(at, encoding as u8);
            camera.want_keyframe(now);
        }
    }

    fn on_report(&mut self, now: Instant, block: &ReportBlock) {
        self.published.reports += 1;
        if let Some(rtt) = block.round_trip(self.wall.ntp(now)) {
            self.rtt = rtt;
        }
        streams(&mut self.camera, &mut self.microphone)
            .filter(|stream| stream.ssrc == block.ssrc)
            .for_each(Outgoing::on_reported);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.egress.line.handle_timeout(now);
        if let Some(microphone) = &mut self.microphone {
            microphone.handle_timeout(now, &self.wall, &mut self.egress);
        }
        if let Some(camera) = &mut self.camera {
            camera.handle_timeout(now, &self.wall, &mut self.egress);
        }
        if self.next_report.is_some_and(|at| at <= now) {
            self.next_report = Some(now + REPORT_EVERY);
            self.report(now);
        }
    }

    fn report(&mut self, now: Instant) {
        let mut bytes = vec![0; MAX_RTCP.min(MAX_DATAGRAM)];
        let mut writer = Writer::new(&mut bytes);
        for stream in streams(&mut self.camera, &mut self.microphone) {
            let Some(info) = stream.report(&self.wall, now) else { continue };
            writer.sender_report(&info, &[]).expect("a few reports fit");
            writer.cname(info.ssrc, &self.cname).expect("a few names fit");
        }
        let len = writer.len();
        if len > 0 {
            bytes.truncate(len);
            self.egress.line.send_rtcp(bytes);
        }
    }

    /// When it wants to be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let camera = self.camera.as_ref().and_then(Camera::poll_timeout);
        let microphone = self.microphone.as_ref().and_then(Microphone::poll_timeout);
        [self.egress.line.poll_timeout(), camera, microphone, self.next_report].into_iter().flatten().min()
    }

    /// Everything that is to be sent, with where to.
    pub fn take_datagrams(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        self.egress.line.take_datagrams()
    }

    /// Its connection.
    pub const fn line(&self) -> &Line {
        &self.egress.line
    }

    /// When keyframes of its camera were asked for and made, if it has one.
    pub fn keyframes(&self) -> Option<&KeyframeLog> {
        self.camera.as_ref().map(|camera| &camera.log)
    }

    /// What it has counted.
    pub fn published(&self) -> Published {
        let camera = self.camera.as_ref();
        let encoders = || camera.into_iter().flat_map(|camera| &camera.encoders);
        let sum = |count: fn(&Outgoing) -> u64| encoders().map(|encoder| count(&encoder.stream)).sum();
        Published {
            keyframes: camera.map_or(0, |camera| camera.keyframes),
            keyframe_requests: camera.map_or(0, |camera| camera.requests_heard),
            resent: sum(|stream| stream.resent),
            nacked_once: sum(|stream| stream.nacked_once),
            nacked_early: sum(|stream| stream.nacked_early),
            numbered: self.egress.numbered,
            ..self.published
        }
    }
}

/// What the m-line of that name carries.
pub(super) fn kind_of(mid: Mid) -> MediaKind {
    if mid.as_str() == CAMERA { MediaKind::Video } else { MediaKind::Audio }
}

/// The name of the m-line that carries it.
pub(super) const fn mid_of(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => MICROPHONE,
        MediaKind::Video => CAMERA,
    }
}

/// All streams, sound first.
fn streams<'p>(
    camera: &'p mut Option<Camera>,
    microphone: &'p mut Option<Microphone>,
) -> impl Iterator<Item = &'p mut Outgoing> {
    let encoders = camera.iter_mut().flat_map(|camera| &mut camera.encoders);
    microphone.iter_mut().map(|m| &mut m.stream).chain(encoders.map(|encoder| &mut encoder.stream))
}

fn mid(name: &str) -> Mid {
    Mid::parse(name.as_bytes()).expect("the names are ours")
}
