//! The descriptor of one packet (A.8.2).

use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};

use super::DescriptorError;
use super::lists::{ChainDiffs, Dtis, FrameDiffs};
use super::structure::Structure;
use crate::bits::BitReader;
use crate::bytes::u16_at;

/// Length of what every descriptor has.
const MANDATORY_LEN: usize = 3;

/// What every descriptor has, and what can be read without a structure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Mandatory {
    /// The packet is the first of its frame.
    pub frame_start: bool,
    /// The packet is the last of its frame; other spatial layers of the picture may follow.
    pub frame_end: bool,
    /// Which template the frame follows: 0–63.
    pub template_id: u8,
    /// Number of the frame, one for each spatial layer; wraps at 16 bits.
    pub frame_number: u16,
}

impl Mandatory {
    /// Reads the first three bytes.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let first = *data.first()?;
        Some(Self {
            frame_start: first & 0x80 != 0,
            frame_end: first & 0x40 != 0,
            template_id: first & 0x3f,
            frame_number: u16_at(data, 1)?,
        })
    }

    /// As it travels.
    pub const fn bytes(self) -> [u8; MANDATORY_LEN] {
        let [high, low] = self.frame_number.to_be_bytes();
        let flags = ((self.frame_start as u8) << 7) | ((self.frame_end as u8) << 6);
        [flags | (self.template_id & 0x3f), high, low]
    }
}

/// All that a descriptor says about the frame of one packet, whether it stood in the packet or in the
/// template that it refers to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Descriptor {
    /// What stood in front.
    pub mandatory: Mandatory,
    /// Position of its template in the structure: 0–63.
    pub template_index: u8,
    /// Spatial layer: 0–3.
    pub spatial: SpatialLayer,
    /// Temporal layer: 0–7.
    pub temporal: TemporalLayer,
    /// What the frame means to each target.
    pub dtis: Dtis,
    /// What the frame refers to.
    pub frame_diffs: FrameDiffs,
    /// What came before the frame in each chain.
    pub chain_diffs: ChainDiffs,
    /// The largest size of its spatial layer, when the structure says so.
    pub size: Option<PictureSize>,
    /// A structure is attached: the packet is the first of a keyframe.
    pub has_structure: bool,
    /// Which targets can be decoded from now on, when this packet says so; the lowest bit for target 0.
    /// An attached structure without it says: all.
    pub active_targets: Option<u32>,
}

impl Descriptor {
    /// Whether a chain starts anew or has lost nothing, if `last` is the number of the last frame of
    /// it that was received.
    pub fn continues_chain(&self, chain: u8, last: Option<u16>) -> bool {
        match self.chain_diffs.as_slice().get(usize::from(chain)) {
            Some(0) => true,
            Some(&diff) => last == Some(self.mandatory.frame_number.wrapping_sub(u16::from(diff))),
            None => false,
        }
    }
}

/// The mandatory fields and the flags behind them. What the flags announce is read in order: the
/// structure, the active targets, the frame's own lists.
pub(super) struct Front<'a> {
    mandatory: Mandatory,
    pub(super) has_structure: bool,
    has_active_targets: bool,
    has_dtis: bool,
    has_frame_diffs: bool,
    has_chain_diffs: bool,
    rest: BitReader<'a>,
    len: usize,
}

impl<'a> Front<'a> {
    pub(super) fn read(data: &'a [u8]) -> Result<Self, DescriptorError> {
        let too_short = || DescriptorError::TooShort(data.len());
        let mandatory = Mandatory::parse(data).ok_or_else(too_short)?;
        let extended = data.get(MANDATORY_LEN..).unwrap_or_default();
        let mut rest = BitReader::new(extended);
        let flags = if extended.is_empty() { 0 } else { rest.bits(5).ok_or_else(too_short)? };
        Ok(Self {
            mandatory,
            has_structure: flags & 0b1_0000 != 0,
            has_active_targets: flags & 0b0_1000 != 0,
            has_dtis: flags & 0b0_0100 != 0,
            has_frame_diffs: flags & 0b0_0010 != 0,
            has_chain_diffs: flags & 0b0_0001 != 0,
            rest,
            len: data.len(),
        })
    }

    /// Reads the structure, which the flags announced.
    pub(super) fn read_structure(&mut self) -> Result<Structure, DescriptorError> {
        Structure::read(&mut self.rest).ok_or(DescriptorError::TooShort(self.len))?
    }

    /// Reads what is left, with the structure that applies.
    pub(super) fn complete(mut self, structure: &Structure) -> Result<Descriptor, DescriptorError> {
        let (template_index, template) = structure.template(self.mandatory.template_id)?;
        let mut descriptor = Descriptor {
            mandatory: self.mandatory,
            template_index,
            spatial: template.spatial,
            temporal: template.temporal,
            dtis: template.dtis,
            frame_diffs: template.frame_diffs,
            chain_diffs: template.chain_diffs,
            size: structure.size(template.spatial),
            has_structure: self.has_structure,
            active_targets: None,
        };
        let too_short = DescriptorError::TooShort(self.len);
        if self.has_active_targets {
            let targets = self.rest.bits(u32::from(structure.target_count()));
            descriptor.active_targets = Some(targets.ok_or(too_short)?);
        }
        if self.has_dtis {
            descriptor.dtis = self.read_dtis(structure.target_count()).ok_or(too_short)?;
        }
        if self.has_frame_diffs {
            descriptor.frame_diffs = self.read_frame_diffs().ok_or(too_short)??;
        }
        if self.has_chain_diffs {
            descriptor.chain_diffs = self.read_chain_diffs(structure.chain_count()).ok_or(too_short)?;
        }
        Ok(descriptor)
    }

    fn read_dtis(&mut self, targets: u8) -> Option<Dtis> {
        let mut dtis = Dtis::default();
        for _ in 0..targets {
            dtis.push(self.rest.small(2)?);
        }
        Some(dtis)
    }

    fn read_frame_diffs(&mut self) -> Option<Result<FrameDiffs, DescriptorError>> {
        let mut diffs = FrameDiffs::default();
        loop {
            let nibbles = self.rest.bits(2)?;
            if nibbles == 0 {
                return Some(Ok(diffs));
            }
            let diff = self.rest.bits(4 * nibbles)? as u16 + 1;
            if let Err(error) = diffs.push(diff) {
                return Some(Err(error));
            }
        }
    }

    fn read_chain_diffs(&mut self, chains: u8) -> Option<ChainDiffs> {
        let mut diffs = ChainDiffs::default();
        for _ in 0..chains {
            diffs.push(self.rest.small(8)?);
        }
        Some(diffs)
    }
}
