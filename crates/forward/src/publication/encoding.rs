//! What is received on one encoding: one SSRC, and the SSRC that repairs it.

mod numbering;
mod rate;
mod reception;

use std::time::{Duration, Instant};

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::layer::PictureSize;
use switchyard_vocab::negotiated::CodecMapping;
use switchyard_vocab::observed::ClockPair;
use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, PayloadType, RtpTimestamp, SeqNo, Ssrc};
use switchyard_vocab::units::Bitrate;
use switchyard_wire::rtcp::ReportBlock;

use super::keyframe_request::{Input, KeyframeRequest, Output};
use super::missing::{Gap, Missing};
use super::observe::Memory;

pub use numbering::{Numbered, Numbering, incarnation};
pub use rate::Rate;
pub use reception::Reception;

/// Silence after which a layer counts as paused. Shorter and a slow frame ends it; longer and its
/// subscribers look at a frozen picture.
pub const INACTIVE_AFTER: Duration = Duration::from_millis(1_500);

/// Packets found in later ones whose own coming is still counted: browsers find two of each at most, and what comes
/// later than this is as good as lost.
const RECOVERED: usize = 16;

/// The header of a packet, as far as an encoding counts it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    pub(super) arrival: Instant,
    pub(super) ssrc: Ssrc,
    pub(super) seq: SeqNo,
    pub(super) timestamp: RtpTimestamp,
    /// Length on the wire, for the rate.
    pub(super) len: usize,
    /// It keeps to the limit of its track. What does not is numbered, so that nobody asks for it
    /// again, and goes into no report.
    pub(super) is_admitted: bool,
}

/// The stream that repairs an encoding: counted for its own reports.
#[derive(Debug)]
struct RtxStream {
    ssrc: Ssrc,
    numbering: Numbering,
    reception: Reception,
}

/// One encoding, as it is received.
#[derive(Debug)]
pub(super) struct Encoding {
    codec: CodecMapping,
    ssrc: Option<Ssrc>,
    numbering: Numbering,
    reception: Reception,
    rtx: Option<RtxStream>,
    rate: Rate,
    last_media: Option<Instant>,
    size: Option<PictureSize>,
    /// Where its newest keyframe began.
    keyframe_at: Option<ExtSeqNo>,
    missing: Missing,
    /// What was found in later packets and has not come itself: to its sender it is lost until it does. The newest
    /// takes the place of the oldest.
    recovered: [Option<ExtSeqNo>; RECOVERED],
    next_recovered: usize,
    keyframe: KeyframeRequest,
    /// A request decided upon and not yet handed out.
    ask_keyframe: Option<Instant>,
    firs_sent: u8,
    /// What its packets have to be read with.
    memory: Memory,
    /// Unmuted, and nothing has arrived since.
    resuming: bool,
    /// Unmuted, and no keyframe has been asked for since.
    needs_keyframe: bool,
}

impl Encoding {
    pub(super) fn new(codec: CodecMapping) -> Self {
        Self {
            codec,
            ssrc: None,
            numbering: Numbering::default(),
            reception: Reception::new(codec.codec.clock_rate()),
            rtx: None,
            rate: Rate::default(),
            last_media: None,
            size: None,
            keyframe_at: None,
            missing: Missing::default(),
            recovered: [None; RECOVERED],
            next_recovered: 0,
            keyframe: KeyframeRequest::default(),
            ask_keyframe: None,
            firs_sent: 0,
            memory: Memory::default(),
            resuming: false,
            needs_keyframe: false,
        }
    }

    /// Counts a packet of the media stream.
    pub(super) fn handle_media(
        &mut self,
        packet: Received,
        codec: CodecMapping,
    ) -> Result<Numbered, DropReason> {
        if self.ssrc.is_some_and(|known| known != packet.ssrc) {
            self.numbering.expect_restart();
            self.memory.forget();
            self.resuming = false;
        }
        (self.ssrc, self.codec) = (Some(packet.ssrc), codec);
        if packet.is_admitted {
            self.rate.add(packet.arrival, packet.len);
        }
        let numbered = self.numbering.handle(packet.seq);
        if numbered == Err(DropReason::Duplicate) && packet.is_admitted && self.take_recovered(packet.seq) {
            self.reception.handle_packet(packet.seq, packet.timestamp, packet.arrival);
        }
        let numbered = numbered?;
        if numbered.restarted && !std::mem::take(&mut self.resuming) {
            self.reception = Reception::new(codec.codec.clock_rate());
        }
        if numbered.restarted {
            self.missing.clear();
        }
        self.note_gap(packet.arrival, numbered);
        if !packet.is_admitted {
            return Err(DropReason::IngressLimited);
        }
        self.reception.handle_packet(packet.seq, packet.timestamp, packet.arrival);
        Ok(numbered)
    }

    /// Counts a packet of the stream that repairs; its payload may be mere padding.
    pub(super) fn handle_rtx(&mut self, packet: Received) -> Result<(), DropReason> {
        if !packet.is_admitted {
            return Err(DropReason::IngressLimited);
        }
        self.rate.add(packet.arrival, packet.len);
        let fresh = || RtxStream {
            ssrc: packet.ssrc,
            numbering: Numbering::default(),
            reception: Reception::new(ClockRate::VIDEO),
        };
        let rtx = self.rtx.get_or_insert_with(fresh);
        if rtx.ssrc != packet.ssrc {
            *rtx = fresh();
        }
        rtx.numbering.handle(packet.seq)?;
        rtx.reception.handle_packet(packet.seq, packet.timestamp, packet.arrival);
        Ok(())
    }

    /// Counts the original packet out of a retransmission.
    pub(super) fn handle_repair(&mut self, now: Instant, original: SeqNo) -> Result<Numbered, DropReason> {
        let numbered = self.numbering.handle_repair(original)?;
        self.missing.handle_repair(now, numbered.seq);
        self.note_gap(now, numbered);
        Ok(numbered)
    }

    /// Counts a packet that was found in a later one: nobody has to be asked for it, but it has not come.
    pub(super) fn handle_recovered(&mut self, now: Instant, seq: ExtSeqNo) -> Result<(), DropReason> {
        let numbered = self.handle_repair(now, seq.on_wire())?;
        if numbered.seq != seq {
            return Err(DropReason::TooOld);
        }
        self.recovered[self.next_recovered] = Some(seq);
        self.next_recovered = (self.next_recovered + 1) % RECOVERED;
        Ok(())
    }

    /// Whether a packet was found in a later one and comes itself now, for the first time (RFC 3550 §6.4.1: what is
    /// late is received).
    fn take_recovered(&mut self, seq: SeqNo) -> bool {
        let Some(seq) = self.numbering.highest().map(|highest| highest.extend(seq)) else { return false };
        let place = self.recovered.iter_mut().find(|recovered| **recovered == Some(seq));
        place.is_some_and(|recovered| recovered.take().is_some())
    }

    /// Takes over a packet that another worker counted.
    pub(super) fn handle_mirrored(&mut self, now: Instant, len: usize) {
        self.rate.add(now, len);
    }

    /// The codec of an encoding of which only mirrored packets are known: nothing can be asked of
    /// its publisher from here.
    pub(super) const fn mirrored(codec: Codec) -> CodecMapping {
        CodecMapping::new(codec, PayloadType(0))
    }

    /// A packet with media in it arrived. Whether the encoding was silent before.
    pub(super) fn handle_alive(&mut self, now: Instant) -> bool {
        let was_live = self.is_live(now);
        self.last_media = Some(now);
        !was_live
    }

    /// A keyframe began to arrive; one of any encoding was `asked` for last then. Whether its size is news.
    pub(super) fn handle_keyframe(
        &mut self,
        now: Instant,
        (seq, size): (ExtSeqNo, Option<PictureSize>),
        asked: Option<Instant>,
    ) -> bool {
        let _ = self.keyframe.handle_input(now, Input::Arrived);
        asked.into_iter().for_each(|asked| self.keyframe.handle_companion(asked));
        self.keyframe_at = self.keyframe_at.max(Some(seq));
        let is_news = size.is_some() && size != self.size;
        self.size = size.or(self.size);
        is_news
    }

    pub(super) const fn handle_sender_report(&mut self, pair: ClockPair) {
        self.reception.handle_sender_report(pair);
    }

    pub(super) const fn handle_rtx_sender_report(&mut self, pair: ClockPair) {
        if let Some(rtx) = &mut self.rtx {
            rtx.reception.handle_sender_report(pair);
        }
    }

    /// The publisher said goodbye: silent until it sends again.
    pub(super) fn handle_end(&mut self) {
        self.last_media = None;
        self.missing.clear();
        self.cancel_keyframe();
    }

    /// What was left out while it was muted is no loss: everybody starts anew with the next packet.
    pub(super) const fn handle_unmuted(&mut self) {
        self.numbering.expect_restart();
        self.resuming = true;
        self.needs_keyframe = true;
    }

    pub(super) fn want_keyframe(&mut self, now: Instant) {
        self.on_keyframe_input(now, Input::Needed);
    }

    /// Whether it is being sent, and no keyframe has told how large it is.
    pub(super) fn is_unknown(&self, now: Instant) -> bool {
        self.keyframe_at.is_none() && self.is_live(now)
    }

    pub(super) const fn set_smallest(&mut self, is_smallest: bool) {
        self.keyframe.set_smallest(is_smallest);
    }

    pub(super) fn cancel_keyframe(&mut self) {
        self.keyframe.cancel();
        self.ask_keyframe = None;
        self.needs_keyframe = false;
    }

    /// Whether a request should leave now.
    pub(super) fn poll_keyframe(&mut self, now: Instant) -> bool {
        if std::mem::take(&mut self.needs_keyframe) && self.codec.codec.kind() == MediaKind::Video {
            self.on_keyframe_input(now, Input::Needed);
        }
        if self.keyframe.poll_timeout().is_some_and(|due| due <= now) {
            self.on_keyframe_input(now, Input::Tick);
        }
        self.ask_keyframe.take().is_some()
    }

    /// Numbers that are due to be asked for; everything is forgotten when nobody wants them. What is given up holds
    /// up all that comes behind it, and a keyframe is asked for, unless one has come meanwhile.
    pub(super) fn poll_missing(&mut self, now: Instant, rtt: Duration, wanted: bool, ask: impl FnMut(SeqNo)) {
        if !wanted || !self.codec.nack {
            self.missing.clear();
            return;
        }
        let given_up = self.missing.poll(now, rtt, ask);
        if given_up.is_some() && given_up > self.keyframe_at && self.codec.codec.kind() == MediaKind::Video {
            self.want_keyframe(now);
        }
    }

    /// Blocks for the next receiver report: media, then repair.
    pub(super) fn take_blocks(&mut self, now: Instant, mut give: impl FnMut(ReportBlock)) {
        let media = self.ssrc.and_then(|ssrc| self.reception.take_block(now, ssrc));
        let repair = self.rtx.as_mut().and_then(|rtx| rtx.reception.take_block(now, rtx.ssrc));
        [media, repair].into_iter().flatten().for_each(&mut give);
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        // Its last packet lies in the past: at once.
        let unmuted = self.last_media.filter(|_| self.needs_keyframe);
        [unmuted, self.ask_keyframe, self.keyframe.poll_timeout(), self.missing.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// How the next request has to look like: the count of FIRs, when only FIR is understood.
    pub(super) const fn next_fir(&mut self) -> u8 {
        self.firs_sent = self.firs_sent.wrapping_add(1);
        self.firs_sent
    }

    pub(super) const fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }

    pub(super) const fn codec(&self) -> CodecMapping {
        self.codec
    }

    pub(super) const fn ssrc(&self) -> Option<Ssrc> {
        self.ssrc
    }

    pub(super) const fn size(&self) -> Option<PictureSize> {
        self.size
    }

    pub(super) const fn is_seen(&self) -> bool {
        self.last_media.is_some() || self.size.is_some()
    }

    pub(super) fn is_live(&self, now: Instant) -> bool {
        self.last_media.is_some_and(|last| now.saturating_duration_since(last) < INACTIVE_AFTER)
    }

    pub(super) const fn has_sent_media(&self) -> bool {
        self.last_media.is_some()
    }

    pub(super) fn bitrate(&mut self, now: Instant) -> Bitrate {
        self.rate.bitrate(now)
    }

    /// The life of its source that a sender report speaks of now.
    pub(super) fn incarnation(&self) -> u64 {
        self.numbering.incarnation()
    }

    fn note_gap(&mut self, now: Instant, numbered: Numbered) {
        if !numbered.newest {
            self.missing.handle_arrival(numbered.seq);
        } else if numbered.skipped > 0 {
            let gap = self.missing.handle_gap(now, numbered.seq, numbered.skipped);
            if gap == Gap::TooLarge && self.codec.codec.kind() == MediaKind::Video {
                self.want_keyframe(now);
            }
        }
    }

    fn on_keyframe_input(&mut self, now: Instant, input: Input) {
        match self.keyframe.handle_input(now, input) {
            Some(Output::Ask) => self.ask_keyframe = Some(now),
            Some(Output::GiveUp) | None => {}
        }
    }
}
