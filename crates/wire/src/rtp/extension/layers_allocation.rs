//! What a publisher's encoders are doing (`video-layers-allocation00`).
//!
//! ```text
//! |RID| NS| all  |  this stream, streams less one, spatial layers of each when the same for all
//! | of 0 | of 1 |  else spatial layers of each stream, one byte for two streams
//! |T|T|T|T|        temporal layers less one, two bits for each spatial layer, whole bytes
//! | kbit/s |       for each temporal layer, leb128, layers below included
//! | width - 1, height - 1, frames/s |  for each spatial layer, or nothing at all
//! ```
//!
//! Only the publisher's server reads it; it is never passed on.

use switchyard_vocab::layer::{PictureSize, SpatialLayer};
use switchyard_vocab::units::Bitrate;

use crate::bytes::{split_leb128, u16_at};

/// Most RTP streams of one source: the field has two bits.
const MAX_STREAMS: usize = 4;

/// Most spatial layers of one stream: one bit each.
const MAX_SPATIAL_LAYERS: usize = 4;

/// Most temporal layers of one spatial layer: the field has two bits.
const MAX_TEMPORAL_LAYERS: usize = 4;

const MAX_LAYERS: usize = MAX_STREAMS * MAX_SPATIAL_LAYERS;

/// Size and rate of one spatial layer.
const SIZE_LEN: usize = 5;

/// Highest rate believed, in kbit/s: far above any camera, far below any overflow.
const MAX_KBPS: u64 = 10_000_000;

/// One spatial layer that is being encoded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AllocatedLayer {
    /// Which of the source's RTP streams carries it, counted from 0.
    pub stream: u8,
    /// Which spatial layer of that stream it is.
    pub spatial: SpatialLayer,
    rates: [Bitrate; MAX_TEMPORAL_LAYERS],
    rate_count: u8,
    /// How large and how often, when that is said.
    pub size: Option<(PictureSize, u8)>,
}

impl AllocatedLayer {
    /// The target rate of each temporal layer with all below it; 1–4 of them.
    pub fn rates(&self) -> &[Bitrate] {
        self.rates.get(..usize::from(self.rate_count)).unwrap_or_default()
    }
}

/// All spatial layers that a publisher is encoding of one source.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LayersAllocation {
    /// On which of the source's streams it was said, counted from 0.
    pub sent_on: u8,
    layers: [AllocatedLayer; MAX_LAYERS],
    count: u8,
}

impl LayersAllocation {
    /// Reads a whole allocation. A single zero says that nothing is encoded.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let (&first, mut rest) = data.split_first()?;
        let mut allocation = Self { sent_on: first >> 6, ..Self::default() };
        if first == 0 && rest.is_empty() {
            return Some(allocation);
        }
        let streams = ((first >> 4) & 0x03) + 1;
        let masks = read_masks(&mut rest, streams, first & 0x0f)?;
        for (stream, mask) in (0..streams).zip(masks) {
            for spatial in (0..MAX_SPATIAL_LAYERS as u8).filter(|spatial| (mask >> spatial) & 1 != 0) {
                let free = allocation.layers.get_mut(usize::from(allocation.count))?;
                (free.stream, free.spatial) = (stream, SpatialLayer(spatial));
                allocation.count += 1;
            }
        }
        let layers = allocation.layers.get_mut(..usize::from(allocation.count))?;
        read_rates(&mut rest, layers)?;
        if !rest.is_empty() {
            read_sizes(rest, layers)?;
        }
        Some(allocation)
    }

    /// The layers, stream after stream, the lowest first; at most 16. None: nothing is encoded.
    pub fn layers(&self) -> &[AllocatedLayer] {
        self.layers.get(..usize::from(self.count)).unwrap_or_default()
    }
}

fn read_masks(rest: &mut &[u8], streams: u8, common: u8) -> Option<[u8; MAX_STREAMS]> {
    if common != 0 {
        return Some([common; MAX_STREAMS]);
    }
    let mut masks = [0; MAX_STREAMS];
    let (packed, behind) = rest.split_at_checked(usize::from(streams).div_ceil(2))?;
    for (pair, byte) in masks.chunks_exact_mut(2).zip(packed) {
        pair.copy_from_slice(&[byte >> 4, byte & 0x0f]);
    }
    *rest = behind;
    Some(masks)
}

fn read_rates(rest: &mut &[u8], layers: &mut [AllocatedLayer]) -> Option<()> {
    let (counts, behind) = rest.split_at_checked(layers.len().div_ceil(4))?;
    *rest = behind;
    for (four, byte) in layers.chunks_mut(4).zip(counts) {
        for (layer, shift) in four.iter_mut().zip([6, 4, 2, 0]) {
            layer.rate_count = ((byte >> shift) & 0x03) + 1;
        }
    }
    for layer in layers {
        for rate in layer.rates.iter_mut().take(usize::from(layer.rate_count)) {
            let (kbps, behind) = split_leb128(rest)?;
            *rest = behind;
            *rate = Bitrate::kbps(kbps.min(MAX_KBPS));
        }
    }
    Some(())
}

fn read_sizes(rest: &[u8], layers: &mut [AllocatedLayer]) -> Option<()> {
    if rest.len() != SIZE_LEN * layers.len() {
        return None;
    }
    for (layer, bytes) in layers.iter_mut().zip(rest.chunks_exact(SIZE_LEN)) {
        let width = u16_at(bytes, 0)?.saturating_add(1);
        let height = u16_at(bytes, 2)?.saturating_add(1);
        layer.size = Some((PictureSize { width, height }, *bytes.get(4)?));
    }
    Some(())
}
