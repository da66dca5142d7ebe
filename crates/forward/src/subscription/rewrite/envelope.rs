//! The bytes of a packet for one subscriber: a new header, and the cached payload with its numbers
//! changed. Writing the same plan twice gives the same bytes.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::{Extension, SendSection};
use switchyard_vocab::observed::Observed;
use switchyard_vocab::rtp::{ExtSeqNo, PayloadType, RtpTimestamp, SeqNo, Ssrc};
use switchyard_wire::NoRoom;
use switchyard_wire::payload::vp8::{Descriptor, Numbers};
use switchyard_wire::rtp::extension::{AbsSendTime, TransportSeq, audio_level_bytes};
use switchyard_wire::rtp::{Form, HeaderWriter, RtpHeader, rtx};

use crate::publication::cache::{CacheRef, CachedPacket};

/// What is stamped on a packet at the moment it leaves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stamps {
    /// Its number on the transport.
    pub transport_seq: Option<TransportSeq>,
    /// The time of sending.
    pub abs_send_time: Option<AbsSendTime>,
}

/// Everything that was decided about a packet: enough to write it, and to write it again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The packet it is made from.
    pub source: CacheRef,
    /// Its number on the way out.
    pub seq: ExtSeqNo,
    /// Its timestamp on the way out.
    pub timestamp: RtpTimestamp,
    /// Its marker on the way out.
    pub marker: bool,
    /// Its VP8 numbers on the way out, when it is VP8.
    pub numbers: Option<Numbers>,
    /// How the camera was held.
    pub orientation: Option<u8>,
    /// What was stamped on it.
    pub stamps: Stamps,
}

/// How one subscriber wants its packets addressed.
#[derive(Debug)]
pub struct Envelope {
    section: SendSection,
    form: Form,
}

/// The stream that a packet goes out on.
#[derive(Clone, Copy)]
struct Stream {
    ssrc: Ssrc,
    payload_type: PayloadType,
    seq: SeqNo,
}

impl Envelope {
    /// As it was negotiated.
    pub fn new(section: &SendSection) -> Self {
        let one_byte = section.extensions.iter().all(|(_, id)| id <= 14);
        Self { section: section.clone(), form: if one_byte { Form::OneByte } else { Form::TwoByte } }
    }

    /// What was negotiated.
    pub const fn section(&self) -> &SendSection {
        &self.section
    }

    /// The SSRC and payload type of retransmissions, when both were negotiated.
    pub fn rtx(&self) -> Option<(Ssrc, PayloadType)> {
        Some((self.section.rtx_ssrc?, self.section.codec.rtx?))
    }

    /// Writes the packet and returns its length.
    pub fn write(&self, plan: &Plan, cached: &CachedPacket<'_>, out: &mut [u8]) -> Result<usize, NoRoom> {
        let stream = Stream {
            ssrc: self.section.ssrc,
            payload_type: self.section.codec.payload_type,
            seq: plan.seq.on_wire(),
        };
        let len = self.write_header(stream, plan, cached.observed, plan.stamps, out)?;
        write_payload(plan, cached.payload, out, len)
    }

    /// Writes the packet as a retransmission (RFC 4588 §4) and returns its length.
    pub fn write_rtx(
        &self,
        plan: &Plan,
        cached: &CachedPacket<'_>,
        (ssrc, payload_type): (Ssrc, PayloadType),
        seq: SeqNo,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<usize, NoRoom> {
        let stream = Stream { ssrc, payload_type, seq };
        let mut len = self.write_header(stream, plan, cached.observed, stamps, out)?;
        len += rtx::write_osn(plan.seq.on_wire(), out.get_mut(len..).ok_or(NoRoom)?)?;
        write_payload(plan, cached.payload, out, len)
    }

    /// The same extensions on every packet of a stream, so that packets of one size stay that and
    /// leave in one message.
    fn write_header(
        &self,
        stream: Stream,
        plan: &Plan,
        observed: &Observed,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<usize, NoRoom> {
        let header = RtpHeader {
            marker: plan.marker,
            padding: false,
            payload_type: stream.payload_type,
            seq: stream.seq,
            timestamp: plan.timestamp,
            ssrc: stream.ssrc,
        };
        let mut writer = HeaderWriter::begin(&header, self.form, out)?;
        for (extension, id) in self.section.extensions.iter() {
            match extension {
                Extension::Mid => writer.extension(id, self.section.mid.as_bytes())?,
                Extension::TransportCc => {
                    put(&mut writer, id, stamps.transport_seq.map(TransportSeq::bytes))?
                }
                Extension::AbsSendTime => put(&mut writer, id, stamps.abs_send_time.map(AbsSendTime::bytes))?,
                Extension::AudioLevel => put(&mut writer, id, observed.audio_level.map(audio_level_bytes))?,
                Extension::VideoOrientation => put(&mut writer, id, plan.orientation.map(|byte| [byte]))?,
                // Names of the publisher's encodings mean nothing to a subscriber, who sees one.
                Extension::Rid | Extension::RepairedRid => {}
                // What its encoders are doing is meant for the server.
                Extension::VideoLayersAllocation => {}
                // Never offered to a subscriber, so that none of these has an id.
                Extension::DependencyDescriptor
                | Extension::PlayoutDelay
                | Extension::AbsCaptureTime
                | Extension::ColorSpace => {}
            }
        }
        writer.finish()
    }
}

fn put<const N: usize>(writer: &mut HeaderWriter<'_>, id: u8, data: Option<[u8; N]>) -> Result<(), NoRoom> {
    data.map_or(Ok(()), |data| writer.extension(id, &data))
}

/// Writes the payload behind `len` bytes and returns the length of all.
fn write_payload(plan: &Plan, payload: &[u8], out: &mut [u8], len: usize) -> Result<usize, NoRoom> {
    let out = out.get_mut(len..).ok_or(NoRoom)?;
    let (front, rest) = match plan.numbers {
        None => (0, payload),
        Some(numbers) => {
            // It was read when the plan was made; a payload without a descriptor has no numbers.
            let descriptor = Descriptor::parse(payload).map_err(|_| NoRoom)?;
            (descriptor.write(&numbers, out)?, payload.get(descriptor.len..).unwrap_or_default())
        }
    };
    out.get_mut(front..front + rest.len()).ok_or(NoRoom)?.copy_from_slice(rest);
    Ok(len + front + rest.len())
}

/// The descriptor of a payload, when the codec has one and there is a payload.
pub(super) fn descriptor(codec: Codec, payload: &[u8]) -> Option<Descriptor> {
    match codec {
        Codec::Vp8 => Descriptor::parse(payload).ok(),
        Codec::Opus | Codec::Vp9 | Codec::H264 | Codec::Av1 | Codec::H265 => None,
    }
}
