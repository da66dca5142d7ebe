//! Which publication, encoding and codec a publisher's packet belongs to.

mod claim;

use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::layer::{EncodingIndex, MAX_ENCODINGS};
use switchyard_vocab::negotiated::{CodecMapping, ExtensionMap, ReceiveSection, Receiving};
use switchyard_vocab::rtp::{Mid, PayloadType, Rid, Ssrc};
use switchyard_wire::rtp::extension::KnownExtensions;

/// Streams of one kind that a peer may use at the same time. Three layers with RTX take six, so a
/// peer may publish eight simulcast tracks; more SSRCs are an attack or a leak.
pub const MAX_STREAMS_PER_KIND: usize = 50;

/// How long packets of a replaced SSRC are refused: stragglers must not bring the old one back.
const RETIRED_FOR: Duration = Duration::from_secs(2);

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
}

/// Where a stream belongs, payload type aside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Place {
    section: usize,
    encoding: EncodingIndex,
    stream: Stream,
}

/// The m-lines on which one peer sends, and the SSRCs that were seen on them.
#[derive(Debug, Default)]
pub struct Bindings {
    extensions: ExtensionMap,
    sections: Vec<ReceiveSection>,
    learned: FxHashMap<Ssrc, Place>,
    retired: Vec<(Ssrc, Instant)>,
}

impl Bindings {
    /// What was negotiated, nothing seen yet.
    pub fn new(receiving: &Receiving) -> Self {
        let mut bindings = Self::default();
        bindings.update(receiving);
        bindings
    }

    /// Replaces what was negotiated. SSRCs stay known as long as their m-line still feeds the same
    /// publication with an encoding of the same name.
    pub fn update(&mut self, receiving: &Receiving) {
        let before = std::mem::replace(&mut self.sections, receiving.sections.clone());
        self.extensions = receiving.extensions;
        let sections = &self.sections;
        self.learned.retain(|_, place| {
            let Some(old) = before.get(place.section) else { return false };
            let same = |new: &ReceiveSection| new.publication == old.publication && new.mid == old.mid;
            let Some(section) = sections.iter().position(same) else { return false };
            place.section = section;
            let rid = |section: &ReceiveSection| section.rids.get(place.encoding.index()).copied();
            rid(old) == rid(&sections[section])
        });
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
    /// [`MAX_STREAMS_PER_KIND`].
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

    /// The peer said goodbye to an SSRC (RFC 3550 §6.6). It may still be used again.
    pub fn handle_bye(&mut self, ssrc: Ssrc) -> Option<(PublicationId, EncodingIndex, Stream)> {
        let place = self.learned.remove(&ssrc)?;
        let section = self.sections.get(place.section)?;
        Some((section.publication, place.encoding, place.stream))
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
            Stream::Media => codec.payload_type == payload_type,
            Stream::Rtx => codec.rtx == Some(payload_type),
        };
        let codec = *section.codecs.iter().find(stands_for).ok_or(DropReason::UnknownPayloadType)?;
        let Place { encoding, stream, .. } = place;
        Ok(Bound { publication: section.publication, encoding, stream, ssrc, codec })
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
        } else if self.count(self.kind(place)) >= MAX_STREAMS_PER_KIND {
            return Err(DropReason::TooManySsrcs);
        }
        self.learned.insert(ssrc, place);
        Ok(())
    }

    fn kind(&self, place: Place) -> Option<MediaKind> {
        self.sections.get(place.section).map(|section| section.kind)
    }

    fn count(&self, kind: Option<MediaKind>) -> usize {
        self.learned.values().filter(|&&place| self.kind(place) == kind).count()
    }
}

#[cfg(test)]
mod tests;
