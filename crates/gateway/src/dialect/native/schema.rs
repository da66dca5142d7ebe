//! The dialect as a JSON Schema, generated from its types.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{ClientEnvelope, ServerEnvelope};

/// The schema of everything that travels on the WebSocket (JSON Schema 2020-12).
///
/// `#/$defs/ClientEnvelope` is what clients send, `#/$defs/ServerEnvelope` is what they receive.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let from_client = generator.subschema_for::<ClientEnvelope>();
    let from_server = generator.subschema_for::<ServerEnvelope>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Switchyard native dialect",
        "description": "JSON text messages over the WebSocket at /v1/connect.",
        "anyOf": [from_client, from_server],
        "$defs": generator.take_definitions(true),
    })
}

#[cfg(test)]
mod tests;
