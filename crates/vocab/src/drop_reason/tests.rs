use super::*;

#[test]
fn every_reason_stands_at_its_own_index() {
    for (index, reason) in DropReason::ALL.into_iter().enumerate() {
        assert_eq!(reason.index(), index, "{}", reason.as_str());
    }
}

#[test]
fn labels_are_unique_and_fit_a_metric() {
    let mut labels: Vec<_> = DropReason::ALL.iter().map(|reason| reason.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();

    assert_eq!(labels.len(), DropReason::COUNT);
    assert!(labels.iter().all(|label| label.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
}
