//! What a publisher must hear: packets it should send again, keyframes it should make.

use std::time::{Duration, Instant};

use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::layer::EncodingIndex;
use switchyard_vocab::rtp::{SeqNo, Ssrc};

use super::Publication;

/// One thing to say to the publisher.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Feedback<'a> {
    /// Ask for packets again (RFC 4585 §6.2.1); the numbers are in order.
    Nack {
        /// The stream they are missing from.
        ssrc: Ssrc,
        /// Their numbers.
        lost: &'a [SeqNo],
    },
    /// Ask for a keyframe (RFC 4585 §6.3.1).
    Pli {
        /// The stream it is wanted of.
        ssrc: Ssrc,
    },
    /// Ask for a keyframe in the older way (RFC 5104 §4.3.1).
    Fir {
        /// The stream it is wanted of.
        ssrc: Ssrc,
        /// Command sequence number: one more with every request.
        count: u8,
    },
    /// On a mirror: the publisher's worker has to ask, see [`Upstream`](super::demand::Upstream).
    Keyframe {
        /// The encoding it is wanted of.
        encoding: EncodingIndex,
    },
}

impl Publication {
    /// Hands out everything that is due. `rtt` is the round trip to the publisher; packets of
    /// encodings that are not `wanted` are not asked for.
    pub fn poll_feedback(
        &mut self,
        now: Instant,
        rtt: Duration,
        wanted: EncodingSet,
        mut say: impl FnMut(Feedback<'_>),
    ) {
        for index in 0..self.encodings.len() {
            let encoding = EncodingIndex(index as u8);
            self.poll_missing(now, rtt, encoding, wanted, &mut say);
            self.poll_keyframe(now, encoding, &mut say);
        }
        let look_at_layers = self.next_layer_check.into_iter().chain(self.layers_pace.due()).min();
        if look_at_layers.is_some_and(|due| due <= now) {
            self.refresh_layers(now);
        }
    }

    fn poll_missing(
        &mut self,
        now: Instant,
        rtt: Duration,
        encoding: EncodingIndex,
        wanted: EncodingSet,
        say: &mut impl FnMut(Feedback<'_>),
    ) {
        let Some(known) = &mut self.encodings[encoding.index()] else { return };
        let wanted = wanted.contains(encoding) && !self.muted;
        let lost = &mut self.lost;
        lost.clear();
        known.poll_missing(now, rtt, wanted, |seq| lost.push(seq));
        if let Some(ssrc) = known.ssrc().filter(|_| !lost.is_empty()) {
            say(Feedback::Nack { ssrc, lost });
        }
    }

    fn poll_keyframe(&mut self, now: Instant, encoding: EncodingIndex, say: &mut impl FnMut(Feedback<'_>)) {
        let Some(known) = &mut self.encodings[encoding.index()] else { return };
        if self.muted {
            // Loss while muted wants no keyframe: nobody is shown anything.
            known.cancel_keyframe();
            return;
        }
        if !known.poll_keyframe(now) {
            return;
        }
        self.keyframe_asked = Some(now);
        match known.ssrc() {
            None => say(Feedback::Keyframe { encoding }),
            Some(ssrc) if known.codec().pli => say(Feedback::Pli { ssrc }),
            Some(ssrc) if known.codec().fir => say(Feedback::Fir { ssrc, count: known.next_fir() }),
            // The publisher understands neither: it makes keyframes when it pleases.
            Some(_) => {}
        }
    }
}
