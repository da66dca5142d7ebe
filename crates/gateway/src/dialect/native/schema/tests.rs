use std::collections::BTreeSet;

use super::super::client_message::TYPES;
use super::super::server_message::refusal_codes;
use super::*;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol/native.schema.json");
const DOCUMENT: &str = include_str!("../../../../../../docs/protocol/native.md");

#[test]
fn the_committed_schema_equals_the_types() {
    let generated = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(SCHEMA, &generated).expect("the schema can be written");
    }

    let committed = std::fs::read_to_string(SCHEMA).unwrap_or_default();

    assert!(
        committed == generated,
        "docs/protocol/native.schema.json is not what the types say: \
         run UPDATE_DOCS=1 cargo test -p switchyard-gateway"
    );
}

#[test]
fn the_list_of_types_in_complaints_is_complete() {
    let in_schema: BTreeSet<_> = types_of("ClientEnvelope").into_iter().collect();
    let in_complaints: BTreeSet<_> = TYPES.into_iter().map(str::to_owned).collect();

    assert_eq!(in_schema, in_complaints);
}

#[test]
fn every_message_is_explained_to_client_authors() {
    for kind in types_of("ClientEnvelope").into_iter().chain(types_of("ServerEnvelope")) {
        assert!(DOCUMENT.contains(&format!("`{kind}`")), "docs/protocol/native.md does not mention {kind}");
    }
}

#[test]
fn every_refusal_is_named_to_client_authors() {
    for code in refusal_codes() {
        assert!(DOCUMENT.contains(&format!("`{code}`")), "docs/protocol/native.md does not mention {code}");
    }
}

#[test]
fn every_example_for_client_authors_is_a_message() {
    let (mut from_clients, mut from_server) = (0, 0);
    for (who, json) in examples() {
        if who == "client" {
            ClientEnvelope::parse(json).unwrap_or_else(|complaint| panic!("{complaint:?}: {json}"));
            from_clients += 1;
        } else {
            let envelope: ServerEnvelope =
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
            let written = serde_json::to_value(&envelope).unwrap();
            let example: Value = serde_json::from_str(json).unwrap();
            assert_eq!(written, example, "the example lacks a field or has one too many");
            from_server += 1;
        }
    }

    assert!(from_clients > 12 && from_server > 12, "{from_clients} and {from_server} examples");
}

/// The `type`s of the messages of one side, as the schema lists them.
fn types_of(envelope: &str) -> Vec<String> {
    let schema = schema();
    let mut found = Vec::new();
    collect_types(&schema["$defs"][envelope], &mut found);
    assert!(!found.is_empty(), "no types in {envelope}");
    found
}

fn collect_types(value: &Value, found: &mut Vec<String>) {
    if let Some(kind) = value["properties"]["type"]["const"].as_str() {
        found.push(kind.to_owned());
    }
    for choice in value["oneOf"].as_array().into_iter().flatten() {
        collect_types(choice, found);
    }
}

/// The fenced JSON blocks of the document, with who says them: the word after `json`.
fn examples() -> Vec<(&'static str, &'static str)> {
    let blocks = DOCUMENT.split("```json ").skip(1);
    blocks
        .map(|block| {
            let (who, rest) = block.split_once('\n').expect("a fence ends its line");
            let (json, _) = rest.split_once("```").expect("a block ends");
            assert!(who == "client" || who == "server", "who says this? {who}");
            (who, json)
        })
        .collect()
}
