//! The files in `config/` say what is true.

use std::collections::BTreeSet;

use super::*;

const REFERENCE: &str = include_str!("../../../../../config/switchyard.toml");
const PRODUCTION: &str = include_str!("../../../../../config/production.toml");

/// Every key with its tables, a table of its own included: `gateway.auth.keys`.
fn keys(table: &toml::Table, prefix: &str, found: &mut BTreeSet<String>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        if let Some(inner) = value.as_table() {
            keys(inner, &format!("{key}."), found);
        }
        found.insert(key);
    }
}

fn keys_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    keys(&text.parse().expect("TOML"), "", &mut found);
    found
}

#[test]
fn the_reference_is_the_default() {
    assert_eq!(toml::from_str::<Config>(REFERENCE).unwrap(), Config::default());
}

#[test]
fn the_reference_names_every_key() {
    let defaults = toml::to_string(&Config::default()).unwrap();

    assert_eq!(keys_of(REFERENCE), keys_of(&defaults));
}

#[test]
fn the_reference_explains_every_key() {
    let mut explained = false;
    for line in REFERENCE.lines() {
        if line.starts_with('#') {
            explained = true;
        } else if line.is_empty() {
            explained = false;
        } else if !line.starts_with('[') {
            assert!(explained, "nothing is said about: {line}");
        }
    }
}

#[test]
fn the_reference_lacks_only_a_key() {
    assert!(production(REFERENCE, &[]).is_ok());

    let file = File::holding(REFERENCE);
    let refused = load(Some(&file.0), &[], &Flags::default()).unwrap_err();
    assert!(only_line(&refused).starts_with("gateway.auth.keys"));
}

#[test]
fn the_production_example_is_refused_until_its_placeholder_is_replaced() {
    let complaint = complaint_about_file(PRODUCTION);
    assert_eq!(
        complaint,
        "gateway.auth.keys.main = a secret of 22 bytes (in FILE): accepted is at least 32 bytes, best random ones"
    );

    let secret = "0123456789abcdef".repeat(4);
    let config = production(&PRODUCTION.replace("<openssl rand -hex 32>", &secret), &[]).unwrap();
    assert_eq!(config.log.format, LogFormat::Json);
}
