use super::*;

fn stamp() -> Stamp {
    Stamp {
        encoding: 2,
        frame: 77,
        depends_on: Some(76),
        captured: Duration::from_micros(1_234_567),
        part: 1,
        parts: 3,
    }
}

#[test]
fn a_stamp_is_read_as_it_was_written() {
    for (stamp, len) in [(stamp(), 900), (Stamp { depends_on: None, ..stamp() }, 0)] {
        let mut payload = Vec::new();
        stamp.write(len, &mut payload);

        assert_eq!(payload.len(), len.max(MIN_LEN));
        assert_eq!(Stamp::read(&payload), Ok(stamp));
    }
}

#[test]
fn any_changed_byte_is_noticed() {
    let mut payload = Vec::new();
    stamp().write(120, &mut payload);

    for at in 0..payload.len() {
        let mut changed = payload.clone();
        changed[at] ^= 0x10;
        assert!(Stamp::read(&changed).is_err(), "byte {at} was changed");
    }
    assert!(Stamp::read(&payload[..119]).is_err());
    assert_eq!(Stamp::read(&[]), Err(StampError::NotStamped));
}
