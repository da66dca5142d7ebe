//! The numbers that a codec counts by itself, whichever it is.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::decision::Verdict;
use switchyard_wire::payload::{vp8, vp9};

use super::dependency::{DependencyMap, DependencyNumbers};
use super::vp8::Vp8Map;
use super::vp9::Vp9Map;
use crate::publication::cache::CachedPacket;

/// The numbers of one packet, as the subscriber is to see them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Numbers {
    /// In the descriptor in front of the payload.
    Vp8(vp8::Numbers),
    /// In the descriptor in front of the payload.
    Vp9(vp9::Numbers),
    /// In the header extension.
    Dependency(DependencyNumbers),
}

/// The numbers of one subscription.
#[derive(Debug, Default)]
pub(super) struct NumbersMap {
    vp8: Vp8Map,
    vp9: Vp9Map,
    dependency: DependencyMap,
}

impl NumbersMap {
    /// The numbers of a packet; `None` when it has none of its own.
    pub(super) fn map(&mut self, verdict: Verdict, cached: &CachedPacket<'_>) -> Option<Numbers> {
        let begins = verdict == Verdict::Switch;
        match cached.observed.codec {
            Codec::Vp8 => {
                let descriptor = vp8::Descriptor::parse(cached.payload).ok()?;
                let vp8 = &mut self.vp8;
                Some(Numbers::Vp8(if begins { vp8.begin(&descriptor) } else { vp8.map(&descriptor) }))
            }
            Codec::Vp9 => {
                let descriptor = vp9::Descriptor::parse(cached.payload).ok()?;
                let vp9 = &mut self.vp9;
                Some(Numbers::Vp9(if begins { vp9.begin(&descriptor) } else { vp9.map(&descriptor) }))
            }
            Codec::Av1 => self.dependency.map(begins, cached.attached.dependency).map(Numbers::Dependency),
            Codec::Opus | Codec::H264 | Codec::H265 => None,
        }
    }
}
