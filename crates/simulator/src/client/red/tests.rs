use super::*;

#[test]
fn what_is_in_a_payload_once_more_is_told_from_what_is_new() {
    // 1920 and 960 ticks earlier, two bytes and one.
    let payload = [0xef, 0x1e, 0x00, 2, 0xef, 0x0f, 0x00, 1, 111, b'a', b'b', b'c', b'd', b'e'];

    let (repeats, new) = read(&payload).unwrap();

    assert_eq!(repeats, [Repeat { earlier: 1920, payload: b"ab" }, Repeat { earlier: 960, payload: b"c" }]);
    assert_eq!(new, b"de");
    assert!((0..12).all(|len| read(&payload[..len]).is_none()));
}
