//! A publisher's packets: VP8 as browsers send it, two packets to a frame.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::{PublicationId, SubscriptionId};
use switchyard_vocab::negotiated::{
    CodecMapping, Extension, ExtensionMap, ReceiveSection, Receiving, SendSection,
};
use switchyard_vocab::rtp::{Mid, PayloadType, RtpTimestamp, SeqNo, Ssrc};
use switchyard_wire::rtp::RtpHeader;

/// The publisher's stream.
pub(crate) const SSRC: Ssrc = Ssrc(0x1000_0001);

/// Frames between keyframes: rare, as in a call.
const KEYFRAME_EVERY: u64 = 3_000;

/// Writes one packet after the other.
#[derive(Debug, Default)]
pub(crate) struct Source {
    next: u64,
}

impl Source {
    /// Writes the next packet, with so many bytes of payload, and returns its length.
    pub(crate) fn write(&mut self, payload: usize, out: &mut [u8]) -> usize {
        let (frame, is_first) = (self.next / 2, self.next.is_multiple_of(2));
        let header = RtpHeader {
            marker: !is_first,
            padding: false,
            payload_type: PayloadType(96),
            seq: SeqNo(self.next as u16),
            timestamp: RtpTimestamp(frame as u32 * 3_000),
            ssrc: SSRC,
        };
        let transport = (self.next as u16).to_be_bytes();
        let head = header.write(&[(3, &transport), (4, b"1")], out).expect("a datagram has room");
        let [high, low] = (0x8000 | frame as u16).to_be_bytes();
        let is_key = is_first && frame.is_multiple_of(KEYFRAME_EVERY);
        let first = 0x80 | (u8::from(is_first) << 4);
        let tag = if is_key { 0x10 } else { 0x11 };
        let body = [first, 0xf0, high, low, frame as u8, 0, tag, 0, 0, 0x9d, 0x01, 0x2a, 0, 5, 0xd0, 2];
        out[head..head + payload].fill(0x5a);
        out[head..head + body.len()].copy_from_slice(&body);
        self.next += 1;
        head + payload
    }

    /// Packets written so far.
    pub(crate) const fn written(&self) -> u64 {
        self.next
    }
}

/// What the publisher negotiated.
pub(crate) fn receiving() -> Receiving {
    let section = ReceiveSection {
        publication: PublicationId(1),
        mid: mid(),
        kind: Codec::Vp8.kind(),
        codecs: vec![codec()],
        rids: Vec::new(),
        ssrcs: vec![(SSRC, None)],
        max_bitrate: None,
    };
    Receiving { extensions: extensions(), sections: vec![section] }
}

/// What a subscriber negotiated.
pub(crate) fn sending() -> SendSection {
    SendSection {
        subscription: SubscriptionId(1),
        mid: mid(),
        codec: codec(),
        ssrc: Ssrc(0x2000_0001),
        rtx_ssrc: Some(Ssrc(0x2000_0002)),
        extensions: extensions(),
    }
}

fn codec() -> CodecMapping {
    CodecMapping {
        rtx: Some(PayloadType(97)),
        nack: true,
        pli: true,
        fir: true,
        transport_cc: true,
        ..CodecMapping::new(Codec::Vp8, PayloadType(96))
    }
}

fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::default();
    map.set(Extension::TransportCc, 3);
    map.set(Extension::Mid, 4);
    map
}

fn mid() -> Mid {
    Mid::parse(b"1").expect("one digit is a name")
}
