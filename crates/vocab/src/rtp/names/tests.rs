use super::*;

#[test]
fn a_name_comes_back_as_it_was_given() {
    assert_eq!(Mid::parse(b"0").unwrap().as_str(), "0");
    assert_eq!(Rid::parse(b"sixteen-letters!").unwrap().as_bytes().len(), 16);
}

#[test]
fn names_that_cannot_travel_are_refused() {
    assert_eq!(Mid::parse(b""), Err(NameError::Empty));
    assert_eq!(Mid::parse(b"seventeen-letters"), Err(NameError::TooLong(17)));
    assert_eq!(Rid::parse(b"a b"), Err(NameError::NotVisibleAscii));
}
