use proptest::prelude::*;

use super::*;

#[test]
fn exp_golomb_codes_are_read_as_the_standard_lists_them() {
    // 1 | 010 | 011 | 00100 | 00101 | 0001000, then padding.
    let bytes = [0b1010_0110, 0b0100_0010, 0b1000_1000];
    let mut reader = BitReader::new(&bytes);

    let read: Vec<_> = std::iter::from_fn(|| reader.ue()).collect();

    assert_eq!(read, [0, 1, 2, 3, 4, 7]);
}

#[test]
fn signed_codes_alternate() {
    let bytes = [0b1010_0110, 0b0100_0010, 0b1000_0000];
    let mut reader = BitReader::new(&bytes);

    let read: Vec<_> = std::iter::from_fn(|| reader.se()).collect();

    assert_eq!(read, [0, 1, -1, 2, -2]);
}

#[test]
fn a_code_of_32_zeros_is_refused_and_one_of_31_is_not() {
    let mut longest = [0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(BitReader::new(&longest).ue(), Some(u32::MAX - 1));

    longest[3] = 0;
    assert_eq!(BitReader::new(&longest).ue(), None);
}

#[test]
fn one_of_five_values_takes_two_or_three_bits() {
    // The table of AV1 RTP specification A.8.2.
    for (value, bits, code) in [(0, 2, 0b00), (1, 2, 0b01), (2, 2, 0b10), (3, 3, 0b110), (4, 3, 0b111)] {
        let mut out = [0xff];
        let mut writer = BitWriter::new(&mut out);
        writer.non_symmetric(5, value).unwrap();
        assert_eq!(writer.at, bits);
        assert_eq!(out[0] >> (8 - bits), code);
        assert_eq!(BitReader::new(&out).non_symmetric(5), Some(value));
    }
}

#[test]
fn one_of_one_value_takes_no_bit_and_one_of_none_is_refused() {
    assert_eq!(BitReader::new(&[]).non_symmetric(1), Some(0));
    assert_eq!(BitReader::new(&[0xff]).non_symmetric(0), None);
    assert_eq!(BitWriter::new(&mut []).non_symmetric(1, 0), Ok(()));
    assert_eq!(BitWriter::new(&mut [0]).non_symmetric(0, 0), Err(NoRoom));
}

#[test]
fn behind_the_end_there_is_nothing() {
    let mut reader = BitReader::new(&[0xff]);

    assert_eq!(reader.bits(9), None);
    assert_eq!(BitReader::new(&[0xff]).skip(9), None);
    assert_eq!(BitReader::new(&[0xff]).skip(usize::MAX), None);
    assert_eq!(BitReader::new(&[0xff]).skip(8), Some(()));
    assert_eq!(BitWriter::new(&mut [0]).bits(9, 0), Err(NoRoom));
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(fields in prop::collection::vec((0_u32..=32, any::<u32>()), 0..20)) {
        let mut out = [0xa5; 80];
        let mut writer = BitWriter::new(&mut out);
        for &(count, value) in &fields {
            writer.bits(count, value).unwrap();
        }
        let len = writer.len();
        prop_assert_eq!(len, fields.iter().map(|field| field.0 as usize).sum::<usize>().div_ceil(8));

        let mut reader = BitReader::new(&out[..len]);

        for &(count, value) in &fields {
            let kept = u32::try_from(u64::from(value) & ((1 << count) - 1)).unwrap();
            prop_assert_eq!(reader.bits(count), Some(kept));
        }
    }

    #[test]
    fn one_of_many_is_read_as_written(values in 1_u32..=u32::MAX, pick: u32) {
        let value = pick % values;
        let mut out = [0; 8];
        BitWriter::new(&mut out).non_symmetric(values, value).unwrap();

        prop_assert_eq!(BitReader::new(&out).non_symmetric(values), Some(value));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..12), count: u32) {
        let mut reader = BitReader::new(&bytes);
        let _ = (reader.ue(), reader.se(), reader.non_symmetric(count), reader.bits(count), reader.small(count));
    }
}
