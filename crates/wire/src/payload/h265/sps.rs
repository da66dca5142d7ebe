//! The sequence parameter set (H.265 §7.3.2.2.1), up to the size of the picture.

use switchyard_vocab::layer::PictureSize;

use super::super::nal::unescape;
use crate::bits::BitReader;

/// How much of a set is read: with seven temporal layers the size lies behind some 100 bytes.
const READ_LEN: usize = 160;

/// Profile with its flags, of the whole stream or of one temporal layer (H.265 §7.3.3).
const PROFILE_BITS: usize = 88;
const LEVEL_BITS: usize = 8;

/// What is read from a sequence parameter set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sps {
    /// By which picture parameter sets refer to it: 0–15.
    pub id: u8,
    /// The profile (`general_profile_idc`): 1 is Main.
    pub profile: u8,
    /// Whether it is of the high tier.
    pub high_tier: bool,
    /// Thirty times the level (`general_level_idc`).
    pub level: u8,
    /// What is shown: the coded size without the cropped edges.
    pub size: PictureSize,
}

impl Sps {
    /// Reads a whole unit, header included.
    pub fn parse(unit: &[u8]) -> Option<Self> {
        let mut out = [0; READ_LEN];
        let mut reader = BitReader::new(unescape(unit.get(2..)?, &mut out));
        // The id of its video parameter set.
        reader.skip(4)?;
        let sub_layers = reader.small(3)?;
        if sub_layers > 6 {
            return None;
        }
        reader.skip(1 + 2)?;
        let high_tier = reader.flag()?;
        let profile = reader.small(5)?;
        reader.skip(PROFILE_BITS - 8)?;
        let level = reader.small(8)?;
        skip_sub_layers(&mut reader, sub_layers)?;
        let id = u8::try_from(reader.ue()?).ok().filter(|&id| id < 16)?;
        let size = read_size(&mut reader)?;
        Some(Self { id, profile, high_tier, level, size })
    }
}

/// Profile and level of each temporal layer but the highest, as far as they are there.
fn skip_sub_layers(reader: &mut BitReader<'_>, count: u8) -> Option<()> {
    let mut bits = 0;
    for _ in 0..count {
        bits += if reader.flag()? { PROFILE_BITS } else { 0 };
        bits += if reader.flag()? { LEVEL_BITS } else { 0 };
    }
    if count > 0 {
        // The flags fill up two bytes.
        bits += 2 * (8 - usize::from(count));
    }
    reader.skip(bits)
}

fn read_size(reader: &mut BitReader<'_>) -> Option<PictureSize> {
    let chroma = reader.ue()?;
    if chroma == 3 {
        // Whether the planes are coded apart.
        reader.skip(1)?;
    }
    // What one unit of cropping stands for, in columns and rows (H.265 table 6-1).
    let (column, row) = match chroma {
        1 => (2, 2),
        2 => (2, 1),
        0 | 3 => (1, 1),
        _ => return None,
    };
    let mut width = reader.ue()?;
    let mut height = reader.ue()?;
    if reader.flag()? {
        let (left, right, top, bottom) = (reader.ue()?, reader.ue()?, reader.ue()?, reader.ue()?);
        width = width.checked_sub(left.checked_add(right)?.checked_mul(column)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(row)?)?;
    }
    let size = PictureSize { width: width.try_into().ok()?, height: height.try_into().ok()? };
    (size.width > 0 && size.height > 0).then_some(size)
}
