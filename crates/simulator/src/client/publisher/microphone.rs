//! The microphone: fifty packets of Opus a second, each with its loudness.

use std::time::{Duration, Instant};

use rand_chacha::ChaCha12Rng;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::observed::AudioLevel;
use switchyard_vocab::rtp::{ClockRate, Mid};
use switchyard_vocab::wall_clock::WallClock;
use switchyard_wire::rtp::extension::audio_level_bytes;

use super::outgoing::{Egress, Names, Outgoing};
use crate::client::sdp::payload_types;
use crate::client::stamp::Stamp;

const PACKET: Duration = Duration::from_millis(20);

/// Bytes of a packet: 32 kbit/s.
const PACKET_LEN: usize = 80;

/// Everybody speaks all the time, at a usual loudness.
const LEVEL: AudioLevel = AudioLevel { minus_dbov: 30, voice: true };

/// A microphone with its encoder.
pub(super) struct Microphone {
    pub(super) stream: Outgoing,
    next: Option<(Instant, u32)>,
}

impl Microphone {
    pub(super) fn new(mid: Mid, mut rng: ChaCha12Rng) -> Self {
        let names = Names { mid, rid: None };
        let stream = Outgoing::new(names, payload_types(Codec::Opus), ClockRate::OPUS, &mut rng);
        Self { stream, next: None }
    }

    pub(super) fn start(&mut self, now: Instant) {
        self.next.get_or_insert((now, 0));
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        match self.next {
            Some((at, _)) => Some(at),
            None => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, wall: &WallClock, egress: &mut Egress) {
        let Some((at, number)) = self.next.filter(|&(at, _)| at <= now) else { return };
        self.next = Some((at + PACKET, number + 1));
        let captured = now.saturating_duration_since(wall.anchor);
        let stamp = Stamp { encoding: 0, frame: number, depends_on: None, captured, part: 0, parts: 1 };
        let mut payload = Vec::with_capacity(PACKET_LEN);
        stamp.write(PACKET_LEN, &mut payload);
        let timestamp = self.stream.timestamp(wall, now);
        let level = audio_level_bytes(LEVEL);
        let extension = Some((Extension::AudioLevel, level.to_vec()));
        // The marker tells where a talkspurt starts, which is at the first packet.
        self.stream.send(now, timestamp, number == 0, extension, payload, egress);
    }
}
