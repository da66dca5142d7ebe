use super::*;

#[track_caller]
fn read(text: &str) -> ClientEnvelope {
    ClientEnvelope::parse(text).expect("this message is well formed")
}

#[track_caller]
fn complaint(text: &str) -> Complaint {
    ClientEnvelope::parse(text).expect_err("this message is refused")
}

#[test]
fn a_join_needs_no_fields() {
    let envelope = read(r#"{"type":"join"}"#);

    assert_eq!(envelope.id, None);
    assert_eq!(envelope.message, ClientMessage::Join { auto_subscribe: true, name: None });
}

#[test]
fn a_number_travels_beside_any_message() {
    assert_eq!(read(r#"{"id":7,"type":"ping"}"#).id, Some(7));
    assert_eq!(read(r#"{"type":"leave","id":18446744073709551615}"#).id, Some(u64::MAX));
    assert_eq!(read(r#"{"type":"leave","id":null}"#).id, None);
}

#[test]
fn a_track_that_says_little_is_unnamed_and_audible() {
    let envelope = read(r#"{"type":"offer","sdp":"v=0","tracks":[{"mid":"0"}]}"#);

    let track =
        Track { mid: "0".to_owned(), source: Source::Unknown, name: None, muted: false, backup_of: None };
    assert_eq!(envelope.message, ClientMessage::Offer { sdp: "v=0".to_owned(), tracks: vec![track] });
}

#[test]
fn any_layer_is_asked_for_by_null_or_by_nothing() {
    let any = ClientMessage::SetMaxLayer { publication: 3, layer: None };

    assert_eq!(read(r#"{"type":"set_max_layer","publication":3,"layer":null}"#).message, any);
    assert_eq!(read(r#"{"type":"set_max_layer","publication":3}"#).message, any);
}

#[test]
fn every_message_survives_being_written_and_read() {
    let messages = [
        ClientMessage::Join { auto_subscribe: false, name: Some("Ada".to_owned()) },
        ClientMessage::Leave {},
        ClientMessage::Answer { offer: 4, sdp: "v=0".to_owned() },
        ClientMessage::Candidate { connection: Way::Subscribe, candidate: String::new() },
        ClientMessage::Unpublish { publication: 1 },
        ClientMessage::Mute { publication: 1, muted: true },
        ClientMessage::Subscribe { publication: 1 },
        ClientMessage::Unsubscribe { publication: 1 },
        ClientMessage::SetMaxLayer { publication: 1, layer: Some(0) },
        ClientMessage::Pause { publication: 1, paused: true },
        ClientMessage::RestartIce {},
        ClientMessage::Ping {},
    ];

    for message in messages {
        let envelope = ClientEnvelope { id: Some(1), message };
        let written = serde_json::to_string(&envelope).unwrap();

        assert_eq!(read(&written), envelope);
    }
}

#[test]
fn what_is_no_json_is_said_to_be_none_and_where() {
    let complaint = complaint("{\"type\":\"join\"");

    assert_eq!(complaint.code, ErrorCode::MalformedJson);
    assert!(complaint.message.contains("line 1 column 14"), "{}", complaint.message);
}

#[test]
fn json_that_is_no_object_is_refused() {
    for text in ["null", "[]", "\"join\"", "7"] {
        assert_eq!(complaint(text).code, ErrorCode::NotAnObject);
    }
}

#[test]
fn depth_without_end_is_malformed_and_not_a_crash() {
    assert_eq!(complaint(&"[".repeat(200_000)).code, ErrorCode::MalformedJson);
}

#[test]
fn an_unknown_type_is_answered_with_those_there_are() {
    let complaint = complaint(r#"{"id":9,"type":"jion"}"#);

    assert_eq!((complaint.id, complaint.code), (Some(9), ErrorCode::UnknownType));
    assert!(complaint.message.contains("join, leave, offer"), "{}", complaint.message);
}

#[test]
fn a_missing_type_is_called_missing() {
    assert_eq!(complaint(r#"{"id":9}"#).code, ErrorCode::MissingType);
    assert_eq!(complaint(r#"{"type":4}"#).code, ErrorCode::MissingType);
}

#[test]
fn a_wrong_field_is_named() {
    for (text, word) in [
        (r#"{"type":"offer"}"#, "`sdp`"),
        (r#"{"type":"mute","publication":1}"#, "`muted`"),
        (r#"{"type":"mute","publication":-1,"muted":true}"#, "-1"),
        (r#"{"type":"ping","pong":1}"#, "`pong`"),
        (r#"{"type":"leave","why":1}"#, "`why`"),
        (r#"{"type":"join","room":"lab"}"#, "`room`"),
        (r#"{"type":"offer","sdp":"v=0","tracks":[{"mid":"0","source":"nose"}]}"#, "`nose`"),
        (r#"{"type":"offer","sdp":"v=0","tracks":[{"source":"camera"}]}"#, "`mid`"),
        (r#"{"type":"candidate","connection":"both","candidate":""}"#, "`both`"),
        (r#"{"type":"set_max_layer","publication":1,"layer":256}"#, "256"),
    ] {
        let complaint = complaint(text);

        assert_eq!(complaint.code, ErrorCode::BadField, "{text}");
        assert!(complaint.message.contains(word), "{text}: {}", complaint.message);
    }
}

#[test]
fn a_number_that_is_no_number_is_refused() {
    for text in [r#"{"id":"7","type":"ping"}"#, r#"{"id":-1,"type":"ping"}"#, r#"{"id":1.5,"type":"ping"}"#] {
        assert_eq!(complaint(text).code, ErrorCode::BadField);
    }
}

#[test]
fn a_complaint_does_not_repeat_a_whole_message() {
    let long = "ä".repeat(100_000);
    let wrong_value = format!(r#"{{"type": "mute", "publication": "{long}", "muted": true}}"#);
    let wrong_field = format!(r#"{{"type": "ping", "{long}": 1}}"#);

    for text in [wrong_value, wrong_field] {
        let complaint = ClientEnvelope::parse(&text).unwrap_err();

        assert!(complaint.message.len() < 600, "{} bytes", complaint.message.len());
        assert!(complaint.message.ends_with('…'), "{}", complaint.message);
    }
}

#[test]
fn the_number_of_a_message_that_is_not_looked_at_is_read_all_the_same() {
    assert_eq!(ClientEnvelope::id_of(r#"{"type":"dance","to":[{}],"id":7}"#), Some(7));
    for text in [r#"{"type":"ping"}"#, r#"{"id":"7"}"#, r#"{"id":-7}"#, r#"{"id":7"#, "[]", "{", ""] {
        assert_eq!(ClientEnvelope::id_of(text), None, "{text}");
    }
    assert_eq!(ClientEnvelope::id_of(&format!(r#"{{"id":7,"x":{}"#, "[".repeat(200_000))), None);
}

#[test]
fn the_field_at_fault_is_named_to_programs() {
    let at_fault = [
        (r#"{"type":"mute","publication":4}"#, "muted"),
        (r#"{"type":"mute","publication":"four","muted":true}"#, "publication"),
        (r#"{"type":"mute","publication":4,"muted":true,"loud":1}"#, "loud"),
        (r#"{"type":"offer","sdp":"v=0","tracks":[{"source":"camera"}]}"#, "tracks"),
        (r#"{"type":"offer","sdp":7}"#, "sdp"),
        (r#"{"type":"offer","tracks":[{"mid":"0"}]}"#, "sdp"),
        (r#"{"type":"join","auto_subscribe":"yes"}"#, "auto_subscribe"),
        (r#"{"type":"fly"}"#, "type"),
        (r#"{"type":"ping","id":-1}"#, "id"),
    ];
    for (text, field) in at_fault {
        assert_eq!(complaint(text).field.as_deref(), Some(field), "{text}");
    }
    assert_eq!(complaint("[]").field, None);
}
