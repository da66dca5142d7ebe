//! Reading of the payload descriptor (RFC 9628 §4.2).

use switchyard_vocab::layer::{SpatialLayer, TemporalLayer};

use super::super::picture_id::PictureId;
use super::structure::{MAX_SPATIAL_LAYERS, Structure};

const HAS_PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const HAS_LAYERS: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const FRAME_START: u8 = 0x08;
const FRAME_END: u8 = 0x04;
const HAS_STRUCTURE: u8 = 0x02;
const NO_UPPER_REFERENCE: u8 = 0x01;

/// Most pictures a frame can name as its references in flexible mode (RFC 9628 §4.2).
pub const MAX_REFERENCES: usize = 3;

/// Why a payload has no readable descriptor.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Vp9Error {
    /// It ends inside the descriptor, or right behind it.
    #[error("{0} bytes are no VP9 payload")]
    TooShort(usize),
    /// A fourth reference is announced.
    #[error("more than {MAX_REFERENCES} references")]
    TooManyReferences,
}

/// What stands in front of a VP9 payload. Fields that were absent are `None`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Descriptor {
    /// Length of the descriptor itself, in bytes; the frame's data follows.
    pub len: usize,
    /// Number of the picture, common to all its spatial layers.
    pub picture_id: Option<PictureId>,
    /// The frame is predicted from earlier pictures (P).
    pub inter_predicted: bool,
    /// References are listed in every packet and not implied by the structure (F).
    pub flexible: bool,
    /// A frame starts in this packet (B).
    pub frame_start: bool,
    /// A frame ends in this packet (E).
    pub frame_end: bool,
    /// No higher spatial layer refers to this frame (Z).
    pub no_upper_reference: bool,
    /// Which layer it is, when the stream has layers.
    pub layer: Option<LayerIndices>,
    /// Number of the last picture of temporal layer 0, this one included; wraps at 8 bits. Absent in
    /// flexible mode.
    pub tl0_picture_index: Option<u8>,
    /// What a frame in flexible mode refers to.
    pub references: References,
    /// Where the structure starts, when there is one.
    pub(super) structure_at: Option<usize>,
}

/// Place of a frame among the layers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LayerIndices {
    /// Temporal layer (TID): 0–7.
    pub temporal: TemporalLayer,
    /// Here one may step up to this temporal layer from a lower one (U).
    pub switching_up: bool,
    /// Spatial layer (SID): 0–7.
    pub spatial: SpatialLayer,
    /// The frame is predicted from the next lower spatial layer of its picture (D).
    pub inter_layer: bool,
}

/// How many pictures back the references of a frame lie (P_DIFF): 1–127 each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct References {
    diffs: [u8; MAX_REFERENCES],
    count: u8,
}

impl References {
    /// The differences, in the order in which they stand there.
    pub fn as_slice(&self) -> &[u8] {
        self.diffs.get(..usize::from(self.count)).unwrap_or_default()
    }

    fn push(&mut self, diff: u8) -> Result<(), Vp9Error> {
        let free = self.diffs.get_mut(usize::from(self.count)).ok_or(Vp9Error::TooManyReferences)?;
        *free = diff;
        self.count += 1;
        Ok(())
    }
}

impl Descriptor {
    /// Reads the descriptor at the front of a payload that must also hold some data.
    pub fn parse(payload: &[u8]) -> Result<Self, Vp9Error> {
        let descriptor = Self::read(payload)?;
        if descriptor.len < payload.len() { Ok(descriptor) } else { Err(Vp9Error::TooShort(payload.len())) }
    }

    /// Whether a keyframe starts in this packet: the base layer of a picture that nothing precedes.
    ///
    /// Higher spatial layers of the same picture are predicted from it and are no keyframe starts.
    pub fn is_keyframe_start(&self) -> bool {
        self.frame_start && !self.inter_predicted && self.spatial() == SpatialLayer(0)
    }

    /// Whether a picture starts in this packet, as long as its base layer is sent.
    pub fn is_picture_start(&self) -> bool {
        self.frame_start && self.spatial() == SpatialLayer(0)
    }

    /// Whether a receiver of lower spatial layers may step up to this frame's layer here: it starts
    /// a frame that needs no earlier picture.
    pub const fn is_spatial_switch(&self) -> bool {
        self.frame_start && !self.inter_predicted
    }

    /// The spatial layer; a stream without layers is all base layer.
    pub const fn spatial(&self) -> SpatialLayer {
        match self.layer {
            Some(layer) => layer.spatial,
            None => SpatialLayer(0),
        }
    }

    /// The scalability structure, when it is attached. `payload` is what the descriptor was read
    /// from.
    pub fn structure<'a>(&self, payload: &'a [u8]) -> Option<Structure<'a>> {
        Structure::read(payload.get(self.structure_at?..self.len)?)
    }

    /// Where the TL0PICIDX stands, if there is one.
    pub(super) fn tl0_at(&self) -> Option<usize> {
        self.tl0_picture_index.map(|_| 2 + self.picture_id.map_or(0, PictureId::len))
    }

    fn read(bytes: &[u8]) -> Result<Self, Vp9Error> {
        let too_short = || Vp9Error::TooShort(bytes.len());
        let first = *bytes.first().ok_or_else(too_short)?;
        let mut descriptor = Self {
            len: 1,
            picture_id: None,
            inter_predicted: first & INTER_PREDICTED != 0,
            flexible: first & FLEXIBLE != 0,
            frame_start: first & FRAME_START != 0,
            frame_end: first & FRAME_END != 0,
            no_upper_reference: first & NO_UPPER_REFERENCE != 0,
            layer: None,
            tl0_picture_index: None,
            references: References::default(),
            structure_at: None,
        };
        if first & HAS_PICTURE_ID != 0 {
            let id = PictureId::read(bytes, descriptor.len).ok_or_else(too_short)?;
            descriptor.len += id.len();
            descriptor.picture_id = Some(id);
        }
        if first & HAS_LAYERS != 0 {
            descriptor.read_layers(bytes).ok_or_else(too_short)?;
        }
        if descriptor.flexible && descriptor.inter_predicted {
            descriptor.read_references(bytes)?;
        }
        if first & HAS_STRUCTURE != 0 {
            let behind = bytes.get(descriptor.len..).unwrap_or_default();
            let structure = Structure::read(behind).ok_or_else(too_short)?;
            descriptor.structure_at = Some(descriptor.len);
            descriptor.len += structure.len();
        }
        Ok(descriptor)
    }

    fn read_layers(&mut self, bytes: &[u8]) -> Option<()> {
        let indices = *bytes.get(self.len)?;
        self.len += 1;
        self.layer = Some(LayerIndices {
            temporal: TemporalLayer(indices >> 5),
            switching_up: indices & 0x10 != 0,
            spatial: SpatialLayer((indices >> 1) & (MAX_SPATIAL_LAYERS as u8 - 1)),
            inter_layer: indices & 0x01 != 0,
        });
        if !self.flexible {
            self.tl0_picture_index = Some(*bytes.get(self.len)?);
            self.len += 1;
        }
        Some(())
    }

    fn read_references(&mut self, bytes: &[u8]) -> Result<(), Vp9Error> {
        loop {
            let reference = *bytes.get(self.len).ok_or(Vp9Error::TooShort(bytes.len()))?;
            self.len += 1;
            self.references.push(reference >> 1)?;
            if reference & 1 == 0 {
                return Ok(());
            }
        }
    }
}
