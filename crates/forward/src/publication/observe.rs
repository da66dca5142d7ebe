//! What a packet says about itself, per codec family.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};
use switchyard_vocab::profile::Profile;
use switchyard_vocab::rtp::{ExtSeqNo, PayloadType, RtpTimestamp};
use switchyard_wire::payload::dependency_descriptor::{self, MAX_SPATIAL_LAYERS, Mandatory};
use switchyard_wire::payload::nal::ParameterSets;
use switchyard_wire::payload::red::Red;
use switchyard_wire::payload::{av1, h264, h265, vp8, vp9};
use switchyard_wire::rtp::extension::KnownExtensions;

use super::binding::Bound;

/// Facts out of the payload, or out of the descriptor in the header.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PayloadFacts {
    pub(super) padding_only: bool,
    pub(super) frame_start: bool,
    pub(super) keyframe_start: bool,
    /// The parameter sets which that keyframe needs came before it.
    pub(super) lacks_sets: bool,
    pub(super) temporal: Option<TemporalLayer>,
    pub(super) size: Option<PictureSize>,
}

/// What has to be remembered of one stream to read its next packet.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The structure that dependency descriptors refer to.
    descriptors: Option<Box<dependency_descriptor::Reader>>,
    /// The parameter sets that were sent last.
    sets: Option<Box<ParameterSets>>,
    /// Where the last keyframe with sets, or parts of them, started.
    last_keyframe: Option<RtpTimestamp>,
}

/// One packet to be read, whose payload is not empty.
#[derive(Clone, Copy)]
pub(super) struct Unread<'a> {
    pub(super) codec: Codec,
    pub(super) seq: ExtSeqNo,
    pub(super) timestamp: RtpTimestamp,
    pub(super) payload: &'a [u8],
    pub(super) descriptor: Option<&'a [u8]>,
}

impl Memory {
    /// Reads one packet.
    ///
    /// # Errors
    /// [`DropReason::MalformedPayload`] when it contradicts itself.
    pub(super) fn read(&mut self, packet: Unread<'_>) -> Result<PayloadFacts, DropReason> {
        let payload = packet.payload;
        match packet.codec {
            Codec::Opus => Ok(PayloadFacts { frame_start: true, ..PayloadFacts::default() }),
            Codec::Vp8 => vp8(payload),
            Codec::Vp9 => vp9(payload),
            Codec::H264 => self.h264(packet.timestamp, payload),
            Codec::Av1 => match packet.descriptor.and_then(Mandatory::parse) {
                Some(mandatory) => Ok(self.described(packet, mandatory)),
                None => av1(payload),
            },
            Codec::H265 => self.h265(packet.timestamp, payload),
        }
    }

    /// The stream starts anew.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The parameter sets of the stream as the payload of one packet, for a keyframe that lacks them;
    /// `None` where they can't be one.
    pub(super) fn write_sets(&self, profile: Profile, out: &mut [u8]) -> Option<usize> {
        let sets = self.sets.as_ref()?;
        match profile {
            // Mode 0 has no aggregates.
            Profile::H264(format) if format.fragments => h264::write_stap_a(sets, out).ok(),
            Profile::H265(_) => h265::write_aggregate(sets, out).ok(),
            _ => None,
        }
    }

    /// The descriptor says everything, and says it also where the payload is encrypted. A structure that
    /// was missed leaves what stands in each of them.
    fn described(&mut self, packet: Unread<'_>, mandatory: Mandatory) -> PayloadFacts {
        let reader = self.descriptors.get_or_insert_default();
        let read = packet.descriptor.and_then(|data| reader.read(packet.seq, data).ok());
        let Some(descriptor) = read else {
            return PayloadFacts { frame_start: mandatory.frame_start, ..PayloadFacts::default() };
        };
        let is_keyframe = descriptor.has_structure && mandatory.frame_start;
        let structure = reader.structure().filter(|_| is_keyframe);
        let layers = 0..MAX_SPATIAL_LAYERS as u8;
        let largest = layers.rev().find_map(|layer| structure?.size(SpatialLayer(layer)));
        // Without sizes in the structure there may be one in the clear.
        let in_payload = || av1::picture_size(packet.payload).filter(|_| is_keyframe);
        PayloadFacts {
            padding_only: false,
            frame_start: mandatory.frame_start && descriptor.spatial == SpatialLayer(0),
            keyframe_start: is_keyframe,
            lacks_sets: false,
            temporal: Some(descriptor.temporal),
            size: largest.or_else(in_payload),
        }
    }

    fn h264(&mut self, timestamp: RtpTimestamp, payload: &[u8]) -> Result<PayloadFacts, DropReason> {
        let facts = h264::facts(payload).map_err(|_| DropReason::MalformedPayload)?;
        if facts.has_sps || facts.has_pps {
            h264::collect(payload, self.sets.get_or_insert_default());
        }
        let knows = |kind| self.sets.as_ref().is_some_and(|sets| sets.has(kind));
        let can_start = facts.idr_start && knows(h264::kind::SPS) && knows(h264::kind::PPS);
        let keyframe_start = (facts.has_sps || can_start) && self.is_new_keyframe(timestamp);
        Ok(PayloadFacts {
            padding_only: false,
            frame_start: facts.picture_start || facts.has_sps,
            keyframe_start,
            lacks_sets: keyframe_start && !facts.has_sps,
            temporal: None,
            size: h264::picture_size(payload),
        })
    }

    fn h265(&mut self, timestamp: RtpTimestamp, payload: &[u8]) -> Result<PayloadFacts, DropReason> {
        let facts = h265::facts(payload).map_err(|_| DropReason::MalformedPayload)?;
        let has_sets = facts.has_vps || facts.has_sps;
        if has_sets || facts.has_pps {
            h265::collect(payload, self.sets.get_or_insert_default());
        }
        let knows = |kind| self.sets.as_ref().is_some_and(|sets| sets.has(kind));
        let can_start = facts.irap_start && knows(h265::kind::SPS) && knows(h265::kind::PPS);
        let keyframe_start = (has_sets || can_start) && self.is_new_keyframe(timestamp);
        Ok(PayloadFacts {
            padding_only: false,
            frame_start: facts.picture_start || has_sets,
            keyframe_start,
            lacks_sets: keyframe_start && !has_sets,
            temporal: Some(facts.temporal),
            size: h265::picture_size(payload),
        })
    }

    /// The sets of a keyframe and its picture may come in several packets: it starts in the first.
    fn is_new_keyframe(&mut self, timestamp: RtpTimestamp) -> bool {
        self.last_keyframe.replace(timestamp) != Some(timestamp)
    }
}

/// Reads the payload of a packet with what has to be remembered of its stream.
///
/// # Errors
/// [`DropReason::MalformedPayload`] when it contradicts itself.
pub(super) fn observe(
    memory: &mut Memory,
    (seq, timestamp): (ExtSeqNo, RtpTimestamp),
    known: &KnownExtensions<'_>,
    bound: &Bound,
    payload: &[u8],
) -> Result<PayloadFacts, DropReason> {
    if payload.is_empty() {
        return Ok(PayloadFacts { padding_only: true, ..PayloadFacts::default() });
    }
    if bound.red {
        check_red(payload, bound.codec.payload_type)?;
    }
    let descriptor = known.dependency_descriptor;
    memory.read(Unread { codec: bound.codec.codec, seq, timestamp, payload, descriptor })
}

/// Whether a payload is RED that holds nothing but `opus`.
///
/// # Errors
/// [`DropReason::MalformedPayload`] when it is not.
pub(super) fn check_red(payload: &[u8], opus: PayloadType) -> Result<(), DropReason> {
    let red = Red::parse(payload).map_err(|_| DropReason::MalformedPayload)?;
    let mut types = red.redundant().map(|block| block.payload_type).chain([red.primary_type()]);
    if types.all(|known| known == opus) { Ok(()) } else { Err(DropReason::MalformedPayload) }
}

fn vp8(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let descriptor = vp8::Descriptor::parse(payload).map_err(|_| DropReason::MalformedPayload)?;
    Ok(PayloadFacts {
        padding_only: false,
        frame_start: descriptor.is_frame_start(),
        keyframe_start: descriptor.is_keyframe_start(payload),
        lacks_sets: false,
        temporal: descriptor.temporal,
        size: vp8::picture_size(payload),
    })
}

fn vp9(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let descriptor = vp9::Descriptor::parse(payload).map_err(|_| DropReason::MalformedPayload)?;
    let largest = |structure: vp9::Structure<'_>| {
        structure.size(SpatialLayer(structure.spatial_layers().saturating_sub(1)))
    };
    let keyframe_start = descriptor.is_keyframe_start();
    let in_structure = descriptor.structure(payload).and_then(largest);
    Ok(PayloadFacts {
        padding_only: false,
        frame_start: descriptor.is_picture_start(),
        keyframe_start,
        lacks_sets: false,
        temporal: descriptor.layer.map(|layer| layer.temporal),
        size: in_structure.or_else(|| vp9::picture_size(payload).filter(|_| keyframe_start)),
    })
}

fn av1(payload: &[u8]) -> Result<PayloadFacts, DropReason> {
    let facts = av1::facts(payload).map_err(|_| DropReason::MalformedPayload)?;
    Ok(PayloadFacts {
        padding_only: false,
        frame_start: !facts.continues && (facts.frame_start || facts.has_sequence_header),
        keyframe_start: facts.keyframe_start(),
        lacks_sets: false,
        temporal: facts.layers.map(|(_, temporal)| temporal),
        size: av1::picture_size(payload),
    })
}
