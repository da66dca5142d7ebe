use super::*;

fn key(number: usize) -> KeyDigest {
    KeyDigest::of(&number.to_string())
}

#[test]
fn only_ends_that_forbid_a_return_are_remembered_and_only_so_many() {
    let tickets = Tickets::default();
    let kicked = Epitaph { reason: EndReason::Kicked, message: Some("advertising".into()) };
    for number in 0..=MAX_EPITAPHS {
        tickets.issue(key(number), SessionId(number as u64));
        tickets.end(key(number), &kicked);
    }
    tickets.issue(key(9_999), SessionId(1));
    tickets.end(key(9_999), &Epitaph { reason: EndReason::Left, message: None });

    assert_eq!(tickets.find(&key(0)), None);
    assert_eq!(tickets.find(&key(MAX_EPITAPHS)), Some(Err(kicked)));
    assert_eq!(tickets.find(&key(9_999)), None);
    assert_eq!(tickets.keys.len(), MAX_EPITAPHS);
}
