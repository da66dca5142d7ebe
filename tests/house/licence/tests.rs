use super::is_allowed;

const ALLOWED: [&str; 2] = ["MIT", "ISC"];

#[test]
fn one_allowed_choice_is_enough() {
    assert!(is_allowed("GPL-3.0 OR MIT", &ALLOWED));
    assert!(is_allowed("Apache-2.0/MIT", &ALLOWED));
}

#[test]
fn every_part_of_a_conjunction_has_to_be_allowed() {
    assert!(is_allowed("ISC AND (GPL-3.0 OR MIT)", &ALLOWED));
    assert!(!is_allowed("MIT AND GPL-3.0", &ALLOWED));
}

#[test]
fn what_cannot_be_read_is_not_allowed() {
    for broken in ["", "(MIT", "MIT)", "MIT MIT", "MIT AND"] {
        assert!(!is_allowed(broken, &ALLOWED), "{broken:?}");
    }
}
