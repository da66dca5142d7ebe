use super::Options;

#[test]
fn names_may_hold_any_character() {
    let options = Options::new("ws://host/v1/connect", "R&D", "Zoë");

    assert_eq!(options.door(), "ws://host/v1/connect?room=R%26D&identity=Zo%C3%AB");
}

#[test]
fn a_token_is_sent_when_there_is_one() {
    let mut options = Options::new("ws://host/v1/connect?x=1", "lobby", "ada");
    options.token = Some("a.b.c".into());

    assert!(options.door().ends_with("?x=1&room=lobby&identity=ada&token=a.b.c"));
}
