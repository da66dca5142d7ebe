use std::collections::BTreeSet;

use switchyard_metrics::ADMIN_OPERATIONS;

use super::*;

#[test]
fn metrics_have_a_label_for_every_operation_and_one_for_the_rest() {
    let ids: Vec<_> = operations().map(|operation| operation.id).chain(["unknown"]).collect();

    assert_eq!(ids, ADMIN_OPERATIONS);
}

#[test]
fn no_two_operations_share_a_name_or_a_place() {
    let places: BTreeSet<_> =
        operations().map(|operation| (operation.path, operation.verb.as_str())).collect();
    let ids: BTreeSet<_> = operations().map(|operation| operation.id).collect();

    assert_eq!((places.len(), ids.len()), (operations().count(), operations().count()));
}

#[test]
fn no_status_is_told_of_twice() {
    for operation in operations() {
        let mut statuses: Vec<_> = refusals(&operation).into_iter().map(|(status, _)| status).collect();
        statuses.push(operation.answer.status);
        let told = statuses.len();
        statuses.sort_unstable();
        statuses.dedup();

        assert_eq!(statuses.len(), told, "{}", operation.id);
    }
}

#[test]
fn every_operation_may_be_called_by_the_wrong_name() {
    let document = document();
    for operation in operations() {
        let verb = operation.verb.as_str().to_lowercase();
        let responses = &document["paths"][operation.path][verb]["responses"];

        assert!(responses["421"].is_object(), "{}: {responses}", operation.id);
    }
}

#[test]
fn every_reference_of_the_document_leads_to_something() {
    let document = document();
    let mut references = Vec::new();
    collect(&document, &mut references);

    assert!(references.len() > 20);
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
