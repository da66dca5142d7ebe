//! The uncompressed header of a keyframe (VP9 bitstream specification §6.2).

use switchyard_vocab::layer::PictureSize;

use crate::bits::BitReader;

const FRAME_MARKER: u32 = 0b10;
const SYNC_CODE: u32 = 0x49_8342;

/// The `color_space` that stands for RGB and has fields of its own.
const RGB: u32 = 7;

/// The size in the header at the front of `data`, if that is a keyframe in the clear.
pub(super) fn picture_size(data: &[u8]) -> Option<PictureSize> {
    let mut reader = BitReader::new(data);
    let marker = reader.bits(2)?;
    let profile = u32::from(reader.flag()?) + 2 * u32::from(reader.flag()?);
    let reserved = profile == 3 && reader.flag()?;
    let shows_existing = reader.flag()?;
    let is_delta = reader.flag()?;
    // Whether it is shown and is resilient to errors does not matter here.
    reader.skip(2)?;
    let sync_code = reader.bits(24)?;
    if marker != FRAME_MARKER || reserved || shows_existing || is_delta || sync_code != SYNC_CODE {
        return None;
    }
    skip_color_config(&mut reader, profile)?;
    let width = reader.bits(16)?.checked_add(1)?;
    let height = reader.bits(16)?.checked_add(1)?;
    Some(PictureSize { width: width.try_into().ok()?, height: height.try_into().ok()? })
}

fn skip_color_config(reader: &mut BitReader<'_>, profile: u32) -> Option<()> {
    if profile >= 2 {
        reader.skip(1)?;
    }
    let has_subsampling = profile & 1 != 0;
    if reader.bits(3)? == RGB {
        return if has_subsampling { reader.skip(1) } else { None };
    }
    // The range of colours, then both directions of subsampling and a reserved bit.
    reader.skip(if has_subsampling { 4 } else { 1 })
}
