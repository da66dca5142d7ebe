//! The sequence parameter set (H.264 §7.3.2.1.1), up to the size of the picture.

use switchyard_vocab::layer::PictureSize;

use super::super::nal::unescape;
use crate::bits::BitReader;

/// How much of a set is read: with the longest scaling lists the size lies behind some 150 bytes.
const READ_LEN: usize = 512;

/// Profiles whose sets tell about chroma and scaling (H.264 §7.3.2.1.1).
const CHROMA_PROFILES: [u8; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Most offsets of a cycle of reference pictures that the standard allows (H.264 §7.4.2.1.1).
const MAX_CYCLE: u32 = 255;

/// What is read from a sequence parameter set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sps {
    /// By which picture parameter sets refer to it: 0–31.
    pub id: u8,
    /// The profile (`profile_idc`).
    pub profile: u8,
    /// The six constraint flags and two reserved bits.
    pub constraints: u8,
    /// Ten times the level (`level_idc`).
    pub level: u8,
    /// What is shown: the coded size without the cropped edges.
    pub size: PictureSize,
}

impl Sps {
    /// Reads a whole unit, header included.
    pub fn parse(unit: &[u8]) -> Option<Self> {
        let mut out = [0; READ_LEN];
        let body = unescape(unit.get(1..)?, &mut out);
        let &[profile, constraints, level, ref rest @ ..] = body else { return None };
        let mut reader = BitReader::new(rest);
        let id = u8::try_from(reader.ue()?).ok().filter(|&id| id < 32)?;
        let chroma =
            if CHROMA_PROFILES.contains(&profile) { Chroma::read(&mut reader)? } else { Chroma::Half };
        skip_frame_numbers(&mut reader)?;
        let size = read_size(&mut reader, chroma)?;
        Some(Self { id, profile, constraints, level, size })
    }
}

/// How the planes of colour compare to that of brightness.
#[derive(Clone, Copy)]
enum Chroma {
    /// None, or three planes coded apart.
    None,
    /// 4:2:0.
    Half,
    /// 4:2:2.
    HalfWidth,
    /// 4:4:4.
    Full,
}

impl Chroma {
    fn read(reader: &mut BitReader<'_>) -> Option<Self> {
        let format = reader.ue()?;
        let separate = format == 3 && reader.flag()?;
        let chroma = match format {
            0 => Self::None,
            1 => Self::Half,
            2 => Self::HalfWidth,
            3 if separate => Self::None,
            3 => Self::Full,
            _ => return None,
        };
        // The depths of both, and whether the transform may be bypassed.
        reader.ue()?;
        reader.ue()?;
        reader.skip(1)?;
        if reader.flag()? {
            let lists = if format == 3 { 12 } else { 8 };
            for list in 0..lists {
                if reader.flag()? {
                    skip_scaling_list(reader, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
        Some(chroma)
    }

    /// What one unit of cropping stands for, in columns and rows of brightness.
    const fn crop_unit(self) -> (u32, u32) {
        match self {
            Self::None | Self::Full => (1, 1),
            Self::Half => (2, 2),
            Self::HalfWidth => (2, 1),
        }
    }
}

fn skip_scaling_list(reader: &mut BitReader<'_>, len: u32) -> Option<()> {
    let mut last = 8;
    for _ in 0..len {
        last = (last + reader.se()?).rem_euclid(256);
        // From here on the last scale is repeated, and nothing more is sent.
        if last == 0 {
            return Some(());
        }
    }
    Some(())
}

/// How frames are numbered and ordered, and how many are kept.
fn skip_frame_numbers(reader: &mut BitReader<'_>) -> Option<()> {
    reader.ue()?;
    match reader.ue()? {
        0 => {
            reader.ue()?;
        }
        1 => {
            reader.skip(1)?;
            reader.se()?;
            reader.se()?;
            let cycle = reader.ue()?;
            if cycle > MAX_CYCLE {
                return None;
            }
            for _ in 0..cycle {
                reader.se()?;
            }
        }
        2 => {}
        _ => return None,
    }
    reader.ue()?;
    reader.skip(1)
}

fn read_size(reader: &mut BitReader<'_>, chroma: Chroma) -> Option<PictureSize> {
    let width_in_blocks = reader.ue()?.checked_add(1)?;
    let height_in_units = reader.ue()?.checked_add(1)?;
    let frames_only = reader.flag()?;
    if !frames_only {
        reader.skip(1)?;
    }
    reader.skip(1)?;
    // Fields have half the rows of their frame.
    let fields = if frames_only { 1 } else { 2 };
    let mut width = width_in_blocks.checked_mul(16)?;
    let mut height = height_in_units.checked_mul(16 * fields)?;
    if reader.flag()? {
        let (column, row) = chroma.crop_unit();
        let (left, right, top, bottom) = (reader.ue()?, reader.ue()?, reader.ue()?, reader.ue()?);
        width = width.checked_sub(left.checked_add(right)?.checked_mul(column)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(row * fields)?)?;
    }
    let size = PictureSize { width: width.try_into().ok()?, height: height.try_into().ok()? };
    (size.width > 0 && size.height > 0).then_some(size)
}
