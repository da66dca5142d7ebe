//! One encoding: frames cut into packets, and what was sent kept for who asks again.

use std::time::Duration;

use switchyard_congestion::twcc::numbering::Numbering;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::datagram::MAX_DATAGRAM;
use switchyard_vocab::layer::TemporalLayer;
use switchyard_vocab::negotiated::Extension;
use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp, SeqNo, Ssrc};
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::payload::vp8::{Descriptor, Numbers, PictureId};
use switchyard_wire::rtcp::SenderInfo;
use switchyard_wire::rtp::extension::TransportSeq;
use switchyard_wire::rtp::{Form, HeaderWriter, RtpHeader, RtpPacket, rtx};

use super::{EncodingPlan, Sent, TrackPlan};
use crate::client::Exit;
use crate::plan::PAYLOAD;
use crate::stamp::{Source, Stamp};

/// Packets kept for retransmission: about a second of the fastest encoding.
const HISTORY: usize = 2048;

/// A keyframe is so many times as large as other frames, as from a real encoder.
const KEYFRAME_FACTOR: usize = 4;

/// Opus: one frame of 20 ms, fullband, mono (RFC 6716 §3.1).
const OPUS_TOC: u8 = 0x78;

/// Where a frame comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) publisher: u32,
    pub(super) timestamp: RtpTimestamp,
    /// Since the beginning of the run.
    pub(super) sent: Duration,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Encoding {
    index: u8,
    plan: EncodingPlan,
    next: ExtSeqNo,
    next_rtx: ExtSeqNo,
    keyframe_wanted: bool,
    last_request: Option<u8>,
    picture: u16,
    tl0: u8,
    key_index: u8,
    sent: Sent,
    /// The packet with number `n` is at `n % HISTORY`.
    history: Vec<Vec<u8>>,
}

impl Encoding {
    pub(super) fn new(index: u8, plan: &EncodingPlan) -> Self {
        Self {
            index,
            next: ExtSeqNo::starting_at(plan.first),
            next_rtx: ExtSeqNo::starting_at(plan.first),
            plan: plan.clone(),
            keyframe_wanted: true,
            last_request: None,
            picture: 0,
            tl0: 0,
            key_index: 0,
            sent: Sent::default(),
            history: vec![Vec::new(); HISTORY],
        }
    }

    pub(super) const fn ssrc(&self) -> Ssrc {
        self.plan.ssrc
    }

    pub(super) const fn sent(&self) -> Sent {
        self.sent
    }

    /// The next frame is to stand for itself. A numbered request that is repeated is still one.
    pub(super) fn want_keyframe(&mut self, request: Option<u8>) {
        if request.is_none() || request != self.last_request {
            self.keyframe_wanted = true;
        }
        self.last_request = request.or(self.last_request);
    }

    /// What a sender report says.
    pub(super) const fn info(&self, ntp: NtpTime, rtp: RtpTimestamp) -> SenderInfo {
        let Sent { packets, bytes, .. } = self.sent;
        SenderInfo { ssrc: self.plan.ssrc, ntp, rtp, packets: packets as u32, octets: bytes as u32 }
    }

    /// Sends one frame, or one packet of sound.
    pub(super) fn send_frame(
        &mut self,
        track: &TrackPlan,
        frame: &Frame,
        numbering: &mut Numbering,
        exit: &mut impl Exit,
    ) {
        let is_key = track.kind == MediaKind::Video && std::mem::take(&mut self.keyframe_wanted);
        self.sent.keyframes += u64::from(is_key);
        let usual = (self.plan.bitrate.as_bps() / 8 / u64::from(track.per_second.max(1))) as usize;
        let size = if is_key { usual * KEYFRAME_FACTOR } else { usual };
        let count = size.div_ceil(PAYLOAD as usize).max(1);
        for part in 0..count {
            // Parts differ by one byte at most.
            let len = (size * (part + 1) / count) - (size * part / count);
            let mut payload = [0; MAX_DATAGRAM];
            let len = self.write_payload(track.kind, part == 0, is_key, len, frame, &mut payload);
            let is_last = part + 1 == count && track.kind == MediaKind::Video;
            self.send(track, frame.timestamp, is_last, &payload[..len], numbering, exit);
        }
        self.picture = (self.picture + 1) & 0x7fff;
        self.tl0 = self.tl0.wrapping_add(1);
        self.key_index = (self.key_index + u8::from(is_key)) & 0x1f;
    }

    /// Sends a packet once more, when it is still there: as a stream of its own if the server
    /// knows that (RFC 4588), else as it was.
    pub(super) fn resend(
        &mut self,
        track: &TrackPlan,
        lost: SeqNo,
        numbering: &mut Numbering,
        exit: &mut impl Exit,
    ) {
        let index = self.next.extend(lost);
        let Some(packet) = self.history.get((index.0 % HISTORY as u64) as usize) else { return };
        let Ok(original) = RtpPacket::parse(packet) else { return };
        if index >= self.next || original.seq() != lost {
            return;
        }
        self.sent.resent += 1;
        let (Some(payload_type), Some(ssrc)) = (track.rtx, self.plan.rtx_ssrc) else {
            return exit.rtp(index, packet);
        };
        let header = RtpHeader { payload_type, ssrc, seq: self.next_rtx.on_wire(), ..original.header() };
        let mut repeated = [0; MAX_DATAGRAM];
        let head = write_header(track, &self.plan, &header, true, numbering, &mut repeated);
        let end = head + rtx::OSN_LEN + original.payload().len();
        let Some(room) = repeated.get_mut(head..end) else { return };
        room[..rtx::OSN_LEN].copy_from_slice(&lost.0.to_be_bytes());
        room[rtx::OSN_LEN..].copy_from_slice(original.payload());
        exit.rtp(self.next_rtx, &repeated[..end]);
        self.next_rtx = self.next_rtx.plus(1);
    }

    fn send(
        &mut self,
        track: &TrackPlan,
        timestamp: RtpTimestamp,
        marker: bool,
        payload: &[u8],
        numbering: &mut Numbering,
        exit: &mut impl Exit,
    ) {
        let header = RtpHeader {
            marker,
            padding: false,
            payload_type: track.payload_type,
            seq: self.next.on_wire(),
            timestamp,
            ssrc: self.plan.ssrc,
        };
        let mut packet = [0; MAX_DATAGRAM];
        let head = write_header(track, &self.plan, &header, false, numbering, &mut packet);
        let end = head + payload.len();
        let Some(room) = packet.get_mut(head..end) else { return };
        room.copy_from_slice(payload);
        exit.rtp(self.next, &packet[..end]);
        if let Some(kept) = self.history.get_mut((self.next.0 % HISTORY as u64) as usize) {
            kept.clear();
            kept.extend_from_slice(&packet[..end]);
        }
        self.next = self.next.plus(1);
        self.sent.packets += 1;
        self.sent.bytes += payload.len() as u64;
    }

    /// Writes descriptor, head of the frame, filler and stamp; at least what those need.
    fn write_payload(
        &self,
        kind: MediaKind,
        is_first: bool,
        is_key: bool,
        len: usize,
        frame: &Frame,
        out: &mut [u8; MAX_DATAGRAM],
    ) -> usize {
        let head = match kind {
            MediaKind::Audio => {
                out[0] = OPUS_TOC;
                1
            }
            MediaKind::Video => self.write_picture_head(is_first, is_key, len, out),
        };
        let source = Source { publisher: frame.publisher, kind, encoding: self.index };
        let stamp = Stamp { source, count: self.sent.packets, sent: frame.sent };
        let len = len.max(head + Stamp::LEN).min(out.len());
        out[len - Stamp::LEN..len].copy_from_slice(&stamp.bytes());
        len
    }

    fn write_picture_head(
        &self,
        is_first: bool,
        is_key: bool,
        len: usize,
        out: &mut [u8; MAX_DATAGRAM],
    ) -> usize {
        let descriptor = Descriptor {
            len: 0,
            non_reference: false,
            partition_start: is_first,
            partition: 0,
            picture_id: Some(PictureId::Long(self.picture)),
            tl0_picture_index: Some(self.tl0),
            temporal: Some(TemporalLayer(0)),
            layer_sync: false,
            key_index: Some(self.key_index),
        };
        let numbers =
            Numbers { picture_id: self.picture, tl0_picture_index: self.tl0, key_index: self.key_index };
        let at = descriptor.write(&numbers, out).unwrap_or(0);
        if !is_first {
            return at;
        }
        // Size of the first partition, show_frame, version 0, and 0 for a keyframe (RFC 6386 §9.1).
        let tag = ((len as u32 & 0x7_ffff) << 5) | 0x10 | u32::from(!is_key);
        out[at..at + 3].copy_from_slice(&tag.to_le_bytes()[..3]);
        if !is_key {
            return at + 3;
        }
        let (width, height) = self.plan.size;
        out[at + 3..at + 6].copy_from_slice(&[0x9d, 0x01, 0x2a]);
        out[at + 6..at + 8].copy_from_slice(&width.to_le_bytes());
        out[at + 8..at + 10].copy_from_slice(&height.to_le_bytes());
        at + 10
    }
}

/// Writes a header with everything a browser would put there, and uses up a transport-wide number.
fn write_header(
    track: &TrackPlan,
    encoding: &EncodingPlan,
    header: &RtpHeader,
    is_repair: bool,
    numbering: &mut Numbering,
    out: &mut [u8],
) -> usize {
    let transport_seq = TransportSeq(numbering.peek().on_wire()).bytes();
    numbering.advance();
    let name = if is_repair { Extension::RepairedRid } else { Extension::Rid };
    let rid = encoding.rid.as_ref().map(|rid| rid.as_bytes());
    let level = (track.kind == MediaKind::Audio).then_some([0x80 | 20_u8]);
    let values = [
        (Extension::TransportCc, Some(transport_seq.as_slice())),
        (Extension::Mid, Some(track.mid.as_bytes())),
        (name, rid),
        (Extension::AudioLevel, level.as_ref().map(<[u8; 1]>::as_slice)),
    ];
    let mut write = || {
        let mut writer = HeaderWriter::begin(header, Form::OneByte, out)?;
        for (extension, value) in values {
            if let (Some(id), Some(value)) = (track.extensions.id(extension), value) {
                writer.extension(id, value)?;
            }
        }
        writer.finish()
    };
    write().unwrap_or(0)
}
