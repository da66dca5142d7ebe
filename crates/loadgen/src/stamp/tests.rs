use super::*;

#[test]
fn a_stamp_is_read_from_the_end_of_whatever_it_stands_behind() {
    let stamp = Stamp {
        source: Source { publisher: 7, kind: MediaKind::Video, encoding: 2 },
        count: u64::MAX,
        sent: Duration::from_nanos(123_456_789),
    };

    let payload = [b"descriptor and picture".as_slice(), &stamp.bytes()].concat();

    assert_eq!(Stamp::read(&payload), Some(stamp));
}

#[test]
fn media_of_others_bears_no_stamp() {
    assert_eq!(Stamp::read(b""), None);
    assert_eq!(Stamp::read(&[0; 200]), None);
}
