//! Whether a value is what a schema says, for as much of JSON Schema 2020-12 as the documents here use.

use serde_json::Value;

/// What is wrong with `value`; nothing when it is as `schema` says. References lead into `document`.
pub(crate) fn problems(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(keywords) = schema.as_object() else {
        return if schema == &Value::Bool(false) {
            vec![format!("{at}: nothing may be here")]
        } else {
            vec![]
        };
    };
    let mut found = Vec::new();
    for (keyword, wanted) in keywords {
        match keyword.as_str() {
            "$ref" => {
                let reference = wanted.as_str().unwrap();
                let target = document.pointer(reference.trim_start_matches('#')).expect(reference);
                found.extend(problems(document, target, value, at));
            }
            "type" if !has_type(wanted, value) => found.push(format!("{at}: {value} is no {wanted}")),
            "enum" if !wanted.as_array().unwrap().contains(value) => {
                found.push(format!("{at}: {value} is none of {wanted}"));
            }
            "const" if wanted != value => found.push(format!("{at}: {value} is not {wanted}")),
            "anyOf" | "oneOf" => {
                let choices = wanted.as_array().unwrap();
                if choices.iter().all(|choice| !problems(document, choice, value, at).is_empty()) {
                    found.push(format!("{at}: {value} is none of {wanted}"));
                }
            }
            "required" if value.is_object() => {
                let missing = wanted.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
                found.extend(
                    missing.filter(|name| value.get(name).is_none()).map(|name| format!("{at}: no {name}")),
                );
            }
            "properties" => {
                for (name, schema) in wanted.as_object().unwrap() {
                    if let Some(inner) = value.get(name) {
                        found.extend(problems(document, schema, inner, &format!("{at}.{name}")));
                    }
                }
            }
            "items" => {
                for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(problems(document, wanted, inner, &format!("{at}[{index}]")));
                }
            }
            "minimum" if value.as_f64().is_some_and(|value| value < wanted.as_f64().unwrap()) => {
                found.push(format!("{at}: {value} is less than {wanted}"));
            }
            "maximum" if value.as_f64().is_some_and(|value| value > wanted.as_f64().unwrap()) => {
                found.push(format!("{at}: {value} is more than {wanted}"));
            }
            "type" | "enum" | "const" | "required" | "minimum" | "maximum" | "additionalProperties" => {}
            "description" | "format" | "default" | "title" => {}
            other => panic!("{other} is not understood here"),
        }
    }
    // Stricter than the schema: what is not described is not answered.
    if let (Some(described), Some(fields)) = (keywords.get("properties"), value.as_object()) {
        let strange = fields.keys().filter(|name| described.get(name.as_str()).is_none());
        found.extend(strange.map(|name| format!("{at}: {name} is not described")));
    }
    found
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::Array(choices) => choices.iter().any(|wanted| has_type(wanted, value)),
        Value::String(name) => match name.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            other => panic!("there is no type {other}"),
        },
        other => panic!("{other} is no type"),
    }
}
