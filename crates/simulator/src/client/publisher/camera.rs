//! The camera: thirty captures a second, each encoded in every size.

use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::rtp::{ClockRate, Mid, Rid};
use switchyard_vocab::wall_clock::WallClock;

use super::keyframe_log::KeyframeLog;
use super::outgoing::{Egress, Names, Outgoing};
use crate::client::codec::{Frame, Packet, Packetizer};
use crate::client::media::{CameraSetup, EncodingSetup};
use crate::client::sdp::payload_types;
use crate::client::stamp::Stamp;

const FRAMES_PER_SECOND: u32 = 30;

/// A keyframe request within this time of the last one served is not heard: libwebrtc's number.
const KEYFRAME_SPACING: Duration = Duration::from_millis(300);

/// How much larger a keyframe is.
const KEYFRAME_FACTOR: usize = 4;

/// Temporal layers of successive frames, by number of layers.
const PATTERNS: [&[u8]; 3] = [&[0], &[0, 1], &[0, 2, 1, 2]];

/// A camera with its encoders.
pub(super) struct Camera {
    pub(super) codec: Codec,
    pub(super) encoders: Vec<Encoder>,
    pattern: &'static [u8],
    rng: ChaCha12Rng,
    /// The next capture and its number.
    next: Option<(Instant, u32)>,
    keyframe_wanted: bool,
    last_keyframe: Option<Instant>,
    pub(super) keyframes: u64,
    pub(super) requests_heard: u64,
    pub(super) log: KeyframeLog,
}

/// One encoding of the camera.
pub(super) struct Encoder {
    index: u8,
    setup: EncodingSetup,
    pub(super) stream: Outgoing,
    packetizer: Packetizer,
    position: usize,
    /// The latest frame of each temporal layer since the keyframe.
    latest: [Option<u32>; 3],
}

impl Camera {
    pub(super) fn new(setup: &CameraSetup, mid: Mid, mut rng: ChaCha12Rng) -> Self {
        let (codec, is_simulcast) = (setup.codec, setup.encodings.len() > 1);
        let encoders = setup.encodings.iter().zip(0..).map(|(&setup, index)| {
            let rid = Rid::parse(setup.rid.as_bytes()).ok().filter(|_| is_simulcast);
            let names = Names { mid, rid };
            let stream = Outgoing::new(names, payload_types(codec), ClockRate::VIDEO, &mut rng);
            Encoder::new(index, setup, stream, Packetizer::new(codec, &mut rng))
        });
        Self {
            codec,
            encoders: encoders.collect(),
            pattern: PATTERNS[usize::from(setup.temporal_layers.clamp(1, 3)) - 1],
            rng,
            next: None,
            keyframe_wanted: true,
            last_keyframe: None,
            keyframes: 0,
            requests_heard: 0,
            log: KeyframeLog::default(),
        }
    }

    /// Begins to capture.
    pub(super) fn start(&mut self, now: Instant) {
        self.next.get_or_insert((now, 0));
    }

    /// A keyframe is asked for. All encodings give one, as Chrome's do.
    pub(super) fn want_keyframe(&mut self, now: Instant) {
        if self.last_keyframe.is_none_or(|last| now >= last + KEYFRAME_SPACING) {
            self.keyframe_wanted = true;
            self.requests_heard += 1;
        }
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        match self.next {
            Some((at, _)) => Some(at),
            None => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, wall: &WallClock, egress: &mut Egress) {
        let Some((at, number)) = self.next.filter(|&(at, _)| at <= now) else { return };
        self.next = Some((at + Duration::from_secs(1) / FRAMES_PER_SECOND, number + 1));
        let key = std::mem::take(&mut self.keyframe_wanted);
        if key {
            self.last_keyframe = Some(now);
            self.keyframes += 1;
            self.log.note_made(now.saturating_duration_since(wall.anchor));
        }
        for encoder in &mut self.encoders {
            encoder.encode(now, number, key, self.pattern, wall, &mut self.rng, egress);
        }
    }
}

impl Encoder {
    fn new(index: u8, setup: EncodingSetup, stream: Outgoing, packetizer: Packetizer) -> Self {
        Self { index, setup, stream, packetizer, position: 0, latest: [None; 3] }
    }

    #[expect(clippy::too_many_arguments, reason = "one call site, which hands down what the camera owns")]
    fn encode(
        &mut self,
        now: Instant,
        number: u32,
        key: bool,
        pattern: &[u8],
        wall: &WallClock,
        rng: &mut ChaCha12Rng,
        egress: &mut Egress,
    ) {
        self.position = if key { 0 } else { (self.position + 1) % pattern.len() };
        let tid = pattern[self.position];
        let (depends_on, sync) = self.dependency(tid, key);
        if tid == 0 {
            self.latest = [None; 3];
        }
        self.latest[usize::from(tid)] = Some(number);
        let captured = now.saturating_duration_since(wall.anchor);
        let frame = Frame {
            key,
            tid,
            layers: pattern.iter().max().map_or(1, |highest| highest + 1),
            sync,
            droppable: tid > 0 && usize::from(tid) + 1 == pattern.len().min(3),
            size: self.setup.size,
            len: self.frame_len(key, rng),
            stamp: Stamp { encoding: self.index, frame: number, depends_on, captured, part: 0, parts: 1 },
        };
        let timestamp = self.stream.timestamp(wall, now);
        let packets = self.packetizer.packets(&frame);
        let last = packets.len() - 1;
        for (i, Packet { payload, descriptor }) in packets.into_iter().enumerate() {
            let extension = descriptor.map(|data| (Extension::DependencyDescriptor, data));
            self.stream.send(now, timestamp, i == last, extension, payload, egress);
        }
    }

    /// What a frame of this temporal layer depends on, and whether on temporal layer 0 alone.
    fn dependency(&self, tid: u8, key: bool) -> (Option<u32>, bool) {
        if key {
            return (None, false);
        }
        let below = self.latest[..=usize::from(tid)].iter().flatten().max().copied();
        let upper = self.latest[1..=usize::from(tid.max(1))].iter().flatten().next();
        (below, tid > 0 && upper.is_none())
    }

    fn frame_len(&self, key: bool, rng: &mut ChaCha12Rng) -> usize {
        let average = self.setup.bitrate.as_bps() as usize / 8 / FRAMES_PER_SECOND as usize;
        let len = average * rng.random_range(80..=120) / 100;
        if key { len * KEYFRAME_FACTOR } else { len }
    }
}
