//! What a publisher sends: packets with numbers of their own, and how both sides negotiated them.

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::ids::{PublicationId, SubscriptionId};
use switchyard_vocab::layer::{PictureSize, TemporalLayer};
use switchyard_vocab::negotiated::{CodecMapping, Extension, ExtensionMap, ReceiveSection, SendSection};
use switchyard_vocab::rtp::{Mid, PayloadType, Rid, RtpTimestamp, SeqNo, Ssrc};
use switchyard_wire::payload::vp8::{Descriptor, Numbers, PictureId};
use switchyard_wire::rtp::{RtpHeader, write_padding};

pub(crate) const RIDS: [&str; 3] = ["q", "h", "f"];

/// What publishers call the extensions.
pub(crate) fn publisher_extensions() -> ExtensionMap {
    let mut map = ExtensionMap::default();
    for (index, extension) in Extension::ALL.into_iter().enumerate() {
        map.set(extension, index as u8 + 1);
    }
    map
}

/// What subscribers call them.
pub(crate) fn subscriber_extensions() -> ExtensionMap {
    let mut map = ExtensionMap::default();
    map.set(Extension::Mid, 9);
    map.set(Extension::TransportCc, 5);
    map.set(Extension::AudioLevel, 11);
    map.set(Extension::VideoOrientation, 12);
    map
}

fn mapping(codec: Codec, payload_type: u8, rtx: Option<u8>) -> CodecMapping {
    let bare = CodecMapping::new(codec, PayloadType(payload_type));
    let rtx = rtx.map(PayloadType);
    CodecMapping { rtx, nack: true, pli: true, fir: true, transport_cc: true, ..bare }
}

fn published(codec: Codec) -> CodecMapping {
    match codec.kind() {
        MediaKind::Video => mapping(codec, 96, Some(97)),
        MediaKind::Audio => mapping(codec, 111, None),
    }
}

/// The m-line of a publisher.
pub(crate) fn receive_section(publication: PublicationId, codec: Codec, rids: &[&str]) -> ReceiveSection {
    ReceiveSection {
        publication,
        mid: mid_of(publication),
        kind: codec.kind(),
        codecs: vec![published(codec)],
        rids: rids.iter().map(|name| Rid::parse(name.as_bytes()).expect("a rid")).collect(),
        ssrcs: Vec::new(),
        max_bitrate: None,
    }
}

/// The m-line of a subscriber: other payload types, other extension ids.
pub(crate) fn send_section(subscription: SubscriptionId, codec: Codec, rtx: bool) -> SendSection {
    let codec = match codec.kind() {
        MediaKind::Video => mapping(codec, 120, rtx.then_some(121)),
        MediaKind::Audio => mapping(codec, 109, None),
    };
    let ssrc = 0x5000_0000 + 2 * subscription.0 as u32;
    SendSection {
        subscription,
        mid: Mid::parse(format!("out{}", subscription.0).as_bytes()).expect("a mid"),
        ssrc: Ssrc(ssrc),
        rtx_ssrc: codec.rtx.map(|_| Ssrc(ssrc + 1)),
        codec,
        extensions: subscriber_extensions(),
    }
}

fn mid_of(publication: PublicationId) -> Mid {
    Mid::parse(format!("t{}", publication.0).as_bytes()).expect("a mid")
}

/// A packet before it is protected.
#[derive(Clone, Debug)]
pub(crate) struct Rtp {
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    /// Counted without wrapping.
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) extensions: Vec<(u8, Vec<u8>)>,
    pub(crate) payload: Vec<u8>,
    pub(crate) padding: u8,
}

impl Rtp {
    /// As it is before it is protected, with its number on the transport.
    pub(crate) fn bytes(&self, transport_seq: Option<u16>) -> Vec<u8> {
        let number = transport_seq.map(|seq| (Extension::TransportCc as u8 + 1, seq.to_be_bytes().to_vec()));
        let all: Vec<_> = self.extensions.iter().chain(&number).map(|(id, data)| (*id, &data[..])).collect();
        let header = RtpHeader {
            marker: self.marker,
            padding: self.padding > 0,
            payload_type: PayloadType(self.payload_type),
            seq: SeqNo(self.seq as u16),
            timestamp: RtpTimestamp(self.timestamp),
            ssrc: Ssrc(self.ssrc),
        };
        let mut bytes = vec![0; 1_500];
        let mut len = header.write(&all, &mut bytes).expect("room");
        bytes[len..len + self.payload.len()].copy_from_slice(&self.payload);
        len += self.payload.len();
        len += write_padding(self.padding, &mut bytes[len..]).expect("room");
        bytes.truncate(len);
        bytes
    }
}

/// One encoder.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) publication: PublicationId,
    codec: Codec,
    rid: Option<&'static str>,
    pub(crate) ssrc: u32,
    rtx_seq: u64,
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    picture: u16,
    size: PictureSize,
    pub(crate) frames: u64,
}

impl Source {
    pub(crate) fn video(publication: PublicationId, layer: usize, ssrc: u32) -> Self {
        Self {
            publication,
            codec: Codec::Vp8,
            rid: Some(RIDS[layer]),
            ssrc,
            rtx_seq: 0x1_0000 + 50,
            seq: 0x1_0000 + 500 + 1_000 * layer as u64,
            timestamp: 90_000 * (layer as u32 + 1),
            picture: 40,
            size: PictureSize { width: 320 << layer, height: 180 << layer },
            frames: 0,
        }
    }

    pub(crate) fn audio(publication: PublicationId, ssrc: u32) -> Self {
        Self { codec: Codec::Opus, rid: None, ..Self::video(publication, 0, ssrc) }
    }

    /// The packets of the next picture.
    pub(crate) fn frame(&mut self, keyframe: bool, packets: usize) -> Vec<Rtp> {
        self.picture = (self.picture + 1) & 0x7fff;
        self.timestamp = self.timestamp.wrapping_add(2_700);
        self.frames += 1;
        let last = packets - 1;
        (0..packets)
            .map(|index| self.packet(self.picture_payload(keyframe, index == 0), index == last))
            .collect()
    }

    /// The next packet of sound.
    pub(crate) fn sound(&mut self) -> Rtp {
        self.timestamp = self.timestamp.wrapping_add(960);
        self.frames += 1;
        let number = self.frames.to_be_bytes();
        let mut packet = self.packet([&[0x78], &number[..]].concat(), false);
        packet.extensions.push((Extension::AudioLevel as u8 + 1, vec![0x80 | 30]));
        packet
    }

    /// A packet with nothing but padding.
    pub(crate) fn padding(&mut self) -> Rtp {
        Rtp { padding: 200, ..self.packet(Vec::new(), false) }
    }

    /// A retransmission of a packet, on a stream of its own.
    pub(crate) fn rtx(&mut self, packet: &Rtp, ssrc: u32) -> Rtp {
        self.rtx_seq += 1;
        let mut payload = (packet.seq as u16).to_be_bytes().to_vec();
        payload.extend_from_slice(&packet.payload);
        let mut extensions = packet.extensions.clone();
        for (id, _) in &mut extensions {
            if *id == Extension::Rid as u8 + 1 {
                *id = Extension::RepairedRid as u8 + 1;
            }
        }
        Rtp { ssrc, payload_type: 97, seq: self.rtx_seq, payload, extensions, ..packet.clone() }
    }

    pub(crate) fn packet(&mut self, payload: Vec<u8>, marker: bool) -> Rtp {
        self.seq += 1;
        let mid = mid_of(self.publication);
        let mut extensions = vec![(Extension::Mid as u8 + 1, mid.as_bytes().to_vec())];
        extensions.extend(self.rid.map(|rid| (Extension::Rid as u8 + 1, rid.as_bytes().to_vec())));
        Rtp {
            ssrc: self.ssrc,
            payload_type: published(self.codec).payload_type.0,
            seq: self.seq,
            timestamp: self.timestamp,
            marker,
            extensions,
            payload,
            padding: 0,
        }
    }

    fn picture_payload(&self, keyframe: bool, starts: bool) -> Vec<u8> {
        let descriptor = Descriptor {
            len: 0,
            non_reference: false,
            partition_start: starts,
            partition: 0,
            picture_id: Some(PictureId::Long(self.picture)),
            tl0_picture_index: Some(self.picture as u8),
            temporal: Some(TemporalLayer(0)),
            layer_sync: false,
            key_index: Some(1),
        };
        let numbers =
            Numbers { picture_id: self.picture, tl0_picture_index: self.picture as u8, key_index: 1 };
        let mut payload = vec![0; 400];
        let len = descriptor.write(&numbers, &mut payload).expect("room");
        let ([w, idth], [h, eight]) = (self.size.width.to_le_bytes(), self.size.height.to_le_bytes());
        let tag = if keyframe { 0x10 } else { 0x11 };
        payload[len..len + 10].copy_from_slice(&[tag, 0, 0, 0x9d, 0x01, 0x2a, w, idth, h, eight]);
        payload
    }
}
