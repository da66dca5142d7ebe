//! Which publication, encoding and codec a publisher's packet belongs to.

mod claim;

use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS};
use switchyard_vocab::negotiated::{CodecMapping, ExtensionMap, MAX_STREAMS, ReceiveSection, Receiving};
use switchyard_vocab::rtp::{Mid, PayloadType, Rid, Ssrc};
use switchyard_wire::rtp::extension::KnownExtensions;

/// How long packets of a replaced SSRC are refused: stragglers must not bring the old one back.
const RETIRED_FOR: Duration = Duration::from_secs(2);

/// SSRCs remembered of inactive m-lines: as many as may be in use.
const MAX_RESTING: usize = MAX_STREAMS;

/// Replaced SSRCs remembered; the oldest is forgotten first.
const MAX_RETIRED: usize = 16;

/// What a stream carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stream {
    /// Media, as it was encoded.
    Media,
    /// Retransmissions of it (RFC 4588).
    Rtx,
}

/// Where a packet belongs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bound {
    /// The publication it feeds.
    pub publication: PublicationId,
    /// Which of its encodings.
    pub encoding: EncodingIndex,
    /// Media or retransmission.
    pub stream: Stream,
    /// The stream's SSRC.
    pub ssrc: Ssrc,
    /// The codec that its payload type stands for.
    pub codec: CodecMapping,
    /// Its payload type stands for that codec in RED.
    pub red: bool,
}

/// Where a stream belongs, payload type aside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Place {
    section: usize,
    encoding: EncodingIndex,
    stream: Stream,
}

/// What names a stream in SDP. An SSRC keeps its name while its m-line is inactive: a client that
/// resumes sends the name no more, because the SSRC was acknowledged once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Name {
    mid: Mid,
    rid: Option<Rid>,
    stream: Stream,
}

/// The m-lines on which one peer sends, and the SSRCs that were seen on them.
#[derive(Debug, Default)]
pub struct Bindings {
    extensions: ExtensionMap,
    sections: Vec<ReceiveSection>,
    learned: FxHashMap<Ssrc, Place>,
    /// SSRCs whose m-line is inactive; the oldest is forgotten first.
    resting: Vec<(Ssrc, Name)>,
    retired: Vec<(Ssrc, Instant)>,
}

impl Bindings {
    /// What was negotiated, nothing seen yet.
    pub fn new(receiving: &Receiving) -> Self {
        let mut bindings = Self::default();
        bindings.update(receiving);
        bindings
    }

    /// Replaces what was negotiated. An SSRC stays known by the MID and RID that it was seen with,
    /// also while its m-line is inactive.
    pub fn update(&mut self, receiving: &Receiving) {
        let mut live: Vec<_> = Vec::new();
        live.extend(self.learned.drain().filter_map(|(ssrc, place)| {
            let section = self.sections.get(place.section)?;
            let rid = section.rids.get(place.encoding.index()).copied();
            Some((ssrc, Name { mid: section.mid, rid, stream: place.stream }))
        }));
        // The map has no order of its own; those that rested before stay the oldest.
        live.sort_unstable_by_key(|&(ssrc, _)| ssrc);
        let mut known = std::mem::take(&mut self.resting);
        known.append(&mut live);
        self.sections.clone_from(&receiving.sections);
        self.extensions = receiving.extensions;
        for (ssrc, name) in known {
            match self.place_of(name) {
                Some(place) => drop(self.learned.insert(ssrc, place)),
                None => self.resting.push((ssrc, name)),
            }
        }
        let excess = self.resting.len().saturating_sub(MAX_RESTING);
        self.resting.drain(..excess);
    }

    /// Where a named stream belongs now; `None` while its m-line, or the encoding, is not there.
    fn place_of(&self, name: Name) -> Option<Place> {
        let section = self.sections.iter().position(|section| section.mid == name.mid)?;
        let rids = &self.sections[section].rids;
        let encoding = match name.rid {
            Some(rid) => rids.iter().position(|&known| known == rid)?,
            None if rids.is_empty() => 0,
            None => return None,
        };
        Some(Place { section, encoding: EncodingIndex(encoding as u8), stream: name.stream })
    }

    /// Header extension ids of the bundle.
    pub const fn extensions(&self) -> &ExtensionMap {
        &self.extensions
    }

    /// The m-lines on which it sends.
    pub fn sections(&self) -> &[ReceiveSection] {
        &self.sections
    }

    /// Finds out where an authenticated packet belongs: by its SSRC when that was seen before, else
    /// by MID and RID, by what SDP announced, or by a payload type that only one m-line has.
    ///
    /// # Errors
    /// [`DropReason::UnknownSsrc`] when nothing claims it, [`DropReason::UnknownPayloadType`] when
    /// its m-line has no such payload type, [`DropReason::TooManySsrcs`] past
    /// [`MAX_STREAMS`].
    pub fn bind(
        &mut self,
        now: Instant,
        ssrc: Ssrc,
        payload_type: PayloadType,
        known: &KnownExtensions,
    ) -> Result<Bound, DropReason> {
        if let Some(&place) = self.learned.get(&ssrc)
            && !self.moved(place, known.mid)
        {
            return self.bound(ssrc, place, payload_type);
        }
        let place = self.claim(ssrc, payload_type, known).ok_or(DropReason::UnknownSsrc)?;
        let bound = self.bound(ssrc, place, payload_type)?;
        self.learn(now, ssrc, place)?;
        Ok(bound)
    }

    /// What the peer said goodbye to (RFC 3550 §6.6). The SSRC keeps its place: a layer that was paused
    /// comes back on it, and by then the client sends no names any more.
    pub fn handle_bye(&self, ssrc: Ssrc) -> Option<(PublicationId, EncodingIndex, Stream)> {
        self.lookup(ssrc)
    }

    /// The publication and encoding of an SSRC that was seen: for sender reports.
    pub fn lookup(&self, ssrc: Ssrc) -> Option<(PublicationId, EncodingIndex, Stream)> {
        let place = self.learned.get(&ssrc)?;
        let section = self.sections.get(place.section)?;
        Some((section.publication, place.encoding, place.stream))
    }

    /// Every SSRC that was seen: receiver reports speak about these.
    pub fn streams(&self) -> impl Iterator<Item = (Ssrc, PublicationId, EncodingIndex, Stream)> + '_ {
        self.learned.iter().filter_map(|(&ssrc, place)| {
            let section = self.sections.get(place.section)?;
            Some((ssrc, section.publication, place.encoding, place.stream))
        })
    }

    /// Whether the packet itself says that its SSRC moved to another m-line.
    fn moved(&self, place: Place, mid: Option<Mid>) -> bool {
        let Some(mid) = mid else { return false };
        self.sections.get(place.section).is_none_or(|section| section.mid != mid)
            && self.sections.iter().any(|section| section.mid == mid)
    }

    fn bound(&self, ssrc: Ssrc, place: Place, payload_type: PayloadType) -> Result<Bound, DropReason> {
        let section = self.sections.get(place.section).ok_or(DropReason::UnknownSsrc)?;
        let stands_for = |codec: &&CodecMapping| match place.stream {
            Stream::Media => codec.payload_type == payload_type || codec.red == Some(payload_type),
            Stream::Rtx => codec.rtx == Some(payload_type),
        };
        let codec = *section.codecs.iter().find(stands_for).ok_or(DropReason::UnknownPayloadType)?;
        let Place { encoding, stream, .. } = place;
        let red = codec.red == Some(payload_type);
        Ok(Bound { publication: section.publication, encoding, stream, ssrc, codec, red })
    }

    fn claim(&self, ssrc: Ssrc, payload_type: PayloadType, known: &KnownExtensions) -> Option<Place> {
        // Bandwidth probes come on SSRC 0 before any media; they belong to nobody.
        if ssrc.0 == 0 {
            return None;
        }
        let named = known.mid.is_some() && (known.rid.is_some() || known.repaired_rid.is_some());
        let by_names = || claim::by_mid(&self.sections, known, payload_type);
        if named {
            return by_names();
        }
        claim::by_announcement(&self.sections, ssrc)
            .or_else(by_names)
            .or_else(|| claim::by_payload_type(&self.sections, known, payload_type))
    }

    /// Remembers an SSRC, in place of the one that had this place before.
    fn learn(&mut self, now: Instant, ssrc: Ssrc, place: Place) -> Result<(), DropReason> {
        self.retired.retain(|&(_, since)| now.saturating_duration_since(since) < RETIRED_FOR);
        if self.retired.iter().any(|&(retired, _)| retired == ssrc) {
            return Err(DropReason::UnknownSsrc);
        }
        let replaced = self.learned.iter().find(|&(_, &known)| known == place).map(|(&known, _)| known);
        if let Some(replaced) = replaced {
            self.learned.remove(&replaced);
            if self.retired.len() == MAX_RETIRED {
                self.retired.remove(0);
            }
            self.retired.push((replaced, now));
        } else if self.learned.len() >= MAX_STREAMS {
            return Err(DropReason::TooManySsrcs);
        }
        self.learned.insert(ssrc, place);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
