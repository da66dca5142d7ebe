//! Reading of the payload descriptor (RFC 7741 §4.2).

use switchyard_vocab::layer::TemporalLayer;

use super::super::picture_id::PictureId;

pub(super) const EXTENDED: u8 = 0x80;
pub(super) const NON_REFERENCE: u8 = 0x20;
pub(super) const START: u8 = 0x10;
pub(super) const PARTITION: u8 = 0x07;

pub(super) const HAS_PICTURE_ID: u8 = 0x80;
pub(super) const HAS_TL0: u8 = 0x40;
pub(super) const HAS_TEMPORAL: u8 = 0x20;
pub(super) const HAS_KEYIDX: u8 = 0x10;

pub(super) const LAYER_SYNC: u8 = 0x20;

/// Why a payload has no readable descriptor: it ends inside it, or right behind it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} bytes are no VP8 payload")]
pub struct Vp8Error(pub usize);

/// What stands in front of a VP8 payload. Fields that were absent are `None`.
///
/// A TL0PICIDX without a temporal layer is against the RFC and seen in the wild; it is read as it
/// stands there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Descriptor {
    /// Length of the descriptor itself, in bytes; the frame's data follows.
    pub len: usize,
    /// No later frame refers to this one (N).
    pub non_reference: bool,
    /// A partition starts in this packet (S); a frame does when that is partition 0.
    pub partition_start: bool,
    /// Which partition (PID): 0–7.
    pub partition: u8,
    /// Number of the picture.
    pub picture_id: Option<PictureId>,
    /// Number of the last picture of the base layer, this one included; wraps at 8 bits.
    pub tl0_picture_index: Option<u8>,
    /// Temporal layer (TID): 0–3.
    pub temporal: Option<TemporalLayer>,
    /// A frame that refers to the base layer alone (Y): here one may step up to its layer.
    pub layer_sync: bool,
    /// Number of the last keyframe, this one included; wraps at 5 bits.
    pub key_index: Option<u8>,
}

impl Descriptor {
    /// Reads the descriptor at the front of a payload that must also hold some data.
    pub fn parse(payload: &[u8]) -> Result<Self, Vp8Error> {
        Self::read(payload).filter(|read| read.len < payload.len()).ok_or(Vp8Error(payload.len()))
    }

    /// Whether a frame starts in this packet.
    pub const fn is_frame_start(&self) -> bool {
        self.partition_start && self.partition == 0
    }

    /// Whether a keyframe starts in this packet. `payload` is what the descriptor was read from.
    pub fn is_keyframe_start(&self, payload: &[u8]) -> bool {
        // The lowest bit of the frame tag is 0 in a keyframe (RFC 7741 §4.3).
        self.is_frame_start() && payload.get(self.len).is_some_and(|tag| tag & 1 == 0)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let mut descriptor = Self {
            len: 1,
            non_reference: first & NON_REFERENCE != 0,
            partition_start: first & START != 0,
            partition: first & PARTITION,
            picture_id: None,
            tl0_picture_index: None,
            temporal: None,
            layer_sync: false,
            key_index: None,
        };
        if first & EXTENDED != 0 {
            descriptor.read_extended(bytes)?;
        }
        Some(descriptor)
    }

    fn read_extended(&mut self, bytes: &[u8]) -> Option<()> {
        let present = *bytes.get(1)?;
        let mut at = 2;
        if present & HAS_PICTURE_ID != 0 {
            let id = PictureId::read(bytes, at)?;
            at += id.len();
            self.picture_id = Some(id);
        }
        if present & HAS_TL0 != 0 {
            self.tl0_picture_index = Some(*bytes.get(at)?);
            at += 1;
        }
        if present & (HAS_TEMPORAL | HAS_KEYIDX) != 0 {
            let shared = *bytes.get(at)?;
            at += 1;
            if present & HAS_TEMPORAL != 0 {
                self.temporal = Some(TemporalLayer(shared >> 6));
                self.layer_sync = shared & LAYER_SYNC != 0;
            }
            if present & HAS_KEYIDX != 0 {
                self.key_index = Some(shared & 0x1f);
            }
        }
        self.len = at;
        Some(())
    }
}
