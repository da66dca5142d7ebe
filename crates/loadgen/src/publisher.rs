//! A publisher: pictures and sound on time, with what a browser would say and heed besides.

mod encoding;
mod plan;
mod track;

use std::time::{Duration, Instant};

use switchyard_congestion::twcc::numbering::Numbering;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::rtp::Ssrc;
use switchyard_vocab::wall_clock::WallClock;
use switchyard_wire::rtcp::{self, RtcpPacket, Writer};

use crate::client::Exit;
use crate::stamp::Source;
use encoding::Encoding;
pub(crate) use plan::{EncodingPlan, TrackPlan, tracks};
use track::Track;

/// Time between sender reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Most retransmissions answered per packet of requests; the server asks for fewer.
const MAX_RESENDS: usize = 256;

/// The CNAME of every client; what matters is that the tracks of one share it.
pub(crate) const CNAME: &str = "load";

/// One publishing client.
#[derive(Debug)]
pub(crate) struct Publisher {
    tracks: Vec<Track>,
    clock: Clock,
    number: u32,
    numbering: Numbering,
    next_report: Instant,
    is_sending: bool,
    heard: Feedback,
}

/// What times are measured against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// The beginning of the run: stamps count from here.
    pub(crate) epoch: Instant,
    /// For sender reports.
    pub(crate) wall: WallClock,
}

/// What a publisher has sent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sent {
    /// Packets of media.
    pub(crate) packets: u64,
    /// Bytes of payload in them.
    pub(crate) bytes: u64,
    /// Packets that were asked for again and sent.
    pub(crate) resent: u64,
    /// Keyframes.
    pub(crate) keyframes: u64,
}

/// What a publisher was told.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Feedback {
    /// Keyframes asked for.
    pub(crate) keyframe_requests: u64,
    /// Packets asked for again.
    pub(crate) nacks: u64,
    /// Transport-wide feedback packets.
    pub(crate) transport_feedback: u64,
    /// Packets that they said had arrived.
    pub(crate) reported: u64,
}

/// How punctual a publisher was. It measures the generator, not the server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Punctuality {
    /// Frames and sound packets in all.
    pub(crate) due: u64,
    /// … sent so late that it would be seen in the delays.
    pub(crate) late: u64,
    /// … not sent at all because they were much too late.
    pub(crate) skipped: u64,
    /// The latest of all.
    pub(crate) latest: Duration,
}

impl Publisher {
    /// Begins to send at once. `number` tells it apart in stamps; `phase` spreads many publishers
    /// over the time between two frames.
    pub(crate) fn new(
        now: Instant,
        number: u32,
        clock: Clock,
        plans: Vec<TrackPlan>,
        phase: Duration,
    ) -> Self {
        let tracks = plans.into_iter().map(|plan| Track::new(plan, now + phase)).collect();
        let heard = Feedback::default();
        let numbering = Numbering::default();
        Self { tracks, clock, number, numbering, next_report: now + phase, is_sending: true, heard }
    }

    /// Sends nothing new from now on. Retransmissions are still answered.
    pub(crate) fn stop(&mut self) {
        self.is_sending = false;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let frames = self.tracks.iter().map(Track::due);
        frames.chain([self.next_report]).min().filter(|_| self.is_sending)
    }

    /// Sends whatever is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant, exit: &mut impl Exit) {
        if !self.is_sending {
            return;
        }
        let (number, clock) = (self.number, self.clock);
        for track in &mut self.tracks {
            track.send_due(now, number, clock.epoch, &mut self.numbering, exit);
        }
        if now >= self.next_report {
            self.next_report = now + REPORT_INTERVAL;
            self.report(now, exit);
        }
    }

    /// Heeds what the server says.
    pub(crate) fn handle_rtcp(&mut self, compound: &[u8], exit: &mut impl Exit) {
        for packet in rtcp::packets(compound).flatten() {
            match packet {
                RtcpPacket::Pli(pli) => self.want_keyframe(pli.media, None),
                RtcpPacket::Fir(fir) => {
                    fir.entries().for_each(|entry| self.want_keyframe(entry.ssrc, Some(entry.request)));
                }
                RtcpPacket::Nack(nack) => self.resend(&nack, exit),
                RtcpPacket::TransportFeedback(feedback) => {
                    self.heard.transport_feedback += 1;
                    self.heard.reported += feedback.received().count() as u64;
                }
                _ => {}
            }
        }
    }

    /// What was sent of one kind.
    pub(crate) fn sent(&self, kind: MediaKind) -> Sent {
        let of_kind = self.tracks.iter().filter(|track| track.kind() == kind);
        of_kind.flat_map(Track::encodings).fold(Sent::default(), |mut all, encoding| {
            let sent = encoding.sent();
            all.packets += sent.packets;
            all.bytes += sent.bytes;
            all.resent += sent.resent;
            all.keyframes += sent.keyframes;
            all
        })
    }

    /// How many packets a source has sent, when it is one of ours.
    pub(crate) fn sent_by(&self, source: Source) -> Option<u64> {
        let track = self.tracks.iter().find(|track| track.kind() == source.kind)?;
        let encoding = track.encodings().nth(usize::from(source.encoding))?;
        (source.publisher == self.number).then(|| encoding.sent().packets)
    }

    /// What it was told.
    pub(crate) const fn heard(&self) -> Feedback {
        self.heard
    }

    /// How punctual it was.
    pub(crate) fn punctuality(&self) -> Punctuality {
        self.tracks.iter().map(Track::punctuality).fold(Punctuality::default(), |all, track| Punctuality {
            due: all.due + track.due,
            late: all.late + track.late,
            skipped: all.skipped + track.skipped,
            latest: all.latest.max(track.latest),
        })
    }

    fn want_keyframe(&mut self, ssrc: Ssrc, request: Option<u8>) {
        self.heard.keyframe_requests += 1;
        if let Some(encoding) = self.encoding_mut(ssrc) {
            encoding.want_keyframe(request);
        }
    }

    fn resend(&mut self, nack: &rtcp::Nack<'_>, exit: &mut impl Exit) {
        for lost in nack.lost().take(MAX_RESENDS) {
            self.heard.nacks += 1;
            let track = self.tracks.iter_mut().find(|track| track.has(nack.media));
            if let Some(track) = track {
                track.resend(nack.media, lost, &mut self.numbering, exit);
            }
        }
    }

    fn encoding_mut(&mut self, ssrc: Ssrc) -> Option<&mut Encoding> {
        self.tracks.iter_mut().find_map(|track| track.encoding_mut(ssrc))
    }

    fn report(&self, now: Instant, exit: &mut impl Exit) {
        let ntp = self.clock.wall.ntp(now);
        for track in &self.tracks {
            for encoding in track.encodings().filter(|encoding| encoding.sent().packets > 0) {
                let mut buffer = [0; 256];
                let mut writer = Writer::new(&mut buffer);
                let info = encoding.info(ntp, track.timestamp(now));
                if writer.sender_report(&info, &[]).and_then(|()| writer.cname(info.ssrc, CNAME)).is_ok() {
                    let len = writer.len();
                    exit.rtcp(&buffer[..len]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
