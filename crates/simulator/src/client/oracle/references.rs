//! References: which whole frames can be decoded, by what identifiers claim and by what is true.

use std::collections::{BTreeMap, VecDeque};

use super::{Fault, Frame};
use crate::client::codec::av1::Templates;
use crate::client::codec::{Layers, Needs, Number};

/// Frames that may wait for what they depend on: as many as libwebrtc stashes.
const MAX_WAITING: usize = 100;

/// Frames that a decoder is asked about again: more than any structure reaches back.
const REMEMBERED: usize = 64;

/// What a decoder of one stream holds, and what waits for it.
///
/// Frames are decoded in the order of their numbers, or of their packets where the codec has none. One that is
/// overtaken never is.
#[derive(Debug, Default)]
pub struct References {
    waiting: BTreeMap<u64, Frame>,
    claimed: Option<Claimed>,
    /// The numbers of the latest frames that were decoded.
    decoded: VecDeque<u64>,
    templates: Option<Templates>,
    truth: Truth,
    overtaken: u64,
    newest: Option<u64>,
}

/// What the identifiers of decoded frames said.
#[derive(Clone, Copy, Debug)]
struct Claimed {
    /// The latest number, unwrapped.
    picture: u64,
    /// TL0PICIDX of the latest frame of temporal layer 0.
    tl0: u8,
}

/// What the decoder really holds.
#[derive(Debug, Default)]
struct Truth {
    encoding: u8,
    frames: VecDeque<u32>,
}

/// What became of a frame and those that waited for it.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Decoding {
    /// Frames that were decoded, in order.
    pub decoded: Vec<Frame>,
    /// What was wrong with them.
    pub faults: Vec<Fault>,
}

impl References {
    /// Takes a whole frame and decodes all that can be decoded now.
    pub fn insert(&mut self, frame: Frame) -> Decoding {
        let picture = frame.claim.number.map_or(frame.last.0, |number| self.unwrap(number));
        let mut decoding = Decoding::default();
        if self.claimed.is_some_and(|claimed| picture <= claimed.picture) {
            self.overtaken += 1;
            return decoding;
        }
        if self.hides_reference(picture, &frame) {
            decoding.faults.push(Fault::HiddenReference { at: frame.first });
        }
        self.waiting.insert(picture, frame);
        if self.waiting.len() > MAX_WAITING {
            self.waiting.pop_first();
            self.overtaken += 1;
        }
        while let Some(picture) = self.next_decodable() {
            self.decode(picture, &mut decoding);
        }
        decoding
    }

    /// Frames that were whole and were never decoded, because a later one was.
    pub const fn overtaken(&self) -> u64 {
        self.overtaken
    }

    fn next_decodable(&self) -> Option<u64> {
        self.waiting.iter().find(|&(&picture, frame)| self.claims_decodable(picture, frame)).map(|(&p, _)| p)
    }

    /// What a receiver concludes from identifiers alone.
    fn claims_decodable(&self, picture: u64, frame: &Frame) -> bool {
        let follows = self.follows(picture, frame);
        match frame.claim.needs {
            Some(Needs::Nothing(_)) => true,
            Some(Needs::Previous) => follows,
            Some(Needs::Template(id)) => {
                let diff = self.templates.and_then(|templates| templates.diff(id));
                diff.is_some_and(|diff| self.decoded.contains(&(picture - u64::from(diff))))
            }
            Some(Needs::Layers) => match (self.claimed, frame.claim.layers) {
                (Some(claimed), Some(Layers { tid: 0, tl0, .. })) => tl0 == claimed.tl0.wrapping_add(1),
                (Some(claimed), Some(Layers { tl0, sync, .. })) => tl0 == claimed.tl0 && (sync || follows),
                _ => false,
            },
            None => false,
        }
    }

    /// Whether nothing stands between the latest decoded frame and this one.
    fn follows(&self, picture: u64, frame: &Frame) -> bool {
        let before = frame.claim.number.map_or(frame.first.0, |_| picture) - 1;
        self.claimed.is_some_and(|claimed| claimed.picture == before)
    }

    /// Whether the truth is that the next frame can be decoded while its identifiers deny it.
    ///
    /// Only where one frame follows directly on another is that certain.
    fn hides_reference(&self, picture: u64, frame: &Frame) -> bool {
        self.follows(picture, frame) && self.truth.admits(frame) && !self.claims_decodable(picture, frame)
    }

    fn decode(&mut self, picture: u64, decoding: &mut Decoding) {
        let later = self.waiting.split_off(&(picture + 1));
        let Some(frame) = self.waiting.remove(&picture) else { return };
        self.overtaken += self.waiting.len() as u64;
        self.waiting = later;

        if !self.truth.admits(&frame) {
            decoding.faults.push(Fault::WrongReference { at: frame.first });
        }
        self.truth.remember(&frame);
        if let Some(Needs::Nothing(templates)) = frame.claim.needs {
            self.templates = templates;
        }
        let tl0 = match (self.claimed, frame.claim.layers) {
            (Some(claimed), Some(Layers { tid: 1.., .. }) | None) => claimed.tl0,
            (_, layers) => layers.map_or(0, |layers| layers.tl0),
        };
        self.claimed = Some(Claimed { picture, tl0 });
        self.decoded.push_back(picture);
        if self.decoded.len() > REMEMBERED {
            self.decoded.pop_front();
        }
        decoding.decoded.push(frame);
    }

    /// The number without wraps, nearest to the newest one so far.
    fn unwrap(&mut self, number: Number) -> u64 {
        let (value, all) = (u64::from(number.value), 1 << number.bits);
        let picture = match self.newest {
            None => all + value,
            Some(newest) => {
                let ahead = value.wrapping_sub(newest) % all;
                if ahead < all / 2 { newest + ahead } else { (newest + ahead).saturating_sub(all) }
            }
        };
        self.newest = Some(self.newest.map_or(picture, |newest| newest.max(picture)));
        picture
    }
}

impl Truth {
    fn admits(&self, frame: &Frame) -> bool {
        match frame.stamp.depends_on {
            None => true,
            Some(needed) => frame.stamp.encoding == self.encoding && self.frames.contains(&needed),
        }
    }

    fn remember(&mut self, frame: &Frame) {
        if frame.stamp.depends_on.is_none() {
            self.frames.clear();
        }
        self.encoding = frame.stamp.encoding;
        self.frames.push_back(frame.stamp.frame);
        if self.frames.len() > REMEMBERED {
            self.frames.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
