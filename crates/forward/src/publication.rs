//! One published track on one worker: what arrives of it, and what its publisher must hear.
//!
//! On the publisher's own worker it is fed with packets. On another worker it is a *mirror*, fed
//! with packets that were observed already; it keeps the same cache and answers the same questions.

pub mod attached;
pub mod binding;
pub mod cache;
pub mod clocks;
pub mod demand;
pub mod encoding;
mod excess;
mod feedback;
mod ingress;
pub mod keyframe_request;
pub mod layers;
pub mod missing;
mod observe;
pub mod recovery;
pub mod sent_format;

use std::time::{Duration, Instant};

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS, SpatialLayer};
use switchyard_vocab::negotiated::CodecMapping;
use switchyard_vocab::observed::{Attached, ClockPair, Observed};
use switchyard_vocab::profile::Format;
use switchyard_vocab::rtp::{SeqNo, Ssrc};
use switchyard_vocab::units::Bitrate;
use switchyard_wire::rtcp::ReportBlock;
use switchyard_wire::rtp::extension::KnownExtensions;
use switchyard_wire::rtp::{RtpPacket, rtx};

use attached::Front;
use binding::{Bound, Stream};
use cache::{Cache, CacheRef};
use clocks::Clocks;
use encoding::{Encoding, Numbered, Received};
use excess::Excess;
use ingress::Ingress;
use layers::{Candidate, Layers, Pace};
use observe::{PayloadFacts, observe};
use recovery::Recovered;
use sent_format::{Sent, SentFormat};

pub use feedback::Feedback;

/// How often rates are measured, and silence is looked for while there is more than one encoding.
const LAYER_CHECK: Duration = Duration::from_millis(250);

/// What became of a packet that was not refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Accepted {
    /// It is in the cache and may be forwarded.
    Packet {
        /// Where it is.
        packet: CacheRef,
        /// What it said.
        observed: Observed,
    },
    /// A retransmission stream that only pads or probes: counted, and done with.
    Padding,
}

/// One published track.
#[derive(Debug)]
pub struct Publication {
    kind: MediaKind,
    format: SentFormat,
    ingress: Ingress,
    encodings: [Option<Box<Encoding>>; MAX_ENCODINGS],
    cache: Cache,
    clocks: Clocks,
    clocks_changed: bool,
    layers: Layers,
    layers_changed: bool,
    /// Their rates as they were when those were news last.
    told_rates: Layers,
    rates_changed: bool,
    layers_pace: Pace,
    /// Layers as another worker sees them; a mirror does not see those that nobody here wants.
    told_layers: bool,
    next_layer_check: Option<Instant>,
    excess: Excess,
    muted: bool,
    recovered: Recovered,
    /// When a keyframe of any encoding was asked for last.
    keyframe_asked: Option<Instant>,
    /// Scratch for the numbers of one NACK.
    lost: Vec<SeqNo>,
}

impl Publication {
    /// A track of which nothing has arrived yet.
    pub fn new(kind: MediaKind) -> Self {
        Self {
            kind,
            format: SentFormat::default(),
            ingress: Ingress::new(kind),
            encodings: [const { None }; MAX_ENCODINGS],
            cache: Cache::new(kind),
            clocks: Clocks::default(),
            clocks_changed: false,
            layers: Layers::default(),
            layers_changed: false,
            told_rates: Layers::default(),
            rates_changed: false,
            layers_pace: Pace::default(),
            told_layers: false,
            next_layer_check: None,
            excess: Excess::default(),
            muted: false,
            keyframe_asked: None,
            recovered: Recovered::default(),
            lost: Vec::with_capacity(missing::MAX_ASKED),
        }
    }

    /// Takes a packet from the publisher: counts it, reads it, keeps it.
    ///
    /// # Errors
    /// Why it goes no further. It was counted for reports all the same, except for
    /// [`DropReason::IngressLimited`]: what is more than may come is not asked for again, and all
    /// reports treat it as lost on the way, so that a publisher that heeds them slows down.
    pub fn handle_rtp(
        &mut self,
        now: Instant,
        packet: &RtpPacket<'_>,
        known: &KnownExtensions,
        bound: &Bound,
    ) -> Result<Accepted, DropReason> {
        let len = packet.header_len() + packet.payload().len() + packet.padding_len();
        let (ssrc, seq, timestamp) = (packet.ssrc(), packet.seq(), packet.timestamp());
        let is_admitted = self.ingress.admits(now, len);
        let received = Received { arrival: now, ssrc, seq, timestamp, len, is_admitted };
        let encoding = self.encoding_mut(bound.encoding, bound.codec).ok_or(DropReason::UnknownSsrc)?;
        let (numbered, payload) = match bound.stream {
            Stream::Media => (encoding.handle_media(received, bound.codec)?, packet.payload()),
            Stream::Rtx => {
                encoding.handle_rtx(received)?;
                let Some((original, payload)) = rtx::split(packet.payload()) else {
                    return Ok(Accepted::Padding);
                };
                (encoding.handle_repair(now, original)?, payload)
            }
        };
        if self.muted {
            return Err(DropReason::Muted);
        }
        if !payload.is_empty() {
            self.handle_format(now, bound.codec.format())?;
            self.excess.note(now, bound.encoding, len);
        }
        if self.excess.withholds(bound.encoding) {
            return Err(DropReason::OverCap);
        }
        let encoding = self.encoding_mut(bound.encoding, bound.codec).ok_or(DropReason::UnknownSsrc)?;
        let memory = encoding.memory();
        let facts = observe(memory, (numbered.seq, packet.timestamp()), known, bound, payload)?;
        let mut front = Front::of(bound.codec.codec, known);
        if facts.lacks_sets {
            front.add_parameter_sets(|out| memory.write_sets(bound.codec.profile, out));
        }
        let observed = observed(now, packet, known, bound, (numbered, facts, front.attached()));
        if bound.red {
            self.recover(now, &observed, payload);
        }
        let kept = self.keep(now, &observed, (front.bytes(), payload));
        kept.map(|packet| Accepted::Packet { packet, observed })
    }

    /// Follows a sender that turns to another format; what comes in another one than the publication's goes no
    /// further.
    fn handle_format(&mut self, now: Instant, format: Format) -> Result<(), DropReason> {
        match self.format.handle(now, format) {
            Sent::AsBefore => Ok(()),
            Sent::Stray => Err(DropReason::OtherCodec),
            Sent::Turned => {
                self.encodings.iter_mut().flatten().for_each(|encoding| encoding.memory().forget());
                self.layers_changed = true;
                Ok(())
            }
        }
    }

    /// Takes a packet that another worker observed; `payload` with all that lay in front of it in that
    /// worker's cache.
    ///
    /// # Errors
    /// [`DropReason::Muted`], or [`DropReason::TooOld`] when the cache has gone past it.
    pub fn insert_mirrored(
        &mut self,
        now: Instant,
        observed: &Observed,
        payload: &[u8],
    ) -> Result<CacheRef, DropReason> {
        if self.muted {
            return Err(DropReason::Muted);
        }
        let codec = Encoding::mirrored(observed.codec);
        let encoding = self.encoding_mut(observed.encoding, codec).ok_or(DropReason::StaleMedia)?;
        encoding.handle_mirrored(now, payload.len());
        self.keep(now, observed, (&[], payload))
    }

    /// Takes the clocks of a sender report of one of the publisher's streams. Those of a stream that
    /// was replaced mean nothing any more.
    pub fn handle_sender_report(
        &mut self,
        ssrc: Ssrc,
        encoding: EncodingIndex,
        stream: Stream,
        pair: ClockPair,
    ) {
        let Some(Some(known)) = self.encodings.get_mut(encoding.index()) else { return };
        match stream {
            Stream::Rtx => known.handle_rtx_sender_report(pair),
            Stream::Media if known.ssrc() != Some(ssrc) => {}
            Stream::Media => {
                known.handle_sender_report(pair);
                self.clocks.set(encoding, known.incarnation(), pair);
                self.clocks_changed = true;
            }
        }
    }

    /// Takes the clocks of one life of an encoding's source from another worker.
    pub fn insert_mirrored_clock(&mut self, (encoding, incarnation): (EncodingIndex, u64), pair: ClockPair) {
        self.clocks.set(encoding, incarnation, pair);
    }

    /// The publisher said goodbye to an encoding (RTCP BYE).
    pub fn handle_end(&mut self, now: Instant, encoding: EncodingIndex) {
        if let Some(Some(known)) = self.encodings.get_mut(encoding.index()) {
            known.handle_end();
            self.refresh_layers(now);
        }
    }

    /// While muted, nothing is forwarded and no keyframe is asked for. Afterwards everybody starts
    /// anew: sound at once, a picture with a keyframe, which is asked for.
    pub fn set_muted(&mut self, muted: bool) {
        let was_muted = std::mem::replace(&mut self.muted, muted);
        for known in self.encodings.iter_mut().flatten().filter(|_| muted) {
            known.cancel_keyframe();
        }
        if was_muted && !muted {
            (0..MAX_ENCODINGS as u8).map(EncodingIndex).for_each(|encoding| self.start_anew(encoding));
        }
    }

    /// After a time in which nothing of an encoding went further: its subscribers begin with the next packet of
    /// sound, or with a keyframe, which is asked for.
    fn start_anew(&mut self, encoding: EncodingIndex) {
        let Some(Some(known)) = self.encodings.get_mut(encoding.index()) else { return };
        // The media clock has gone on meanwhile: what was reported of it still holds.
        let pair = self.clocks.get(encoding, known.incarnation());
        known.handle_unmuted();
        if let Some(pair) = pair {
            self.clocks.set(encoding, known.incarnation(), pair);
            self.clocks_changed = true;
        }
    }

    /// Changes the rate at which it is forwarded at most, all encodings together. What its publisher sends
    /// beyond goes as whole layers, the largest first, and the track as a whole when its smallest layer is too
    /// much: those are [withheld](DropReason::OverCap) until there has been room for them for some seconds.
    pub fn set_max_bitrate(&mut self, now: Instant, limit: Option<Bitrate>) {
        self.excess.set_limit(limit);
        if self.excess.is_active() {
            self.next_layer_check.get_or_insert(now + LAYER_CHECK);
        }
    }

    /// A subscriber can't go on without a keyframe of this encoding.
    pub fn want_keyframe(&mut self, now: Instant, encoding: EncodingIndex) {
        if self.muted || self.kind == MediaKind::Audio || self.excess.withholds(encoding) {
            return;
        }
        if let Some(Some(known)) = self.encodings.get_mut(encoding.index()) {
            known.want_keyframe(now);
        }
    }

    /// Hands out the blocks of the next receiver report to this publisher.
    pub fn take_reception_blocks(&mut self, now: Instant, mut give: impl FnMut(ReportBlock)) {
        for encoding in self.encodings.iter_mut().flatten() {
            encoding.take_blocks(now, &mut give);
        }
    }

    /// When [`poll_feedback`](Self::poll_feedback) has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let feedback = self.encodings.iter().flatten().filter_map(|encoding| encoding.poll_timeout());
        feedback.chain(self.next_layer_check).chain(self.layers_pace.due()).min()
    }

    /// What it is going to be sent in, as far as was negotiated; what comes says more.
    pub const fn expect_format(&mut self, format: Format) {
        self.format.expect(format);
    }

    /// What it is sent in. Not known of a mirror.
    pub const fn format(&self) -> Option<Format> {
        self.format.format()
    }

    /// Sound or picture.
    pub const fn kind(&self) -> MediaKind {
        self.kind
    }

    /// The packets that can still be sent.
    pub const fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The encodings' clocks.
    pub const fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// The encodings that have been seen. Where they change without end, as they were a moment ago:
    /// see [`layers::CHANGE_EARNED_IN`].
    pub const fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Whether [`layers`](Self::layers) changed, rates aside, or [`format`](Self::format), since this was last asked.
    pub const fn take_layers_changed(&mut self) -> bool {
        std::mem::replace(&mut self.layers_changed, false)
    }

    /// Whether the rates of [`layers`](Self::layers) changed by much since this was last asked.
    pub const fn take_rates_changed(&mut self) -> bool {
        std::mem::replace(&mut self.rates_changed, false)
    }

    /// Whether [`clocks`](Self::clocks) changed since this was last asked.
    pub const fn take_clocks_changed(&mut self) -> bool {
        std::mem::replace(&mut self.clocks_changed, false)
    }

    /// On a mirror: the layers as the publisher's worker sees them. From now on nothing is guessed
    /// from what happens to cross.
    pub fn set_mirrored_layers(&mut self, layers: Layers) {
        self.told_layers = true;
        self.layers_pace = Pace::default();
        self.replace_layers(layers);
    }

    /// On a mirror: whether the publisher's worker has said anything of the layers.
    pub const fn knows_layers(&self) -> bool {
        self.told_layers
    }

    fn encoding_mut(&mut self, encoding: EncodingIndex, codec: CodecMapping) -> Option<&mut Encoding> {
        let slot = self.encodings.get_mut(encoding.index())?;
        Some(slot.get_or_insert_with(|| Box::new(Encoding::new(codec))))
    }

    /// Stores a packet and draws the conclusions that home and mirror share.
    fn keep(
        &mut self,
        now: Instant,
        observed: &Observed,
        front_and_payload: (&[u8], &[u8]),
    ) -> Result<CacheRef, DropReason> {
        let packet = self.cache.insert(now, observed, front_and_payload).ok_or(DropReason::TooOld)?;
        let Some(Some(encoding)) = self.encodings.get_mut(observed.encoding.index()) else {
            return Err(DropReason::UnknownSsrc);
        };
        let revived = !observed.padding_only && encoding.handle_alive(now);
        let resized = observed.keyframe_start
            && encoding.handle_keyframe(now, (observed.seq, observed.size), self.keyframe_asked);
        if revived || resized {
            self.refresh_layers(now);
        }
        Ok(packet)
    }

    /// Ranks anew what has been seen.
    fn refresh_layers(&mut self, now: Instant) {
        let several = self.encodings.iter().flatten().filter(|encoding| encoding.is_seen()).count() > 1;
        self.look_at_excess(now);
        let is_measured = self.kind == MediaKind::Video
            && self.encodings.iter().flatten().any(|encoding| encoding.is_live(now));
        let is_due = several || is_measured || self.excess.is_active();
        self.next_layer_check = is_due.then(|| now + LAYER_CHECK);
        if self.told_layers {
            return;
        }
        if several {
            self.ask_sizes(now);
        }
        let known = self.layers;
        let before = |encoding| known.get(encoding).map_or(Bitrate::ZERO, |layer| layer.bitrate);
        let seen = self.encodings.iter_mut().enumerate().filter_map(|(index, encoding)| {
            let encoding = encoding.as_mut().filter(|encoding| encoding.is_seen())?;
            Some(Candidate {
                encoding: EncodingIndex(index as u8),
                // A lone encoding may fall silent (a still screen, a pause in speech) and go on.
                live: !self.excess.withholds(EncodingIndex(index as u8))
                    && if several { encoding.is_live(now) } else { encoding.has_sent_media() },
                size: encoding.size(),
                bitrate: match encoding.bitrate(now) {
                    // … and takes about as much then as it did before.
                    Bitrate::ZERO if !several => before(EncodingIndex(index as u8)),
                    measured => measured,
                },
            })
        });
        let ranked = layers::rank(seen);
        if self.layers_pace.admits(now, !ranked.is_same_but_for_rates(&self.layers)) {
            self.replace_layers(ranked);
        }
    }

    /// Withholds layers that are too much, and lets those go on that no longer are: everybody starts anew with
    /// their next keyframe.
    fn look_at_excess(&mut self, now: Instant) {
        if !self.excess.is_active() {
            return;
        }
        // What has no rank yet is taken for larger than what has.
        let rank = |encoding| self.layers.iter().position(|layer| layer.encoding == encoding);
        let mut ranked: [EncodingIndex; MAX_ENCODINGS] =
            std::array::from_fn(|index| EncodingIndex(index as u8));
        ranked.sort_by_key(|&encoding| rank(encoding).unwrap_or(MAX_ENCODINGS));
        for encoding in self.excess.look(now, ranked.into_iter()).iter() {
            self.start_anew(encoding);
        }
    }

    /// An encoding whose first keyframe was lost ranks below all others, so that nobody wants it, and
    /// nobody asks for the keyframe that would put it into its place.
    fn ask_sizes(&mut self, now: Instant) {
        if self.muted || self.kind == MediaKind::Audio {
            return;
        }
        let unknown = self.encodings.iter_mut().flatten().filter(|encoding| encoding.is_unknown(now));
        unknown.for_each(|encoding| encoding.want_keyframe(now));
    }

    fn replace_layers(&mut self, layers: Layers) {
        self.layers_changed |= !layers.is_same_but_for_rates(&self.layers);
        self.layers = layers;
        if layers::have_rates_changed(&self.told_rates, &layers) {
            self.told_rates = layers;
            self.rates_changed = true;
        }
        for layer in layers.iter() {
            if let Some(Some(known)) = self.encodings.get_mut(layer.encoding.index()) {
                known.set_smallest(layer.rank == SpatialLayer(0));
            }
        }
    }
}

fn observed(
    now: Instant,
    packet: &RtpPacket<'_>,
    known: &KnownExtensions<'_>,
    bound: &Bound,
    (numbered, facts, attached): (Numbered, PayloadFacts, Attached),
) -> Observed {
    Observed {
        arrival: now,
        encoding: bound.encoding,
        seq: numbered.seq,
        timestamp: packet.timestamp(),
        codec: bound.codec.codec,
        marker: packet.marker(),
        keyframe_start: facts.keyframe_start,
        frame_start: facts.frame_start,
        padding_only: facts.padding_only,
        temporal: facts.temporal,
        size: facts.size,
        audio_level: known.audio_level,
        orientation: known.orientation.map(|orientation| orientation.0),
        red: bound.red,
        attached,
    }
}

#[cfg(test)]
mod tests;
