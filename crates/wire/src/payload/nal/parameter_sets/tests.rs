use super::*;

fn bytes_of(sets: &ParameterSets) -> Vec<&[u8]> {
    sets.iter().map(ParameterSet::as_bytes).collect()
}

#[test]
fn a_set_replaces_the_one_with_its_type_and_id() {
    let mut sets = ParameterSets::default();

    assert!(sets.keep(8, 0, b"picture 0"));
    assert!(sets.keep(7, 0, b"sequence"));
    assert!(sets.keep(8, 1, b"picture 1"));
    assert!(sets.keep(8, 0, b"other picture 0"));
    assert!(!sets.keep(8, 1, b"picture 1"));

    assert_eq!(bytes_of(&sets), [&b"sequence"[..], b"other picture 0", b"picture 1"]);
    assert!(sets.has(7) && !sets.has(9));
}

#[test]
fn more_or_longer_sets_than_there_is_room_for_are_not_kept() {
    let mut sets = ParameterSets::default();

    assert!(!sets.keep(7, 0, &[0; MAX_PARAMETER_SET_LEN + 1]));
    assert!(sets.keep(7, 0, &[0; MAX_PARAMETER_SET_LEN]));
    for id in 1..MAX_PARAMETER_SETS as u32 {
        assert!(sets.keep(8, id, b"x"));
    }
    assert!(!sets.keep(8, 99, b"x"));

    assert_eq!(sets.iter().count(), MAX_PARAMETER_SETS);
    sets.clear();
    assert_eq!(sets, ParameterSets::default());
}
