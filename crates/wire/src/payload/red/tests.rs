use proptest::prelude::*;

use super::*;

const OPUS: PayloadType = PayloadType(111);

/// Two redundant blocks, 1920 and 960 ticks old, in front of the primary one.
const THREE: [u8; 16] = [
    0x80 | 111,
    0x1e,
    0x00,
    0x02,
    0x80 | 111,
    0x0f,
    0x00,
    0x01,
    111, // Headers.
    b'a',
    b'b',
    b'c',
    b'd',
    b'e',
    b'f',
    b'g',
];

fn redundant(data: &[u8], timestamp_offset: u16) -> Redundant<'_> {
    Redundant { payload_type: OPUS, timestamp_offset, data }
}

#[test]
fn all_blocks_are_read_the_oldest_first() {
    let red = Red::parse(&THREE).unwrap();

    assert_eq!(red.redundant().collect::<Vec<_>>(), [redundant(b"ab", 1920), redundant(b"c", 960)]);
    assert_eq!((red.primary_type(), red.primary()), (OPUS, &b"defg"[..]));
}

#[test]
fn the_primary_block_alone_is_what_it_was_without_red() {
    let mut out = [0; 4];

    assert_eq!(Red::parse(&THREE).unwrap().write_primary(&mut out), Ok(4));
    assert_eq!(&out, b"defg");
    assert_eq!(Red::parse(&THREE).unwrap().write_primary(&mut out[..3]), Err(NoRoom));
    assert_eq!(Red::parse(&[111, b'x']).unwrap().primary(), b"x");
}

#[test]
fn a_primary_block_may_be_empty() {
    let red = Red::parse(&THREE[..12]).unwrap();

    assert_eq!(red.primary(), b"");
    assert_eq!(red.redundant().count(), 2);
}

#[test]
fn blocks_that_do_not_fit_are_refused() {
    for (len, need) in [(0, 1), (2, 4), (4, 5), (8, 9), (9, 12), (11, 12)] {
        assert_eq!(Red::parse(&THREE[..len]), Err(RedError::TooShort { len, need }));
    }
    let mut many = [0xef, 0, 0, 0].repeat(MAX_REDUNDANT);
    many.push(111);
    assert_eq!(Red::parse(&many).unwrap().redundant().count(), MAX_REDUNDANT);
    let more = [&[0xef, 0, 0, 0], &many[..]].concat();
    assert_eq!(Red::parse(&more), Err(RedError::TooManyBlocks));
}

#[test]
fn every_block_gets_the_receivers_type() {
    let mut payload = THREE;
    payload[4] = 0x80 | 13;

    rename(&mut payload, |kind| (kind == OPUS).then_some(PayloadType(96))).unwrap();

    let red = Red::parse(&payload).unwrap();
    assert_eq!(red.redundant().map(|block| block.payload_type.0).collect::<Vec<_>>(), [96, 13]);
    assert_eq!(red.primary_type(), PayloadType(96));
    assert_eq!(payload[9..], THREE[9..]);
    assert!(rename(&mut [0x80], |_| None).is_err());
}

#[test]
fn a_block_that_is_too_old_or_too_long_for_its_header_is_not_written() {
    let mut out = [0; 2_000];
    let long = [0; MAX_BLOCK + 1];

    for block in [redundant(b"a", MAX_OFFSET + 1), redundant(&long, 960)] {
        assert_eq!(write([block].into_iter(), (OPUS, b"b"), &mut out), Err(NoRoom));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_bytes_make_the_reader_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let before = bytes.clone();
        if let Ok(red) = Red::parse(&before) {
            let blocks: Vec<_> = red.redundant().collect();
            prop_assert!(blocks.len() <= MAX_REDUNDANT);
            let data: usize = blocks.iter().map(|block| block.data.len()).sum();
            prop_assert_eq!(blocks.len() * HEADER_LEN + 1 + data + red.primary().len(), before.len());
        }
        let renamed = rename(&mut bytes, Some);
        prop_assert_eq!(renamed.is_ok(), Red::parse(&before).is_ok());
        prop_assert_eq!(bytes, before);
    }

    #[test]
    fn blocks_are_read_as_they_were_written(
        blocks in prop::collection::vec((0_u8..128, 0_u16..0x4000, prop::collection::vec(any::<u8>(), 0..0x400)), 0..4),
        primary in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut payload = Vec::new();
        for (kind, offset, data) in &blocks {
            let fields = (u32::from(*offset) << 10) | data.len() as u32;
            payload.push(0x80 | kind);
            payload.extend(&fields.to_be_bytes()[1..]);
        }
        payload.push(111);
        payload.extend(blocks.iter().flat_map(|(_, _, data)| data));
        payload.extend(&primary);
        let redundant = blocks.iter().map(|(kind, timestamp_offset, data)| Redundant {
            payload_type: PayloadType(*kind),
            timestamp_offset: *timestamp_offset,
            data,
        });
        let mut written = vec![0; payload.len()];
        prop_assert_eq!(write(redundant.clone(), (OPUS, &primary), &mut written), Ok(payload.len()));
        prop_assert_eq!(&written, &payload);
        prop_assert_eq!(write(redundant, (OPUS, &primary), &mut written[1..]), Err(NoRoom));

        let red = Red::parse(&payload).unwrap();

        let read: Vec<_> = red.redundant().map(|block| (block.payload_type.0, block.timestamp_offset, block.data.to_vec())).collect();
        prop_assert_eq!(read, blocks);
        prop_assert_eq!(red.primary(), primary);
    }
}
