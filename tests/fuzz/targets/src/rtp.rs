//! RTP headers and every extension the server reads.

use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::rtp::{PayloadType, RtpTimestamp, SeqNo, Ssrc};
use switchyard_wire::rtp::extension::{KnownExtensions, LayersAllocation};
use switchyard_wire::rtp::{
    MAX_HEADER_LEN, RtpHeader, RtpPacket, header_len, rtx, seq_of, ssrc_of, write_padding,
};

/// All extensions, ids in the order of the list.
fn map() -> ExtensionMap {
    let mut map = ExtensionMap::default();
    for (id, extension) in (1..).zip(Extension::ALL) {
        map.set(extension, id);
    }
    map
}

/// Reads a packet; what was read is written and read again, and says the same.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(packet) = RtpPacket::parse(bytes) else { return };
    assert_eq!(header_len(bytes), Ok(packet.header_len()));
    assert_eq!((ssrc_of(bytes), seq_of(bytes)), (Some(packet.ssrc()), Some(packet.seq())));
    assert_eq!(packet.header_len() + packet.payload().len() + packet.padding_len(), bytes.len());
    assert!(packet.header_len() <= MAX_HEADER_LEN);
    let known = KnownExtensions::read(&packet, &map());
    if let Some(allocation) = known.layers_allocation.and_then(LayersAllocation::parse) {
        allocation.layers().iter().for_each(|layer| assert!(layer.rates().len() <= 4));
    }
    if let Some((_, original)) = rtx::split(packet.payload()) {
        assert_eq!(original.len() + rtx::OSN_LEN, packet.payload().len());
    }
    again(&packet, known);
}

fn again(packet: &RtpPacket<'_>, known: KnownExtensions<'_>) {
    // Elements that can be written: with an id, and all of them in one block.
    let elements: Vec<(u8, &[u8])> = packet.extensions().filter(|(id, _)| *id != 0).collect();
    let mut out = [0; 2 * MAX_HEADER_LEN];
    let Ok(len) = packet.header().write(&elements, &mut out) else { return };
    let padding = packet.padding_len() as u8;
    let mut written = out[..len].to_vec();
    written.extend_from_slice(packet.payload());
    let mut room = [0; 255];
    let padded = write_padding(padding, &mut room).expect("there is room");
    written.extend_from_slice(&room[..padded]);
    let read = RtpPacket::parse(&written).expect("what we write can be read");
    assert_eq!(read.header(), packet.header());
    assert_eq!(read.payload(), packet.payload());
    assert_eq!(read.extensions().collect::<Vec<_>>(), elements);
    assert_eq!(KnownExtensions::read(&read, &map()), known);
}

/// A packet with these extensions.
pub(crate) fn packet(extensions: &[(u8, &[u8])], payload: &[u8], padding: u8) -> Vec<u8> {
    let header = RtpHeader {
        marker: true,
        padding: padding > 0,
        payload_type: PayloadType(96),
        seq: SeqNo(65_535),
        timestamp: RtpTimestamp(u32::MAX),
        ssrc: Ssrc(0x1234_5678),
    };
    let mut out = vec![0; 1_500];
    let len = header.write(extensions, &mut out).expect("there is room");
    out.truncate(len);
    out.extend_from_slice(payload);
    let mut room = vec![0; usize::from(padding)];
    write_padding(padding, &mut room).expect("there is room");
    out.extend(room);
    out
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let one_byte: &[(u8, &[u8])] =
        &[(1, b"0"), (2, b"hi"), (4, &[0, 9]), (5, &[1, 2, 3]), (6, &[0xab]), (7, &[1])];
    let two_byte: &[(u8, &[u8])] = &[(1, b""), (8, &[0x80; 40]), (200, &[7; 100])];
    let allocation: &[u8] = &[0x02, 0x01, 0x00, 0x64, 0xc8, 0x01, 0x01, 0x3f, 0x00, 0xef, 0x1e];
    let rest: &[(u8, &[u8])] = &[(9, &[0, 16, 0]), (10, &[1; 16]), (11, allocation), (12, &[2; 4])];
    let mut with_sources = packet(&[], b"sound", 0);
    with_sources[0] |= 15;
    with_sources.splice(12..12, [9; 60]);
    vec![
        packet(&[], &[], 0),
        packet(one_byte, b"payload", 0),
        packet(two_byte, b"payload", 4),
        packet(rest, &[0; 100], 255),
        with_sources,
    ]
}
