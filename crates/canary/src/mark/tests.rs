use super::Mark;

#[test]
fn a_mark_is_found_again_at_the_end_of_any_payload() {
    let mark = Mark { number: 70_000, sent_us: 1_234_567_890_123 };
    let mut payload = vec![9; 40];
    mark.write(&mut payload);

    assert_eq!(Mark::parse(&payload), Some(mark));
}

#[test]
fn other_media_bears_no_mark() {
    assert_eq!(Mark::parse(&[0; 200]), None);
    assert_eq!(Mark::parse(b"SYC1"), None);
}
