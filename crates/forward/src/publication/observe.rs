//! What a packet says about itself, per codec family.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::layer::{PictureSize, TemporalLayer};
use switchyard_wire::payload::vp8;

/// Facts out of the payload.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PayloadFacts {
    pub(super) frame_start: bool,
    pub(super) keyframe_start: bool,
    pub(super) temporal: Option<TemporalLayer>,
    pub(super) size: Option<PictureSize>,
}

/// Reads the payload of one packet, which is not empty.
///
/// # Errors
/// [`DropReason::MalformedPayload`] when it contradicts itself.
pub(super) fn payload(codec: Codec, payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    match codec {
        Codec::Opus => Ok(PayloadFacts { frame_start: true, ..PayloadFacts::default() }),
        Codec::Vp8 => vp8(payload),
    }
}

fn vp8(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let descriptor = vp8::Descriptor::parse(payload).map_err(|_| DropReason::MalformedPayload)?;
    Ok(PayloadFacts {
        frame_start: descriptor.is_frame_start(),
        keyframe_start: descriptor.is_keyframe_start(payload),
        temporal: descriptor.temporal,
        size: vp8::picture_size(payload),
    })
}
