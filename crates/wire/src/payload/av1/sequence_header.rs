//! The sequence header (AV1 bitstream specification §5.5), up to the size of the picture.

use switchyard_vocab::layer::PictureSize;

use crate::bits::BitReader;

/// What is read from a sequence header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SequenceHeader {
    /// The profile: 0 is Main.
    pub profile: u8,
    /// The level of the first operating point, that is of the whole stream: 5 is level 3.1.
    pub level: u8,
    /// No picture of the sequence is larger.
    pub size: PictureSize,
}

impl SequenceHeader {
    /// Reads what follows the header of the OBU.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let mut reader = BitReader::new(data);
        let profile = reader.small(3)?;
        // Whether there is but one picture.
        reader.skip(1)?;
        let is_reduced = reader.flag()?;
        let level = if is_reduced { reader.small(5)? } else { read_operating_points(&mut reader)? };
        let width_bits = reader.bits(4)? + 1;
        let height_bits = reader.bits(4)? + 1;
        let width = reader.bits(width_bits)?.checked_add(1)?;
        let height = reader.bits(height_bits)?.checked_add(1)?;
        let size = PictureSize { width: width.try_into().ok()?, height: height.try_into().ok()? };
        Some(Self { profile, level, size })
    }
}

/// Reads timing and all operating points; returns the level of the first.
fn read_operating_points(reader: &mut BitReader<'_>) -> Option<u8> {
    let mut delay_bits = None;
    if reader.flag()? {
        reader.skip(32 + 32)?;
        if reader.flag()? {
            // How long a picture is shown, in the same code as elsewhere.
            reader.ue()?;
        }
        if reader.flag()? {
            delay_bits = Some(usize::from(reader.small(5)?) + 1);
            reader.skip(32 + 5 + 5)?;
        }
    }
    let has_display_delay = reader.flag()?;
    let others = reader.small(5)?;
    let first = read_operating_point(reader, delay_bits, has_display_delay)?;
    for _ in 0..others {
        read_operating_point(reader, delay_bits, has_display_delay)?;
    }
    Some(first)
}

fn read_operating_point(
    reader: &mut BitReader<'_>,
    delay_bits: Option<usize>,
    has_display_delay: bool,
) -> Option<u8> {
    reader.skip(12)?;
    let level = reader.small(5)?;
    if level > 7 {
        // The tier, which only higher levels have.
        reader.skip(1)?;
    }
    if let Some(bits) = delay_bits
        && reader.flag()?
    {
        reader.skip(2 * bits + 1)?;
    }
    if has_display_delay && reader.flag()? {
        reader.skip(4)?;
    }
    Some(level)
}
