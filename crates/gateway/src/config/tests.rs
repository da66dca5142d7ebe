use super::*;

fn production() -> GatewayConfig {
    let mut config = GatewayConfig::default();
    config.auth.keys.insert("main".to_owned(), Key::new("0123456789abcdef0123456789abcdef"));
    config
}

#[track_caller]
fn refusal(config: &GatewayConfig, start: Start) -> SettingError {
    config.check(start).expect_err("this configuration is refused")
}

#[test]
fn the_defaults_lack_only_a_key() {
    assert_eq!(refusal(&GatewayConfig::default(), Start::Production).key, "auth.keys");
    assert_eq!(production().check(Start::Production), Ok(()));
}

#[test]
fn the_development_key_is_refused_in_production_under_any_name() {
    let development = GatewayConfig::default().for_development();
    assert_eq!(development.check(Start::Development), Ok(()));

    let mut by_name = production();
    by_name.auth.keys.insert(DEVELOPMENT_KEY_ID.to_owned(), Key::new("x".repeat(40)));
    assert_eq!(refusal(&by_name, Start::Production).value, "the development key");

    let mut by_secret = production();
    by_secret.auth.keys.insert("other".to_owned(), Key::new(DEVELOPMENT_SECRET));
    assert_eq!(refusal(&by_secret, Start::Production).value, "the development key");
}

#[test]
fn names_without_tokens_are_refused_in_production() {
    let mut config = production();
    config.auth.allow_identity_without_token = true;

    assert_eq!(refusal(&config, Start::Production).key, "auth.allow_identity_without_token");
}

#[test]
fn a_refusal_names_the_key_but_never_the_secret() {
    let mut config = production();
    config.auth.keys.insert("short".to_owned(), Key::new("hunter2"));

    let refusal = refusal(&config, Start::Development).to_string();

    assert_eq!(refusal, "auth.keys.short = a secret of 7 bytes: at least 32 bytes, best random ones");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn impossible_limits_are_refused_with_what_is_accepted() {
    let none = GatewayConfig { max_messages_per_second: 0, ..production() };
    let hasty = GatewayConfig { ping_timeout: Duration::from_secs(10), ..production() };
    let never = GatewayConfig { join_timeout: Duration::ZERO, ..production() };

    assert_eq!(refusal(&none, Start::Production).to_string(), "max_messages_per_second = 0: 1 to 10000");
    assert_eq!(refusal(&hasty, Start::Production).accepted, "more than ping_interval");
    assert_eq!(refusal(&never, Start::Production).key, "join_timeout");
}

#[test]
fn durations_are_written_as_people_say_them_and_unknown_keys_are_errors() {
    let config: GatewayConfig = serde_json::from_str(r#"{"ping_interval": "3s"}"#).unwrap();
    assert_eq!(config.ping_interval, Duration::from_secs(3));

    let error = serde_json::from_str::<GatewayConfig>(r#"{"ping_intervall": "3s"}"#).unwrap_err();
    assert!(error.to_string().contains("ping_intervall"), "{error}");
}

#[test]
fn the_configuration_survives_being_written_and_read() {
    let config = GatewayConfig::default().for_development();

    let written = serde_json::to_string(&config).unwrap();

    assert_eq!(serde_json::from_str::<GatewayConfig>(&written).unwrap(), config);
}
