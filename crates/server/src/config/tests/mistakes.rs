//! Keys that are not there and values of the wrong kind: each is told with its key, its value, where
//! it stands and what is accepted.

use super::*;

#[test]
fn an_unknown_key_is_told_with_its_place_and_its_neighbours() {
    assert_eq!(
        complaint_about_file("[media]\nwrokers = 2"),
        "media.wrokers (in FILE): there is no such key; accepted are port_base, workers, bind, announce, \
         receive_buffer, send_buffer, dtls, adapt, audio_redundancy, ccfb"
    );
}

#[test]
fn an_unknown_key_deep_down_is_told_in_full() {
    let complaint = complaint_about_file("[control.limits]\nroms = 2");

    assert!(complaint.starts_with("control.limits.roms (in FILE): there is no such key; accepted are"));
}

#[test]
fn an_unknown_variable_is_told_by_its_name() {
    assert_eq!(
        complaint_about_variable("SWITCHYARD_MEDIA_WORKERS", "2"),
        "media_workers (SWITCHYARD_MEDIA_WORKERS): there is no such key; accepted are gateway, control, \
         media, log (with `__` between levels in the environment)"
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_what_is_accepted() {
    for (text, complaint) in [
        (
            "media.workers = 'two'",
            r#"media.workers = "two" (in FILE): accepted is a whole number, 0 or more, like 0"#,
        ),
        ("media.workers = -1", "media.workers = -1 (in FILE): accepted is a whole number, 0 or more, like 0"),
        (
            "media.workers = 1.5",
            "media.workers = 1.5 (in FILE): accepted is a whole number, 0 or more, like 0",
        ),
        (
            "media.port_base = 70000",
            "media.port_base = 70000 (in FILE): accepted is a whole number from 0 to 65535",
        ),
        ("media.dtls = 1.2", r#"media.dtls = 1.2 (in FILE): accepted is a text like "1.2""#),
        ("media.dtls = '1.1'", r#"media.dtls = "1.1" (in FILE): accepted is "auto" or "1.2""#),
        (
            "control.placement = 'random'",
            r#"control.placement = "random" (in FILE): accepted is "affine" or "spread""#,
        ),
        (
            "gateway.listen = 7880",
            r#"gateway.listen = 7880 (in FILE): accepted is a text like "0.0.0.0:7880""#,
        ),
        (
            "gateway.listen = 'here'",
            r#"gateway.listen = "here" (in FILE): accepted is a text like "0.0.0.0:7880""#,
        ),
        ("media.announce = ['here']", r#"media.announce.0 = "here" (in FILE): accepted is an IP address"#),
        (
            "gateway.auth.allow_identity_without_token = 'no'",
            r#"gateway.auth.allow_identity_without_token = "no" (in FILE): accepted is true or false"#,
        ),
        ("log = 'info'", r#"log = "info" (in FILE): accepted is a table with filter, format"#),
    ] {
        assert_eq!(complaint_about_file(text), complaint);
    }
}

#[test]
fn a_list_is_asked_for_where_a_single_address_stands() {
    let complaint = complaint_about_file("media.announce = '192.0.2.1'");

    assert!(
        complaint.contains(r#"media.announce = "192.0.2.1" (in FILE): accepted is a list"#),
        "{complaint}"
    );
}

#[test]
fn a_variable_of_the_wrong_kind_is_told_by_its_name() {
    assert_eq!(
        complaint_about_variable("SWITCHYARD_MEDIA__PORT_BASE", "high"),
        r#"media.port_base = "high" (SWITCHYARD_MEDIA__PORT_BASE): accepted is a whole number from 0 to 65535"#
    );
}

#[test]
fn durations_need_a_number_and_a_unit_that_exists() {
    for text in ["'soon'", "'10'", "'3 parsecs'", "''", "'-1s'", "10"] {
        let complaint = complaint_about_file(&format!("gateway.ping_interval = {text}"));

        assert!(complaint.ends_with(r#"(in FILE): accepted is a text like "10s""#), "{complaint}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line_but_without_what_it_holds() {
    let complaint = complaint_about_file("[gateway.auth.keys]\nmain = \"hunter2");

    assert!(complaint.contains("FILE: TOML parse error at line 2"), "{complaint}");
    assert!(!complaint.contains("hunter2"), "{complaint}");
}

#[test]
fn secrets_of_the_wrong_kind_are_not_repeated() {
    let complaint = complaint_about_file("gateway.auth.keys.main = 7654321");
    assert_eq!(
        complaint,
        "gateway.auth.keys.main = … (in FILE): accepted is a text of 32 bytes or more, or a table with secret and quotas"
    );

    let file = File::holding("gateway.auth.keys = 'hunter2'");
    let refused = load(Some(&file.0), &[], &Flags::default()).unwrap_err();
    assert!(only_line(&refused).starts_with("gateway.auth.keys = … (in"), "{refused}");

    let complaint = complaint_about_variable("SWITCHYARD_GATEWAY__AUTH__KEYS", "hunter2");
    assert_eq!(
        complaint,
        "gateway.auth.keys = … (SWITCHYARD_GATEWAY__AUTH__KEYS): accepted is a table of keys, as id = \"secret\""
    );
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_path() {
    let missing = Path::new("/nowhere/switchyard.toml");

    let refused = load(Some(missing), &[KEY], &Flags::default()).unwrap_err();

    assert_eq!(refused.to_string(), "there is no configuration file /nowhere/switchyard.toml");
}
