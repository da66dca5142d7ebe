//! The bytes of a packet for one subscriber: a new header, and the cached payload with its numbers
//! changed. Writing the same plan twice gives the same bytes.

use switchyard_vocab::negotiated::{Extension, SendSection};
use switchyard_vocab::rtp::{ExtSeqNo, PayloadType, RtpTimestamp, SeqNo, Ssrc};
use switchyard_wire::NoRoom;
use switchyard_wire::payload::dependency_descriptor::MAX_LEN;
use switchyard_wire::payload::{red, vp8, vp9};
use switchyard_wire::rtp::extension::{AbsSendTime, TransportSeq, audio_level_bytes};
use switchyard_wire::rtp::{Form, HeaderWriter, RtpHeader, rtx, write_padding};

use super::dependency;
use super::numbers::Numbers;
use crate::publication::attached::Elements;
use crate::publication::cache::{CacheRef, CachedPacket};
use crate::subscription::repeats::{Blocks, Repeats};

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
    /// It is the parameter sets attached to its source, and nothing else of it.
    pub only_sets: bool,
    /// The numbers that its codec counts, on the way out.
    pub numbers: Option<Numbers>,
    /// How the camera was held.
    pub orientation: Option<u8>,
    /// What was sent before and is in it once more.
    pub repeats: Repeats,
    /// What its publisher repeats in it is left out.
    pub alone: bool,
    /// What was stamped on it.
    pub stamps: Stamps,
}

/// How long a packet got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lengths {
    /// Of all of it.
    pub packet: usize,
    /// Of what is behind its header, without padding.
    pub payload: usize,
}

/// How one subscriber wants its packets addressed.
#[derive(Debug)]
pub struct Envelope {
    section: SendSection,
    /// The form of a packet with nothing long in it.
    form: Form,
}

/// As much padding as one packet can have.
const PADDING: u8 = u8::MAX;

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
        // What needs the other form is left out where both may not be mixed.
        let one_byte = section.extensions.iter().all(|(_, id)| id <= 14) || !section.extensions.is_mixed();
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

    /// Writes the packet, with what its plan repeats.
    pub fn write(
        &self,
        plan: &Plan,
        (cached, repeated): (&CachedPacket<'_>, Blocks<'_>),
        out: &mut [u8],
    ) -> Result<Lengths, NoRoom> {
        let stream = Stream {
            ssrc: self.section.ssrc,
            payload_type: self.red(plan, cached, repeated).unwrap_or(self.section.codec.payload_type),
            seq: plan.seq.on_wire(),
        };
        let header = self.write_header(stream, plan, cached, plan.stamps, out)?;
        let packet = self.write_payload(plan, (cached, repeated), out, header)?;
        Ok(Lengths { packet, payload: packet - header })
    }

    /// Writes the packet as a retransmission (RFC 4588 §4).
    pub fn write_rtx(
        &self,
        plan: &Plan,
        cached: &CachedPacket<'_>,
        (ssrc, payload_type): (Ssrc, PayloadType),
        seq: SeqNo,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<Lengths, NoRoom> {
        let stream = Stream { ssrc, payload_type, seq };
        let header = self.write_header(stream, plan, cached, stamps, out)?;
        let front = rtx::write_osn(plan.seq.on_wire(), out.get_mut(header..).ok_or(NoRoom)?)?;
        let packet = self.write_payload(plan, (cached, Blocks::default()), out, header + front)?;
        Ok(Lengths { packet, payload: packet - header })
    }

    /// Writes a packet of nothing but padding among the retransmissions (RFC 3550 §5.1) and returns its length.
    pub fn write_padding(
        &self,
        timestamp: RtpTimestamp,
        (ssrc, payload_type): (Ssrc, PayloadType),
        seq: SeqNo,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<usize, NoRoom> {
        let header = RtpHeader { marker: false, padding: true, payload_type, seq, timestamp, ssrc };
        let mut writer = HeaderWriter::begin(&header, self.form, out)?;
        let number = stamps.transport_seq.map(TransportSeq::bytes);
        let time = stamps.abs_send_time.map(AbsSendTime::bytes);
        for (extension, id) in self.section.extensions.iter() {
            match extension {
                Extension::Mid => writer.extension(id, self.section.mid.as_bytes())?,
                Extension::TransportCc => number.iter().try_for_each(|data| writer.extension(id, data))?,
                Extension::AbsSendTime => time.iter().try_for_each(|data| writer.extension(id, data))?,
                _ => {}
            }
        }
        let len = writer.finish()?;
        Ok(len + write_padding(PADDING, out.get_mut(len..).ok_or(NoRoom)?)?)
    }

    /// Whether its receiver reads RED.
    pub const fn takes_red(&self) -> bool {
        self.section.codec.red.is_some()
    }

    /// The payload type of a packet that goes out as RED.
    fn red(&self, plan: &Plan, cached: &CachedPacket<'_>, repeated: Blocks<'_>) -> Option<PayloadType> {
        let is_red = cached.observed.red && !plan.alone || !repeated.is_empty();
        self.section.codec.red.filter(|_| is_red)
    }

    /// The same extensions on every packet of a stream, so that packets of one size stay that and
    /// leave in one message; only keyframes have more.
    fn write_header(
        &self,
        stream: Stream,
        plan: &Plan,
        cached: &CachedPacket<'_>,
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
        let mut writer = HeaderWriter::begin(&header, self.form_of(&cached.attached), out)?;
        for (extension, id) in self.section.extensions.iter() {
            self.write_extension((extension, id), plan, cached, stamps, &mut writer)?;
        }
        writer.finish()
    }

    /// All elements of a packet have one form (RFC 8285 §4.1.2).
    fn form_of(&self, attached: &Elements<'_>) -> Form {
        let extensions = &self.section.extensions;
        let needs = |extension, data: &[u8]| {
            let id = extensions.id(extension);
            !data.is_empty() && id.is_some_and(|id| !Form::OneByte.fits(id, data))
        };
        let is_long = needs(Extension::DependencyDescriptor, attached.dependency)
            || needs(Extension::ColorSpace, attached.color_space);
        if is_long && extensions.is_mixed() { Form::TwoByte } else { self.form }
    }

    fn write_extension(
        &self,
        (extension, id): (Extension, u8),
        plan: &Plan,
        cached: &CachedPacket<'_>,
        stamps: Stamps,
        writer: &mut HeaderWriter<'_>,
    ) -> Result<(), NoRoom> {
        let CachedPacket { observed, attached, .. } = cached;
        let form = self.form_of(attached);
        let mut put = |data: Option<&[u8]>| match data {
            Some(data) if !data.is_empty() && form.fits(id, data) => writer.extension(id, data),
            // Without consent to the longer form it is left out.
            _ => Ok(()),
        };
        match extension {
            Extension::Mid => put(Some(self.section.mid.as_bytes())),
            Extension::TransportCc => {
                put(stamps.transport_seq.map(TransportSeq::bytes).as_ref().map(|b| &b[..]))
            }
            Extension::AbsSendTime => {
                put(stamps.abs_send_time.map(AbsSendTime::bytes).as_ref().map(|b| &b[..]))
            }
            Extension::AudioLevel => {
                put(observed.audio_level.map(audio_level_bytes).as_ref().map(|b| &b[..]))
            }
            Extension::VideoOrientation => put(plan.orientation.as_ref().map(std::slice::from_ref)),
            Extension::PlayoutDelay => put(Some(attached.playout_delay)),
            Extension::AbsCaptureTime => put(Some(attached.capture_time)),
            Extension::ColorSpace => put(Some(attached.color_space)),
            Extension::DependencyDescriptor => {
                let Some(Numbers::Dependency(numbers)) = plan.numbers else { return Ok(()) };
                let mut descriptor = [0; MAX_LEN];
                let len = dependency::write(attached.dependency, numbers, &mut descriptor)?;
                put(descriptor.get(..len))
            }
            // Names of the publisher's encodings mean nothing to a subscriber, who sees one. What its
            // encoders are doing is meant for the server.
            Extension::Rid | Extension::RepairedRid | Extension::VideoLayersAllocation => Ok(()),
        }
    }

    /// Writes the payload behind `len` bytes and returns the length of all.
    fn write_payload(
        &self,
        plan: &Plan,
        (cached, repeated): (&CachedPacket<'_>, Blocks<'_>),
        out: &mut [u8],
        len: usize,
    ) -> Result<usize, NoRoom> {
        let out = out.get_mut(len..).ok_or(NoRoom)?;
        let payload = if plan.only_sets { cached.attached.parameter_sets } else { cached.payload };
        let written = match plan.numbers {
            Some(Numbers::Vp8(numbers)) => {
                // It was read when the plan was made; a payload without a descriptor has no numbers.
                let descriptor = vp8::Descriptor::parse(payload).map_err(|_| NoRoom)?;
                let front = descriptor.write(&numbers, out)?;
                let rest = payload.get(descriptor.len..).unwrap_or_default();
                front + copy(rest, out.get_mut(front..).ok_or(NoRoom)?)?
            }
            Some(Numbers::Vp9(numbers)) => {
                let descriptor = vp9::Descriptor::parse(payload).map_err(|_| NoRoom)?;
                let written = copy(payload, out)?;
                descriptor.renumber(&numbers, out)?;
                written
            }
            Some(Numbers::Dependency(_)) | None if cached.observed.red => {
                self.write_red(plan, cached, out)?
            }
            None if !repeated.is_empty() => {
                red::write(repeated.iter(), (self.section.codec.payload_type, payload), out)?
            }
            Some(Numbers::Dependency(_)) | None => copy(payload, out)?,
        };
        Ok(len + written)
    }

    /// Sound that repeats what was sent before: as it is to those who know that, else what is new in it.
    fn write_red(&self, plan: &Plan, cached: &CachedPacket<'_>, out: &mut [u8]) -> Result<usize, NoRoom> {
        let opus = self.section.codec.payload_type;
        if plan.alone {
            // It was checked when it came in.
            let red = red::Red::parse(cached.payload).map_err(|_| NoRoom)?;
            return red.write_primary(out);
        }
        let written = copy(cached.payload, out)?;
        let blocks = out.get_mut(..written).ok_or(NoRoom)?;
        red::rename(blocks, |_| Some(opus)).map_err(|_| NoRoom)?;
        Ok(written)
    }
}

fn copy(from: &[u8], out: &mut [u8]) -> Result<usize, NoRoom> {
    out.get_mut(..from.len()).ok_or(NoRoom)?.copy_from_slice(from);
    Ok(from.len())
}
