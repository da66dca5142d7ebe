//! A subscriber: counts what arrives, and says what a browser would say about it.

mod stream;

use std::time::{Duration, Instant};

use switchyard_congestion::twcc::arrivals::Arrivals;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::negotiated::ExtensionMap;
use switchyard_vocab::rtp::Ssrc;
use switchyard_wire::rtcp::twcc::FeedbackHead;
use switchyard_wire::rtcp::{self, MAX_COUNT, Pli, RtcpPacket, Writer};
use switchyard_wire::rtp::extension::KnownExtensions;
use switchyard_wire::rtp::{RtpPacket, rtx};

use crate::client::Exit;
use crate::ledger::Account;
use crate::publisher::CNAME;
use crate::stamp::{Source, Stamp};
use stream::Stream;

/// Time between receiver reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// How long a picture may be missing before a keyframe is asked for, and then asked for again.
const KEYFRAME_PATIENCE: Duration = Duration::from_millis(500);

/// Most streams one subscriber counts. Whatever a server announces beyond that counts as stray.
const MAX_STREAMS: usize = 512;

/// Room for one datagram of RTCP.
const RTCP_ROOM: usize = 1_200;

/// A stream that the server announced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    /// Its SSRC.
    pub(crate) ssrc: Ssrc,
    /// The SSRC of its retransmissions.
    pub(crate) rtx: Option<Ssrc>,
    /// Sound or picture.
    pub(crate) kind: MediaKind,
    /// Header extensions of the bundle.
    pub(crate) extensions: ExtensionMap,
}

/// One subscribing client.
#[derive(Debug)]
pub(crate) struct Subscriber {
    own: Ssrc,
    epoch: Instant,
    streams: Vec<Stream>,
    extensions: ExtensionMap,
    arrivals: Arrivals,
    feedback: u8,
    next_report: Instant,
    strays: u64,
}

/// What one packet was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Arrived {
    /// Media of ours, this long under way.
    Media(MediaKind, Duration),
    /// A retransmission of ours.
    Resent,
    /// Padding, or media without a stamp.
    Unstamped,
    /// A stream that was never announced, or no RTP.
    Stray,
}

/// What became of all packets of one kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Outcome {
    /// Streams announced.
    pub(crate) streams: u64,
    /// … on which nothing came.
    pub(crate) silent: u64,
    /// Packets.
    pub(crate) account: Account,
    /// Packets that carried no media of ours.
    pub(crate) unstamped: u64,
    /// Retransmissions.
    pub(crate) resent: u64,
}

impl Subscriber {
    /// Begins to listen. `epoch` is the beginning of the run, from which stamps count.
    pub(crate) fn new(now: Instant, epoch: Instant, own: Ssrc, heard: &[Heard]) -> Self {
        let mut subscriber = Self {
            own,
            epoch,
            streams: Vec::new(),
            extensions: ExtensionMap::default(),
            arrivals: Arrivals::default(),
            feedback: 0,
            next_report: now + REPORT_INTERVAL,
            strays: 0,
        };
        subscriber.hear(now, heard);
        subscriber
    }

    /// Another offer of the server: what is new is listened to as well.
    pub(crate) fn hear(&mut self, now: Instant, heard: &[Heard]) {
        for new in heard {
            self.extensions = new.extensions;
            let is_known = self.streams.iter().any(|stream| stream.ssrc() == new.ssrc);
            if !is_known && self.streams.len() < MAX_STREAMS {
                self.streams.push(Stream::new(*new, now + KEYFRAME_PATIENCE));
            }
        }
    }

    /// Counts one decrypted packet.
    pub(crate) fn handle_rtp(&mut self, now: Instant, bytes: &[u8]) -> Arrived {
        let Ok(packet) = RtpPacket::parse(bytes) else {
            self.strays += 1;
            return Arrived::Stray;
        };
        let known = KnownExtensions::read(&packet, &self.extensions);
        if let Some(seq) = known.transport_seq {
            self.arrivals.on_packet(now, seq, bytes.len());
        }
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc() == packet.ssrc()) {
            let stamp = Stamp::read(packet.payload());
            stream.enter(now, &packet, stamp.as_ref());
            let epoch = self.epoch;
            return stamp.map_or(Arrived::Unstamped, |stamp| {
                Arrived::Media(stream.kind(), now.saturating_duration_since(epoch).saturating_sub(stamp.sent))
            });
        }
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.rtx() == Some(packet.ssrc())) {
            let original = rtx::split(packet.payload()).and_then(|(_, original)| Stamp::read(original));
            stream.enter_resent(original.as_ref());
            return original.map_or(Arrived::Unstamped, |_| Arrived::Resent);
        }
        self.strays += 1;
        Arrived::Stray
    }

    /// Heeds what the server says.
    pub(crate) fn handle_rtcp(&mut self, now: Instant, compound: &[u8]) {
        for packet in rtcp::packets(compound).flatten() {
            if let RtcpPacket::SenderReport(report) = packet
                && let Some(stream) = self.streams.iter_mut().find(|s| s.ssrc() == report.info.ssrc)
            {
                stream.on_sender_report(now, report.info.ntp);
            }
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let keyframes = self.streams.iter().filter_map(Stream::keyframe_due);
        keyframes.chain(self.arrivals.poll_timeout()).chain([self.next_report]).min()
    }

    /// Says whatever is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant, exit: &mut impl Exit) {
        self.report_arrivals(now, exit);
        self.ask_for_keyframes(now, exit);
        if now >= self.next_report {
            self.next_report = now + REPORT_INTERVAL;
            self.report_reception(now, exit);
        }
    }

    /// What became of the packets of one kind. `sent` tells how many a source has sent.
    pub(crate) fn outcome(&self, kind: MediaKind, sent: impl Fn(Source) -> Option<u64>) -> Outcome {
        let mut outcome = Outcome::default();
        for stream in self.streams.iter().filter(|stream| stream.kind() == kind) {
            outcome.streams += 1;
            outcome.silent += u64::from(!stream.ledger().has_media());
            outcome.account.add(&stream.ledger().account(&sent));
            outcome.unstamped += stream.unstamped();
            outcome.resent += stream.resent();
        }
        outcome
    }

    /// Packets of streams that were never announced.
    pub(crate) const fn strays(&self) -> u64 {
        self.strays
    }

    fn report_arrivals(&mut self, now: Instant, exit: &mut impl Exit) {
        let media = self.streams.first().map_or(Ssrc(0), Stream::ssrc);
        while let Some(report) = self.arrivals.report(now) {
            let head = FeedbackHead { sender: self.own, media, base: report.base, feedback: self.feedback };
            let mut buffer = [0; RTCP_ROOM];
            let mut writer = Writer::new(&mut buffer);
            let told = match writer.transport_feedback(&head, self.epoch, report.arrivals) {
                Ok(told) if told > 0 => told,
                _ => report.arrivals.len(),
            };
            let len = writer.len();
            if len > 0 {
                exit.rtcp(&buffer[..len]);
                self.feedback = self.feedback.wrapping_add(1);
            }
            self.arrivals.reported(now, told);
        }
    }

    fn ask_for_keyframes(&mut self, now: Instant, exit: &mut impl Exit) {
        for stream in &mut self.streams {
            if stream.keyframe_due().is_none_or(|due| now < due) {
                continue;
            }
            stream.postpone_keyframe(now + KEYFRAME_PATIENCE);
            let mut buffer = [0; 16];
            let mut writer = Writer::new(&mut buffer);
            if writer.pli(Pli { sender: self.own, media: stream.ssrc() }).is_ok() {
                let len = writer.len();
                exit.rtcp(&buffer[..len]);
            }
        }
    }

    fn report_reception(&mut self, now: Instant, exit: &mut impl Exit) {
        let blocks: Vec<_> = self.streams.iter_mut().filter_map(|stream| stream.report(now)).collect();
        let some = |blocks: &[_]| {
            let mut buffer = [0; RTCP_ROOM];
            let mut writer = Writer::new(&mut buffer);
            if writer.receiver_report(self.own, blocks).and_then(|()| writer.cname(self.own, CNAME)).is_ok() {
                let len = writer.len();
                exit.rtcp(&buffer[..len]);
            }
        };
        blocks.chunks(MAX_COUNT).for_each(some);
    }
}

#[cfg(test)]
mod tests;
