//! The OpenAPI document: made of the same list as the routes.

use axum::http::StatusCode;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::call::{Answered, Call, Reply};
use super::operation::{Operation, Success, Verb, operations};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "get_openapi",
    verb: Verb::Get,
    path: "/v1/admin/openapi.json",
    about: "This document. Takes no proof of who asks.",
    query: &[],
    body: None,
    answer: Success { status: 200, schema: Some(|_| schemars::json_schema!({ "type": "object" })) },
    refusals: &[],
    handler: |call| Box::pin(get(call)),
}];

async fn get(_call: Call) -> Answered {
    Ok(Reply::ok(&document()))
}

/// Every refusal.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Error")]
struct ErrorBody {
    /// What went wrong.
    error: ErrorDetail,
}

/// What went wrong.
#[derive(JsonSchema, Serialize)]
struct ErrorDetail {
    /// Short stable name for programs.
    code: String,
    /// What to change.
    message: String,
    /// The field or parameter at fault, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

/// The document (OpenAPI 3.1, whose schemas are JSON Schema 2020-12).
pub(super) fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let described = describe(&operation, &mut generator);
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.verb.as_str().to_lowercase()] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Switchyard admin API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Moments are milliseconds since 1970. Fields that are not described are refused in \
                            requests; in answers more may come with later versions.",
        },
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "The secret of gateway.admin, for every tenant; or a token (JWT, HS256) signed \
                                with a key of the server that says \"server_admin\": true, for that key's tenant.",
            } },
            "schemas": generator.take_definitions(true),
        },
    })
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.about,
        "parameters": parameters(operation),
        "responses": responses(operation, generator),
    });
    if let Some(body) = operation.body {
        let schema = (body.schema)(generator);
        let content = json!({ "application/json": { "schema": schema } });
        described["requestBody"] = json!({ "required": !body.optional, "content": content });
    }
    if operation.is_public() {
        described["security"] = json!([]);
    }
    described
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let path = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let query = operation.query.iter().map(|parameter| {
        let kind = if parameter.integer { "integer" } else { "string" };
        let (name, about) = (parameter.name, parameter.about);
        json!({ "name": name, "in": "query", "description": about, "schema": { "type": kind } })
    });
    path.chain(query).collect()
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let success = operation.answer;
    let mut responses = Map::new();
    let mut well = json!({ "description": reason(success.status) });
    if let Some(schema) = success.schema {
        well["content"] = json!({ "application/json": { "schema": schema(generator) } });
    }
    responses.insert(success.status.to_string(), well);
    let error = generator.subschema_for::<ErrorBody>();
    let refused =
        |about: &str| json!({ "description": about, "content": { "application/json": { "schema": error } } });
    for (status, about) in refusals(operation) {
        responses.insert(status.to_string(), refused(about));
    }
    Value::Object(responses)
}

/// Everything an operation may refuse with.
pub(super) fn refusals(operation: &Operation) -> Vec<(u16, &'static str)> {
    let mut refusals = operation.refusals.to_vec();
    refusals.push((400, "The request is not understood; `field` names what is at fault."));
    refusals
        .push((421, "The secret is the one of --dev, and the API is called by a name that may be a site's."));
    if operation.is_public() {
        return refusals;
    }
    refusals.extend([
        (401, "Nothing is shown that proves who calls, or it does not hold."),
        (403, "It is about another tenant than the token's, or about all of them."),
        (429, "Too many callers from this address could not say who they are."),
        (503, "Control did not answer in time. What was asked of it may still happen."),
    ]);
    if operation.body.is_some() {
        refusals.extend([
            (408, "The body did not come in time."),
            (413, "The body is too long."),
            (415, "The body does not say that it is JSON."),
        ]);
    }
    refusals.sort_unstable();
    refusals
}

fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
