//! Values that can be read but make no sense.

use super::*;

#[test]
fn a_start_without_keys_is_refused_and_told_both_ways_out() {
    let refused = load(None, &[], &Flags::default()).unwrap_err();

    let line = only_line(&refused);
    assert!(line.starts_with("gateway.auth.keys = {}: accepted is at least one key"), "{line}");
    assert!(line.ends_with("or start with --dev"), "{line}");
}

#[test]
fn the_development_key_is_refused_outside_development_under_any_name() {
    let secret = switchyard_gateway::auth::DEVELOPMENT_SECRET;
    for name in ["devkey", "mine"] {
        let variable = format!("SWITCHYARD_GATEWAY__AUTH__KEYS__{name}");

        let complaint = complaint_about_variable(&variable, secret);

        assert!(complaint.starts_with("gateway.auth.keys = the development key"), "{complaint}");
        assert!(!complaint.contains(secret), "{complaint}");
    }
}

#[test]
fn names_without_tokens_are_refused_outside_development() {
    let complaint = complaint_about_file("gateway.auth.allow_identity_without_token = true");

    assert!(
        complaint
            .starts_with("gateway.auth.allow_identity_without_token = true (in FILE): accepted is false")
    );
}

#[test]
fn each_rule_names_key_value_place_and_what_is_accepted() {
    for (text, complaint) in [
        ("media.workers = 129", "media.workers = 129 (in FILE): accepted is 0 (one per core) to 128"),
        ("media.bind = []", "media.bind = [] (in FILE): accepted is at least one local address"),
        ("media.bind = ['::', '::']", "media.bind = :: twice (in FILE): accepted is each address once"),
        (
            "media.announce = ['192.0.2.1', '0.0.0.0']",
            "media.announce = 0.0.0.0 (in FILE): accepted is addresses that clients can reach",
        ),
        (
            "media.announce = ['224.0.0.1']",
            "media.announce = 224.0.0.1 (in FILE): accepted is addresses that clients can reach",
        ),
        (
            "media.receive_buffer = 65535",
            "media.receive_buffer = 65535 (in FILE): accepted is 65536 to 1073741824 bytes",
        ),
        (
            "media.send_buffer = 4294967296",
            "media.send_buffer = 4294967296 (in FILE): accepted is 65536 to 1073741824 bytes",
        ),
        ("control.limits.rooms = 0", "control.limits.rooms = 0 (in FILE): accepted is 1 to 10000000"),
        (
            "control.limits.publications_per_session = 33",
            "control.limits.publications_per_session = 33 (in FILE): accepted is 1 to 32",
        ),
        (
            "control.limits.identity_bytes = 5000",
            "control.limits.identity_bytes = 5000 (in FILE): accepted is 1 to 4096",
        ),
        (
            "control.codecs.allowed = ['opus']",
            "control.codecs.allowed = [\"opus\"] (in FILE): accepted is \"opus\" and at least one of \"VP8\", \"VP9\", \"H264\", \"AV1\", \"H265\"",
        ),
        ("gateway.max_connections = 0", "gateway.max_connections = 0 (in FILE): accepted is 1 to 1000000"),
        (
            "gateway.ping_timeout = '10s'",
            "gateway.ping_timeout = 10s (in FILE): accepted is more than ping_interval",
        ),
    ] {
        assert_eq!(complaint_about_file(text), complaint);
    }
}

#[test]
fn ports_of_all_workers_have_to_fit() {
    let fits = production("media = { port_base = 65534, workers = 2 }", &[]);
    assert!(fits.is_ok(), "{fits:?}");

    assert_eq!(
        complaint_about_file("media = { port_base = 65534, workers = 3 }"),
        "media.port_base = 65534 (in FILE): accepted is 1 to 65533 with 3 workers"
    );
    assert!(complaint_about_file("media = { port_base = 0 }").starts_with("media.port_base = 0 (in FILE)"));
}

#[test]
fn a_log_filter_that_cannot_be_read_is_refused() {
    let complaint = complaint_about_variable("SWITCHYARD_LOG__FILTER", "inof");

    assert!(complaint.starts_with(r#"log.filter = "inof" (SWITCHYARD_LOG__FILTER): accepted is off, error"#));
}

#[test]
fn a_flag_is_told_by_its_name_and_all_mistakes_are_told_at_once() {
    let flags = Flags { workers: Some(999), port_base: Some(0), ..Flags::default() };

    let refused = load(None, &[KEY], &flags).unwrap_err().to_string();

    assert!(refused.contains("\n  media.workers = 999 (--workers): accepted is"), "{refused}");
    assert!(refused.contains("\n  media.port_base = 0 (--port-base): accepted is"), "{refused}");
}
