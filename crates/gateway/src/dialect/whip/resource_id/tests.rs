use super::*;

#[test]
fn names_have_more_than_128_bits_and_no_two_are_alike() {
    let (one, other) = (ResourceId::random().unwrap(), ResourceId::random().unwrap());

    assert_ne!(one, other);
    assert_eq!(one.as_str().len() * 4, 160);
    assert_eq!(ResourceId::of_url(one.as_str()), Some(one));
}

#[test]
fn what_is_no_name_is_not_looked_for() {
    for text in ["", "1", "../../etc/passwd", &"g".repeat(40), &"a".repeat(41)] {
        assert_eq!(ResourceId::of_url(text), None, "{text}");
    }
}

#[test]
fn a_tag_is_strong() {
    let tag = random_tag().unwrap();

    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() == 42, "{tag}");
}
