//! What a packet says about itself, per codec family.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};
use switchyard_wire::payload::{av1, h264, h265, vp8, vp9};

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
        Codec::Vp9 => vp9(payload),
        Codec::H264 => h264(payload),
        Codec::Av1 => av1(payload),
        Codec::H265 => h265(payload),
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

fn vp9(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let descriptor = vp9::Descriptor::parse(payload).map_err(|_| DropReason::MalformedPayload)?;
    let largest = |structure: vp9::Structure<'_>| {
        structure.size(SpatialLayer(structure.spatial_layers().saturating_sub(1)))
    };
    Ok(PayloadFacts {
        frame_start: descriptor.is_picture_start(),
        keyframe_start: descriptor.is_keyframe_start(),
        temporal: descriptor.layer.map(|layer| layer.temporal),
        size: descriptor.structure(payload).and_then(largest),
    })
}

fn h264(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let facts = h264::facts(payload).map_err(|_| DropReason::MalformedPayload)?;
    Ok(PayloadFacts {
        frame_start: facts.picture_start || facts.has_sps,
        keyframe_start: facts.has_sps,
        temporal: None,
        size: h264::picture_size(payload),
    })
}

fn h265(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let facts = h265::facts(payload).map_err(|_| DropReason::MalformedPayload)?;
    let has_sets = facts.has_vps || facts.has_sps;
    Ok(PayloadFacts {
        frame_start: facts.picture_start || has_sets,
        keyframe_start: has_sets,
        temporal: Some(facts.temporal),
        size: h265::picture_size(payload),
    })
}

fn av1(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let facts = av1::facts(payload).map_err(|_| DropReason::MalformedPayload)?;
    Ok(PayloadFacts {
        frame_start: !facts.continues && (facts.frame_start || facts.has_sequence_header),
        keyframe_start: facts.keyframe_start(),
        temporal: facts.layers.map(|(_, temporal)| temporal),
        size: av1::picture_size(payload),
    })
}
