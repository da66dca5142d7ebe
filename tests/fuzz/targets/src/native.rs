//! Messages of the native dialect.

use switchyard_gateway::dialect::native::ClientEnvelope;

/// Longest complaint.
const MAX_COMPLAINT: usize = 1_024;

/// Reads one message. What was read is written and read again, and is the same; what is wrong is told in few
/// words.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match ClientEnvelope::parse(text) {
        Ok(envelope) => {
            let written = serde_json::to_string(&envelope).expect("a message can be written");
            assert_eq!(ClientEnvelope::parse(&written).expect("what we write can be read"), envelope);
        }
        Err(complaint) => assert!(complaint.message.len() <= MAX_COMPLAINT),
    }
}

pub(crate) const MESSAGES: [&str; 21] = [
    r#"{"type":"join","id":1,"name":"Ada","auto_subscribe":true}"#,
    r#"{"type":"leave"}"#,
    r#"{"type":"offer","id":2,"sdp":"v=0\r\n","tracks":[{"mid":"0","source":"camera","name":"x","muted":true,"backup_of":3}]}"#,
    r#"{"type":"answer","offer":1,"sdp":"v=0\r\n"}"#,
    r#"{"type":"candidate","connection":"publish","candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host"}"#,
    r#"{"type":"unpublish","publication":1}"#,
    r#"{"type":"mute","publication":1,"muted":true}"#,
    r#"{"type":"subscribe","publication":1}"#,
    r#"{"type":"unsubscribe","publication":1}"#,
    r#"{"type":"set_max_layer","publication":1,"layer":255}"#,
    r#"{"type":"pause","publication":1,"paused":false}"#,
    r#"{"type":"restart_ice","id":9007199254740991}"#,
    r#"{"type":"refresh_token","token":"a.b.c"}"#,
    r#"{"type":"set_name","name":"\u0000\ud83d\ude00"}"#,
    r#"{"type":"set_metadata","metadata":null}"#,
    r#"{"type":"message","text":"hello","to":"bob"}"#,
    r#"{"type":"kick","identity":"bob","reason":"so","ban_seconds":18446744073709551615}"#,
    r#"{"type":"lock","locked":true}"#,
    r#"{"type":"set_room_metadata","metadata":"{}"}"#,
    r#"{"type":"end_room","id":null}"#,
    r#"{"type":"ping","id":[[[[[[[[1]]]]]]]]}"#,
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    MESSAGES.map(|text| text.as_bytes().to_vec()).to_vec()
}
