//! Builders for tests: a publisher's sources, and a call from one of them to one subscriber.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::decision::Verdict;
use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::ids::{PublicationId, SubscriptionId};
use switchyard_vocab::layer::{EncodingIndex, PictureSize, TemporalLayer};
use switchyard_vocab::negotiated::{
    CodecMapping, Extension, ExtensionMap, ReceiveSection, Receiving, SendSection,
};
use switchyard_vocab::observed::{Attached, ClockPair, Observed};
use switchyard_vocab::rtp::{ExtSeqNo, Mid, PayloadType, Rid, RtpTimestamp, SeqNo, Ssrc};
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::payload::vp8::{Descriptor, Numbers, PictureId};
use switchyard_wire::rtp::extension::{KnownExtensions, TransportSeq};
use switchyard_wire::rtp::{RtpHeader, RtpPacket, write_padding};

use crate::publication::binding::{Bindings, Stream};
use crate::publication::{Accepted, Publication};
use crate::subscription::rewrite::Stamps;
use crate::subscription::select::Preference;
use crate::subscription::{Seeds, Subscription, WriteError};

pub(crate) const RTT: Duration = Duration::from_millis(100);
pub(crate) const FIRST_SEQ: u16 = 1_000;
pub(crate) const FIRST_TIMESTAMP: u32 = 5_000_000;
pub(crate) const RIDS: [&str; 3] = ["q", "h", "f"];

/// A moment of the test, counted from its beginning.
#[expect(clippy::disallowed_methods, reason = "a test needs one moment to count from")]
pub(crate) fn at(milliseconds: u64) -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now) + Duration::from_millis(milliseconds)
}

pub(crate) fn mid(name: &str) -> Mid {
    Mid::parse(name.as_bytes()).unwrap()
}

pub(crate) fn rid(name: &str) -> Rid {
    Rid::parse(name.as_bytes()).unwrap()
}

pub(crate) fn mapping(codec: Codec) -> CodecMapping {
    let (payload_type, rtx) = match codec.kind() {
        MediaKind::Video => (PayloadType(96), Some(PayloadType(97))),
        MediaKind::Audio => (PayloadType(111), None),
    };
    let bare = CodecMapping::new(codec, payload_type);
    CodecMapping { rtx, nack: true, pli: true, fir: true, transport_cc: true, ..bare }
}

pub(crate) fn extension_map() -> ExtensionMap {
    let mut map = ExtensionMap::default();
    for (index, extension) in Extension::ALL.into_iter().enumerate() {
        map.set(extension, index as u8 + 1);
    }
    map
}

pub(crate) fn receive_section(codec: Codec, name: &str, rids: &[&str]) -> ReceiveSection {
    ReceiveSection {
        publication: PublicationId(1),
        mid: mid(name),
        kind: codec.kind(),
        codecs: vec![mapping(codec)],
        rids: rids.iter().map(|name| rid(name)).collect(),
        ssrcs: Vec::new(),
        max_bitrate: None,
    }
}

pub(crate) fn send_section(codec: Codec, rtx: bool) -> SendSection {
    let mut codec_mapping = mapping(codec);
    codec_mapping.payload_type = PayloadType(120);
    codec_mapping.rtx = rtx.then_some(PayloadType(121));
    let mut extensions = ExtensionMap::default();
    extensions.set(Extension::Mid, 9);
    extensions.set(Extension::TransportCc, 5);
    let kind = match codec.kind() {
        MediaKind::Audio => Extension::AudioLevel,
        MediaKind::Video => Extension::VideoOrientation,
    };
    extensions.set(kind, 11);
    SendSection {
        subscription: SubscriptionId(1),
        mid: mid("out"),
        codec: codec_mapping,
        ssrc: Ssrc(0xabcd),
        rtx_ssrc: rtx.then_some(Ssrc(0xabce)),
        extensions,
    }
}

pub(crate) fn seeds() -> Seeds {
    Seeds { seq: SeqNo(FIRST_SEQ), rtx_seq: SeqNo(7), timestamp: RtpTimestamp(FIRST_TIMESTAMP), reports: 1 }
}

/// The facts of a middling packet, to be varied.
pub(crate) fn observed(encoding: u8, seq: u64) -> Observed {
    Observed {
        arrival: at(0),
        encoding: EncodingIndex(encoding),
        seq: ExtSeqNo(seq),
        timestamp: RtpTimestamp(0),
        codec: Codec::Vp8,
        marker: false,
        keyframe_start: false,
        frame_start: false,
        padding_only: false,
        temporal: None,
        size: None,
        audio_level: None,
        orientation: None,
        red: false,
        attached: Attached::default(),
    }
}

/// One encoder of a publisher, with numbers of its own.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) rid: Option<&'static str>,
    pub(crate) codec: Codec,
    /// In place of that of its codec.
    pub(crate) payload_type: Option<PayloadType>,
    pub(crate) ssrc: u32,
    pub(crate) seq: u16,
    /// Timestamp at the beginning of the test.
    pub(crate) base: u32,
    pub(crate) picture: u16,
    pub(crate) tl0: u8,
    pub(crate) key: u8,
    pub(crate) size: PictureSize,
}

impl Source {
    pub(crate) fn video(index: usize) -> Self {
        let size = PictureSize { width: 320 << index, height: 180 << index };
        let ssrc = 100 + index as u32;
        let rid = Some(RIDS[index]);
        let (codec, payload_type) = (Codec::Vp8, None);
        Self { rid, codec, payload_type, ssrc, seq: 500, base: 90_000, picture: 40, tl0: 3, key: 1, size }
    }

    pub(crate) fn audio() -> Self {
        Self { rid: None, codec: Codec::Opus, ssrc: 300, ..Self::video(0) }
    }

    pub(crate) fn timestamp(&self, milliseconds: u64) -> u32 {
        let ticks = self.codec.clock_rate().ticks(Duration::from_millis(milliseconds));
        self.base.wrapping_add(ticks as u32)
    }

    /// The packets of one picture captured at that time.
    pub(crate) fn frame(&mut self, milliseconds: u64, keyframe: bool, packets: usize) -> Vec<Vec<u8>> {
        self.picture = self.picture.wrapping_add(1) & 0x7fff;
        self.tl0 = self.tl0.wrapping_add(1);
        self.key = (self.key + u8::from(keyframe)) & 0x1f;
        let packet = |source: &mut Self, index: usize| {
            let payload = source.picture_payload(keyframe, index == 0);
            source.packet(milliseconds, index + 1 == packets, &payload, 0)
        };
        (0..packets).map(|index| packet(self, index)).collect()
    }

    /// One packet of sound.
    pub(crate) fn sound(&mut self, milliseconds: u64) -> Vec<u8> {
        self.packet(milliseconds, false, &[0x78, 1, 2, 3], 0)
    }

    /// A packet with nothing but padding.
    pub(crate) fn padding(&mut self, milliseconds: u64) -> Vec<u8> {
        self.packet(milliseconds, false, &[], 200)
    }

    pub(crate) fn packet(&mut self, milliseconds: u64, marker: bool, payload: &[u8], padding: u8) -> Vec<u8> {
        self.packet_with(milliseconds, marker, (payload, padding), &[])
    }

    /// A packet with more extensions, each under the publisher's id for it.
    pub(crate) fn packet_with(
        &mut self,
        milliseconds: u64,
        marker: bool,
        (payload, padding): (&[u8], u8),
        more: &[(Extension, &[u8])],
    ) -> Vec<u8> {
        let header = RtpHeader {
            marker,
            padding: padding > 0,
            payload_type: self.payload_type.unwrap_or_else(|| mapping(self.codec).payload_type),
            seq: SeqNo(self.seq),
            timestamp: RtpTimestamp(self.timestamp(milliseconds)),
            ssrc: Ssrc(self.ssrc),
        };
        self.seq = self.seq.wrapping_add(1);
        let name = if self.codec.kind() == MediaKind::Video { "v" } else { "a" };
        let mut extensions = vec![(1, name.as_bytes())];
        if let Some(rid) = self.rid {
            extensions.push((2, rid.as_bytes()));
        }
        extensions.extend(more.iter().map(|&(extension, data)| (extension as u8 + 1, data)));
        let mut bytes = vec![0; 1_500];
        let mut len = header.write(&extensions, &mut bytes).unwrap();
        bytes[len..len + payload.len()].copy_from_slice(payload);
        len += payload.len();
        len += write_padding(padding, &mut bytes[len..]).unwrap();
        bytes.truncate(len);
        bytes
    }

    /// The sender report of that time, whose wall clock started with the test.
    pub(crate) fn clock(&self, milliseconds: u64) -> ClockPair {
        let ntp = NtpTime(0x1234_5678_0000_0000).plus(Duration::from_millis(milliseconds));
        ClockPair { ntp, rtp: RtpTimestamp(self.timestamp(milliseconds)), arrival: at(milliseconds) }
    }

    fn picture_payload(&self, keyframe: bool, start: bool) -> Vec<u8> {
        let descriptor = Descriptor {
            len: 0,
            non_reference: false,
            partition_start: start,
            partition: 0,
            picture_id: Some(PictureId::Long(self.picture)),
            tl0_picture_index: Some(self.tl0),
            temporal: Some(TemporalLayer(0)),
            layer_sync: false,
            key_index: Some(self.key),
        };
        let numbers = Numbers { picture_id: self.picture, tl0_picture_index: self.tl0, key_index: self.key };
        let mut payload = vec![0; 64];
        let len = descriptor.write(&numbers, &mut payload).unwrap();
        let [w, idth] = self.size.width.to_le_bytes();
        let [h, eight] = self.size.height.to_le_bytes();
        let tag = if keyframe { 0x10 } else { 0x11 };
        payload[len..len + 10].copy_from_slice(&[tag, 0, 0, 0x9d, 0x01, 0x2a, w, idth, h, eight]);
        payload
    }
}

/// A packet as the subscriber reads it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Got {
    pub(crate) bytes: Vec<u8>,
    pub(crate) seq: ExtSeqNo,
    pub(crate) timestamp: RtpTimestamp,
    pub(crate) marker: bool,
    pub(crate) descriptor: Option<Descriptor>,
    pub(crate) ssrc: Ssrc,
    pub(crate) from: EncodingIndex,
}

impl Got {
    pub(crate) fn picture(&self) -> u16 {
        self.descriptor.unwrap().picture_id.unwrap().value()
    }
}

/// One publication on its way to one subscriber, with nothing in between.
pub(crate) struct Call {
    pub(crate) bindings: Bindings,
    pub(crate) publication: Publication,
    pub(crate) subscription: Subscription,
    pub(crate) transport_seq: u16,
    pub(crate) got: Vec<Got>,
}

impl Call {
    pub(crate) fn video(rtx: bool) -> Self {
        Self::new(receive_section(Codec::Vp8, "v", &RIDS), &send_section(Codec::Vp8, rtx))
    }

    pub(crate) fn audio() -> Self {
        Self::new(receive_section(Codec::Opus, "a", &[]), &send_section(Codec::Opus, false))
    }

    pub(crate) fn new(section: ReceiveSection, send: &SendSection) -> Self {
        let kind = section.kind;
        let receiving = Receiving { extensions: extension_map(), sections: vec![section] };
        Self {
            bindings: Bindings::new(&receiving),
            publication: Publication::new(kind),
            subscription: Subscription::new(send, Preference::default(), seeds()),
            transport_seq: 0,
            got: Vec::new(),
        }
    }

    /// A packet arrives from the publisher.
    pub(crate) fn accept(&mut self, milliseconds: u64, bytes: &[u8]) -> Option<Accepted> {
        self.take(milliseconds, bytes).ok()
    }

    /// A packet arrives from the publisher, and what becomes of it.
    pub(crate) fn take(&mut self, milliseconds: u64, bytes: &[u8]) -> Result<Accepted, DropReason> {
        let packet = RtpPacket::parse(bytes).unwrap();
        let known = KnownExtensions::read(&packet, self.bindings.extensions());
        let now = at(milliseconds);
        let bound = self.bindings.bind(now, packet.ssrc(), packet.payload_type(), &known)?;
        self.publication.handle_rtp(now, &packet, &known, &bound)
    }

    /// A packet arrives and, if selected, leaves at once.
    pub(crate) fn push(&mut self, milliseconds: u64, bytes: &[u8]) -> Verdict {
        let Some(Accepted::Packet { packet, observed }) = self.accept(milliseconds, bytes) else {
            return Verdict::Skip(switchyard_vocab::decision::SkipReason::PaddingOnly);
        };
        let verdict = self.subscription.select(&observed, self.publication.layers());
        for verdict in crate::subscription::releases(verdict, &observed) {
            self.release(milliseconds, packet, verdict, observed.encoding).unwrap();
        }
        verdict
    }

    pub(crate) fn push_all(&mut self, milliseconds: u64, packets: &[Vec<u8>]) {
        for packet in packets {
            self.push(milliseconds, packet);
        }
    }

    pub(crate) fn release(
        &mut self,
        milliseconds: u64,
        packet: crate::publication::cache::CacheRef,
        verdict: Verdict,
        from: EncodingIndex,
    ) -> Result<(), WriteError> {
        let mut out = [0; 1_500];
        let stamps = self.stamps();
        let written = self.subscription.write(
            at(milliseconds),
            (packet, verdict),
            self.publication.cache(),
            self.publication.clocks(),
            stamps,
            &mut out,
        )?;
        self.got.push(read(&out[..written.len], written.seq, from));
        Ok(())
    }

    /// The subscriber asks for a packet and gets it again, if it does.
    pub(crate) fn nack(&mut self, milliseconds: u64, seq: SeqNo) -> Option<Got> {
        let cache = self.publication.cache();
        let outcome = self.subscription.handle_nack(at(milliseconds), seq, cache, RTT);
        let crate::subscription::sent::ResendOutcome::Resend(seq) = outcome else { return None };
        let stamps = self.stamps();
        let mut out = [0; 1_500];
        let written =
            self.subscription.write_resend(seq, self.publication.cache(), stamps, &mut out).unwrap();
        Some(read(&out[..written.len], written.seq, EncodingIndex(0)))
    }

    /// The publisher reports the clock of one source.
    pub(crate) fn report(&mut self, milliseconds: u64, source: &Source) {
        let ssrc = Ssrc(source.ssrc);
        let (_, encoding, stream) = self.bindings.lookup(ssrc).unwrap();
        assert_eq!(stream, Stream::Media);
        self.publication.handle_sender_report(ssrc, encoding, stream, source.clock(milliseconds));
    }

    /// What the publisher hears now: numbers asked for, and keyframes.
    pub(crate) fn feedback(&mut self, milliseconds: u64) -> (Vec<u16>, usize) {
        let (mut lost, mut keyframes) = (Vec::new(), 0);
        self.publication.poll_feedback(at(milliseconds), RTT, EncodingSet::ALL, |feedback| match feedback {
            crate::publication::Feedback::Nack { lost: numbers, .. } => {
                lost.extend(numbers.iter().map(|seq| seq.0))
            }
            _ => keyframes += 1,
        });
        (lost, keyframes)
    }

    fn stamps(&mut self) -> Stamps {
        self.transport_seq += 1;
        Stamps { transport_seq: Some(TransportSeq(SeqNo(self.transport_seq))), abs_send_time: None }
    }
}

fn read(bytes: &[u8], seq: ExtSeqNo, from: EncodingIndex) -> Got {
    let packet = RtpPacket::parse(bytes).unwrap();
    Got {
        bytes: bytes.to_vec(),
        seq,
        timestamp: packet.timestamp(),
        marker: packet.marker(),
        descriptor: Descriptor::parse(packet.payload()).ok(),
        ssrc: packet.ssrc(),
        from,
    }
}
