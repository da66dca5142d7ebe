//! One subscribed picture: packets in, frames shown, and what its user saw of it.

use std::time::{Duration, Instant};

use switchyard_vocab::codec::Codec;
use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, RtpTimestamp, SeqNo};
use switchyard_vocab::wall_clock::WallClock;

use super::delays::Delays;
use super::faults::Faults;
use super::keyframe::KeyframeWatch;
use super::nack::NackList;
use super::reception::{Reception, nanos};
use crate::client::oracle::{Assembly, Continuity, Frame, FreezeMeter, Part, References};

/// Time a frame waits at least behind the fastest one, so that late ones are shown in time. Chrome
/// adapts this; one retransmission fits in here.
const PLAYOUT_DELAY: Duration = Duration::from_millis(100);

/// What a user saw of one publication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Packets received, retransmissions left out.
    pub packets: u64,
    /// Packets that came by retransmission alone.
    pub recovered: u64,
    /// Retransmissions of what was there already.
    pub repeated: u64,
    /// Requests for a packet, repetitions included.
    pub nacked: u64,
    /// Packets that are missing for good, or still.
    pub missing: u64,
    /// Keyframes asked for.
    pub keyframe_requests: u64,
    /// Frames decoded.
    pub decoded: u64,
    /// Captures left out between frames decoded: never sent, lost, or overtaken.
    pub left_out: u64,
    /// Keyframes decoded.
    pub keyframes: u64,
    /// Changes of encoding.
    pub switches: u64,
    /// Freezes, as Chrome counts them.
    pub freezes: u32,
    /// The longest time between two frames shown.
    pub longest_gap: Duration,
    /// The longest that a frame took from the camera to the decoder.
    pub longest_delay: Duration,
    /// How long each frame took from the camera to the decoder, for a percentile to be taken of it.
    pub delays: Delays,
    /// The same of those that a retransmission made whole.
    pub repairs: Delays,
    /// The encoding decoded last, as the position of its rid.
    pub encoding: Option<u8>,
    /// When the first frame was decoded.
    pub first_decoded: Option<Duration>,
    /// When the latest one was.
    pub last_decoded: Option<Duration>,
    /// By how much the sender reports misplaced a frame in time, at worst.
    pub worst_sync: Duration,
    /// The same, for the latest frame.
    pub last_sync: Duration,
    /// What the server did wrong.
    pub faults: Faults,
}

impl Seen {
    /// Share of captures that were decoded, between the first and the last: 0 to 1.
    pub fn decodable(&self) -> f64 {
        let captures = self.decoded + self.left_out;
        if captures == 0 { 0.0 } else { self.decoded as f64 / captures as f64 }
    }
}

/// One subscribed picture.
pub(super) struct Video {
    codec: Codec,
    pub(super) reception: Reception,
    assembly: Assembly,
    continuity: Continuity,
    references: References,
    pub(super) nacks: NackList,
    pub(super) keyframes: KeyframeWatch,
    freezes: FreezeMeter,
    /// The least time from capture to decoder: what is later than that is delay.
    fastest: Option<Duration>,
    last: Option<Frame>,
    resuming: bool,
    seen: Seen,
}

impl Video {
    pub(super) fn new(codec: Codec) -> Self {
        Self {
            codec,
            reception: Reception::new(ClockRate::VIDEO),
            assembly: Assembly::default(),
            continuity: Continuity::default(),
            references: References::default(),
            nacks: NackList::default(),
            keyframes: KeyframeWatch::default(),
            freezes: FreezeMeter::default(),
            fastest: None,
            last: None,
            resuming: true,
            seen: Seen::default(),
        }
    }

    /// A packet of the stream itself.
    pub(super) fn handle_packet(&mut self, now: Instant, packet: Packet<'_>, wall: &WallClock) {
        let seq = self.reception.on_packet(now, packet.seq, packet.timestamp);
        self.seen.packets += 1;
        self.insert(now, seq, (packet, false), wall);
    }

    /// A packet that was sent again, as it was.
    pub(super) fn handle_repaired(&mut self, now: Instant, packet: Packet<'_>, wall: &WallClock) {
        let seq = self.reception.extend(packet.seq);
        if self.insert(now, seq, (packet, true), wall) {
            self.seen.recovered += 1;
        } else {
            self.seen.repeated += 1;
        }
    }

    /// Nothing was expected for a while.
    pub(super) const fn on_pause(&mut self) {
        self.resuming = true;
    }

    /// Gives back whether the packet was new.
    fn insert(
        &mut self,
        now: Instant,
        seq: ExtSeqNo,
        (packet, is_repair): (Packet<'_>, bool),
        wall: &WallClock,
    ) -> bool {
        let known = self.assembly.contains(seq);
        if !self.nacks.on_packet(seq) {
            self.keyframes.on_hopeless();
        }
        self.keyframes.on_packet(now);
        if known || packet.payload.is_empty() {
            return !known;
        }
        let head = (seq, packet.timestamp, packet.marker);
        let part = Part::read(self.codec, head, packet.payload, packet.descriptor);
        match part.and_then(|part| self.assembly.insert(part)) {
            Ok(Some(frame)) => {
                if is_repair {
                    self.seen.repairs.note(now.saturating_duration_since(wall.anchor + frame.stamp.captured));
                }
                self.on_whole_frame(now, frame, wall);
            }
            Ok(None) => {}
            Err(fault) => self.seen.faults.note(fault),
        }
        true
    }

    fn on_whole_frame(&mut self, now: Instant, frame: Frame, wall: &WallClock) {
        self.continuity.insert(&frame).for_each(|fault| self.seen.faults.note(fault));
        let decoding = self.references.insert(frame);
        decoding.faults.into_iter().for_each(|fault| self.seen.faults.note(fault));
        decoding.decoded.iter().for_each(|frame| self.on_decoded(now, frame, wall));
    }

    fn on_decoded(&mut self, now: Instant, frame: &Frame, wall: &WallClock) {
        self.nacks.forget_before(frame.first);
        self.keyframes.on_decoded(now);
        self.count(now, frame, wall);
        self.check_sync(frame, wall);
        self.show(now, frame, wall);
        self.last = Some(*frame);
        self.resuming = false;
    }

    fn count(&mut self, now: Instant, frame: &Frame, wall: &WallClock) {
        let seen = &mut self.seen;
        let at = now.saturating_duration_since(wall.anchor);
        seen.decoded += 1;
        seen.first_decoded.get_or_insert(at);
        seen.last_decoded = Some(at);
        seen.keyframes += u64::from(frame.claim.is_key());
        seen.switches += u64::from(seen.encoding.is_some_and(|encoding| encoding != frame.stamp.encoding));
        seen.encoding = Some(frame.stamp.encoding);
        if let Some(last) = self.last.filter(|_| !self.resuming) {
            seen.left_out += u64::from(frame.stamp.frame.saturating_sub(last.stamp.frame + 1));
        }
    }

    /// Compares the time that sender reports give to a frame with the time it was captured at.
    fn check_sync(&mut self, frame: &Frame, wall: &WallClock) {
        let Some(told) = self.reception.wall_time(frame.timestamp) else { return };
        let truth = nanos(wall.ntp(wall.anchor + frame.stamp.captured));
        let error = Duration::from_nanos(told.abs_diff(truth));
        self.seen.worst_sync = self.seen.worst_sync.max(error);
        self.seen.last_sync = error;
    }

    fn show(&mut self, now: Instant, frame: &Frame, wall: &WallClock) {
        let captured = wall.anchor + frame.stamp.captured;
        let delay = now.saturating_duration_since(captured);
        self.seen.longest_delay = self.seen.longest_delay.max(delay);
        self.seen.delays.note(delay);
        let fastest = self.fastest.map_or(delay, |fastest| fastest.min(delay));
        self.fastest = Some(fastest);
        if self.resuming {
            self.freezes.on_pause();
        }
        self.freezes.on_shown(now.max(captured + fastest + PLAYOUT_DELAY));
    }

    pub(super) const fn count_nacked(&mut self, requests: u64) {
        self.seen.nacked += requests;
    }

    pub(super) fn note(&mut self, fault: crate::client::oracle::Fault) {
        self.seen.faults.note(fault);
    }

    /// Of what its user saw so far nothing counts any more, but for faults.
    pub(super) fn forget_seen(&mut self) {
        let Seen { encoding, .. } = self.seen;
        self.seen = Seen { encoding, faults: std::mem::take(&mut self.seen.faults), ..Seen::default() };
        self.keyframes.forget_asked();
        self.freezes.forget_counts();
    }

    /// What its user saw so far.
    pub(super) fn seen(&self) -> Seen {
        Seen {
            missing: self.nacks.len() as u64 + self.nacks.given_up(),
            keyframe_requests: self.keyframes.asked(),
            freezes: self.freezes.freezes(),
            longest_gap: self.freezes.longest_gap(),
            ..self.seen.clone()
        }
    }
}

/// What counts of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) seq: SeqNo,
    pub(super) timestamp: RtpTimestamp,
    pub(super) marker: bool,
    pub(super) payload: &'a [u8],
    /// The dependency descriptor.
    pub(super) descriptor: Option<&'a [u8]>,
}
