//! Which layer wins, and what `--dev` lays over all of them.

use std::time::Duration;

use super::*;

#[test]
fn flags_win_over_the_environment_which_wins_over_the_file_which_wins_over_defaults() {
    let file = File::holding("[media]\nworkers = 2\nport_base = 4000\nreceive_buffer = 100000");
    let environment = [KEY, ("SWITCHYARD_MEDIA__WORKERS", "3"), ("SWITCHYARD_MEDIA__PORT_BASE", "5000")];
    let flags = Flags { workers: Some(4), ..Flags::default() };

    let media = load(Some(&file.0), &environment, &flags).unwrap().media;

    assert_eq!((media.workers, media.port_base, media.receive_buffer), (4, 5_000, 100_000));
    assert_eq!(media.send_buffer, MediaConfig::default().send_buffer);
}

#[test]
fn every_flag_replaces_its_key() {
    let flags = Flags {
        dev: false,
        listen: Some("127.0.0.1:1".parse().unwrap()),
        metrics_listen: Some("127.0.0.1:2".parse().unwrap()),
        admin_listen: Some(AdminListen::Off),
        workers: Some(5),
        port_base: Some(6_000),
        announce: vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()],
    };

    let config = load(None, &[KEY, ("SWITCHYARD_MEDIA__ANNOUNCE", "192.0.2.9")], &flags).unwrap();

    assert_eq!(Some(config.gateway.listen), flags.listen);
    assert_eq!(Some(config.gateway.metrics_listen), flags.metrics_listen);
    assert_eq!(Some(config.gateway.admin.listen), flags.admin_listen);
    assert_eq!((config.media.workers, config.media.port_base), (5, 6_000));
    assert_eq!(config.media.announce, flags.announce);
}

#[test]
fn a_variable_is_read_as_what_its_key_holds() {
    let environment = [
        ("SWITCHYARD_MEDIA__DTLS", "1.2"),
        ("SWITCHYARD_MEDIA__BIND", "127.0.0.1"),
        ("SWITCHYARD_MEDIA__ANNOUNCE", "192.0.2.1, 2001:db8::1"),
        ("SWITCHYARD_GATEWAY__PING_INTERVAL", "1500ms"),
        ("SWITCHYARD_LOG__FILTER", "info,switchyard_gateway=debug"),
        ("SWITCHYARD_CONTROL__LIMITS__ROOMS", "7"),
        ("SWITCHYARD_GATEWAY__LISTEN", "[::1]:80"),
    ];

    let config = production("", &environment).unwrap();

    assert_eq!(config.media.dtls, DtlsChoice::OnlyV12);
    assert_eq!(config.media.bind, [IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    assert_eq!(config.media.announce.len(), 2);
    assert_eq!(config.gateway.ping_interval, Duration::from_millis(1_500));
    assert_eq!(config.log.filter, "info,switchyard_gateway=debug");
    assert_eq!(config.control.limits.rooms, 7);
    assert_eq!(config.gateway.listen.to_string(), "[::1]:80");
}

#[test]
fn a_list_in_the_environment_may_have_brackets_and_quotes_or_be_empty() {
    let bracketed = [("SWITCHYARD_MEDIA__ANNOUNCE", r#"["192.0.2.1", "192.0.2.2"]"#)];
    assert_eq!(production("", &bracketed).unwrap().media.announce.len(), 2);

    let emptied = production("media.announce = ['192.0.2.1']", &[("SWITCHYARD_MEDIA__ANNOUNCE", "")]);
    assert_eq!(emptied.unwrap().media.announce, Vec::<IpAddr>::new());
}

#[test]
fn the_id_of_a_key_keeps_its_case_and_a_secret_of_digits_stays_a_text() {
    let digits = "1234567890".repeat(4);
    let variable = ("SWITCHYARD_GATEWAY__AUTH__KEYS__Team__A", digits.as_str());

    let config = load(None, &[variable], &Flags::default()).unwrap();

    assert_eq!(config.gateway.auth.keys.keys().collect::<Vec<_>>(), ["Team__A"]);
    assert_eq!(config.gateway.auth.keys["Team__A"].secret.expose(), digits.as_bytes());
}

#[test]
fn other_variables_and_the_name_of_the_file_are_none_of_our_keys() {
    let environment = [("PATH", "/bin"), ("SWITCHYARD_CONFIG", "x.toml"), ("switchyard_media__workers", "x")];

    assert_eq!(production("", &environment).unwrap().media, MediaConfig::default());
}

#[test]
fn durations_are_written_as_people_say_them() {
    let text = "[gateway]\nping_interval = '1m 30s'\nping_timeout = '5m'\nshutdown_timeout = '2500ms'";

    let gateway = production(text, &[]).unwrap().gateway;

    assert_eq!(gateway.ping_interval, Duration::from_secs(90));
    assert_eq!(gateway.ping_timeout, Duration::from_secs(300));
    assert_eq!(gateway.shutdown_timeout, Duration::from_millis(2_500));
}

#[test]
fn development_lets_names_in_and_announces_loopback() {
    let flags = Flags { dev: true, ..Flags::default() };

    let config = load(None, &[], &flags).unwrap();

    assert!(config.gateway.auth.allow_identity_without_token);
    assert!(!config.gateway.auth.keys.is_empty());
    assert!(config.media.announce.contains(&IpAddr::V4(Ipv4Addr::LOCALHOST)));
}

#[test]
fn development_leaves_announced_addresses_alone_that_were_chosen() {
    let chosen: IpAddr = "192.0.2.1".parse().unwrap();
    let flags = Flags { dev: true, announce: vec![chosen], ..Flags::default() };

    assert_eq!(load(None, &[], &flags).unwrap().media.announce, [chosen]);
}

#[test]
fn quotas_of_a_key_come_by_the_environment_and_add_to_what_the_file_says_of_it() {
    let file = "[gateway.auth.keys]\nshort = 'abcdefghijklmnopqrstuvwxyzabcdef'\n\
                [gateway.auth.keys.long]\nsecret = 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF'\nmax_participants = 3";
    let name = |rest: &str| format!("SWITCHYARD_GATEWAY__AUTH__KEYS__{rest}");
    let variables = [
        (name("test__MAX_CONNECTS_PER_SECOND"), "9"),
        (name("short__MAX_ROOMS"), "7"),
        (name("long__MAX_BITRATE"), "8000000"),
        (name("long"), "a new secret from the environment"),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, text)| (name.as_str(), *text)).collect();

    let keys = production(file, &variables).unwrap().gateway.auth.keys;

    assert_eq!(keys["test"].secret.expose(), KEY.1.as_bytes());
    assert_eq!(keys["test"].max_connects_per_second, Some(9));
    assert_eq!(keys["short"].secret.expose(), b"abcdefghijklmnopqrstuvwxyzabcdef");
    assert_eq!(keys["short"].quota.max_rooms, Some(7));
    assert_eq!(keys["long"].secret.expose(), b"a new secret from the environment");
    assert_eq!(
        (keys["long"].quota.max_participants, keys["long"].quota.max_bitrate),
        (Some(3), Some(8_000_000))
    );
}
