//! The OpenAPI document of the admin API against what the API does.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde_json::{Value, json};
use switchyard_control::refusal::Refusal;
use switchyard_gateway::auth::DEVELOPMENT_SECRET;

use crate::admin_support::{Answered, Mode, OTHER_SECRET, admin_token, call, exchange, open, operate};
use crate::schema::problems;

/// One operation as the document has it.
struct Described {
    id: String,
    method: String,
    path: String,
    about: Value,
}

/// What the API answered, by operation.
#[derive(Default)]
struct Seen(BTreeMap<String, BTreeSet<u16>>);

impl Described {
    /// The path with something in its variable parts.
    fn place(&self, tenant: &str) -> String {
        let parts = [("{tenant}", tenant), ("{room}", "lab"), ("{identity}", "ada"), ("{token_id}", "t1")];
        parts.iter().fold(self.path.clone(), |path, (part, value)| path.replace(part, value))
    }

    /// A body that is accepted; where tenants are named in it, this one.
    fn body(&self, tenant: &str) -> Option<String> {
        let body = match self.id.as_str() {
            "drain" => json!({ "enabled": true }),
            "change_room" => json!({ "locked": true }),
            "send_message" => json!({ "text": "hello" }),
            "change_participant" => json!({ "grants": { "publish": false } }),
            "kick_participant" => json!({ "reason": "enough", "ban_seconds": 60 }),
            "mute_publication" => json!({ "publication": 5 }),
            "mint_token" => json!({ "tenant": tenant, "room": "lab", "identity": "ada" }),
            "revoke" => json!({ "tenant": tenant, "token_id": "t1" }),
            _ => return None,
        };
        Some(body.to_string())
    }

    fn says(&self, status: u16) -> Option<&Value> {
        self.about["responses"].get(status.to_string())
    }

    fn documented(&self) -> BTreeSet<u16> {
        self.about["responses"].as_object().unwrap().keys().map(|status| status.parse().unwrap()).collect()
    }

    async fn ask(&self, address: SocketAddr, tenant: &str, token: &str) -> Answered {
        let body = self.body(tenant);
        let body = body.as_deref().map(|body| ("application/json", body));
        call(address, (&self.method, &self.place(tenant)), token, body).await
    }
}

impl Seen {
    /// Notes an answer, and holds it against the document.
    #[track_caller]
    fn note(&mut self, document: &Value, operation: &Described, answered: &Answered, expected: u16) {
        let Answered { status, body, .. } = answered;
        assert_eq!(*status, expected, "{} {}: {body}", operation.method, operation.path);
        let described = operation.says(*status);
        let described = described.unwrap_or_else(|| panic!("{} does not tell of {status}", operation.id));
        match described.pointer("/content/application~1json/schema") {
            Some(schema) => assert_eq!(problems(document, schema, body, &operation.id), [""; 0]),
            None => assert_eq!(*body, Value::Null, "{}", operation.id),
        }
        assert!(!answered.head.contains("access-control-allow-origin"), "{}", answered.head);
        self.0.entry(operation.id.clone()).or_default().insert(*status);
    }
}

fn operations(document: &Value) -> Vec<Described> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            found.push(Described {
                id: about["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                about: about.clone(),
            });
        }
    }
    found
}

#[tokio::test]
async fn every_documented_status_is_answered_and_no_other_with_bodies_as_described() {
    let (harness, played) = open().await;
    let at = harness.admin;
    let document = call(at, ("GET", "/v1/admin/openapi.json"), "", None).await.body;
    let operations = operations(&document);
    assert_eq!(operations.len(), 20);
    let mut seen = Seen::default();
    let of_other = admin_token("other", OTHER_SECRET, None);

    for operation in &operations {
        let id = operation.id.as_str();
        let is_public = id == "get_openapi";
        let success = *operation.documented().first().unwrap();
        let place = operation.place("devkey");
        let request = (operation.method.as_str(), place.as_str());
        seen.note(&document, operation, &operation.ask(at, "devkey", DEVELOPMENT_SECRET).await, success);

        let strange = format!("{place}?strange=1");
        let refused = operate(at, (request.0, &strange), operation.body("devkey").as_deref()).await;
        seen.note(&document, operation, &refused, 400);
        assert_eq!(refused.body["error"]["field"], "strange");
        let head =
            format!("{} {place} HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n", request.0);
        seen.note(&document, operation, &exchange(at, head).await, 421);
        if is_public {
            continue;
        }
        seen.note(&document, operation, &operation.ask(at, "devkey", "").await, 401);
        let has_tenant = operation.about["parameters"].to_string().contains("\"query\"")
            && operation.about["parameters"].to_string().contains("\"tenant\"")
            && !place.contains("devkey");
        let foreign = if has_tenant { format!("{place}?tenant=devkey") } else { place.clone() };
        let body = operation.body("devkey");
        let body = body.as_deref().map(|body| ("application/json", body));
        seen.note(&document, operation, &call(at, (request.0, &foreign), &of_other, body).await, 403);
        if operation.says(404).is_some() {
            seen.note(&document, operation, &operation.ask(at, "nobody", DEVELOPMENT_SECRET).await, 404);
        }
        if operation.says(409).is_some() {
            played.set(Mode::Refusing(Refusal::LimitReached { what: "things", limit: 1 }.into()));
            seen.note(&document, operation, &operation.ask(at, "devkey", DEVELOPMENT_SECRET).await, 409);
        }
        played.set(Mode::Silent);
        let of_tenant = admin_token("devkey", DEVELOPMENT_SECRET, None);
        let silent = operation.ask(at, "devkey", &of_tenant).await;
        seen.note(&document, operation, &silent, 503);
        assert!(silent.head.contains("retry-after: "), "{}", silent.head);
        played.set(Mode::Well);
        if operation.about.get("requestBody").is_some() {
            let long = " ".repeat(600 * 1024);
            seen.note(&document, operation, &operate(at, request, Some(&long)).await, 413);
            let plain = call(at, request, DEVELOPMENT_SECRET, Some(("text/plain", "{}"))).await;
            seen.note(&document, operation, &plain, 415);
        }
    }
    slow_bodies(&document, &operations, at, &mut seen).await;
    exhausted(&document, &operations, at, &mut seen).await;

    for operation in &operations {
        assert_eq!(seen.0[&operation.id], operation.documented(), "{}", operation.id);
    }
}

/// Bodies that never come, all at once.
async fn slow_bodies(document: &Value, operations: &[Described], at: SocketAddr, seen: &mut Seen) {
    let taking = operations.iter().filter(|operation| operation.says(408).is_some());
    let asking = taking.map(|operation| {
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {DEVELOPMENT_SECRET}\r\n\
             Content-Type: application/json\r\nContent-Length: 9\r\n\r\n",
            operation.method,
            operation.place("devkey"),
        );
        (operation, tokio::spawn(exchange(at, head)))
    });
    for (operation, asked) in asking.collect::<Vec<_>>() {
        seen.note(document, operation, &asked.await.unwrap(), 408);
    }
}

/// Callers who can't say who they are, more than are heard.
async fn exhausted(document: &Value, operations: &[Described], at: SocketAddr, seen: &mut Seen) {
    for _ in 0..40 {
        call(at, ("GET", "/v1/admin/rooms"), "wrong", None).await;
    }
    for operation in operations.iter().filter(|operation| operation.says(429).is_some()) {
        // One a second is heard again: who is quick finds none.
        let mut answered = operation.ask(at, "devkey", "wrong").await;
        while answered.status == 401 {
            answered = operation.ask(at, "devkey", "wrong").await;
        }
        seen.note(document, operation, &answered, 429);
        let success = *operation.documented().first().unwrap();
        let operator = operation.ask(at, "devkey", DEVELOPMENT_SECRET).await;
        assert_eq!(operator.status, success, "whoever shows the secret is never held up");
    }
}

#[tokio::test]
async fn what_is_not_in_the_document_is_not_there() {
    let (harness, _played) = open().await;
    let document = operate(harness.admin, ("GET", "/v1/admin/openapi.json"), None).await.body;
    let operations = operations(&document);

    for operation in &operations {
        let allowed: BTreeSet<_> = operations
            .iter()
            .filter(|other| other.path == operation.path)
            .map(|other| other.method.as_str())
            .collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if allowed.contains(method) {
                continue;
            }
            let refused = operate(harness.admin, (method, &operation.place("devkey")), None).await;
            assert_eq!((refused.status, &refused.body["error"]["code"]), (405, &json!("method_not_allowed")));
            let line =
                refused.head.lines().find(|line| line.starts_with("allow: ")).expect("what is allowed");
            let told: BTreeSet<_> = line["allow: ".len()..].split(", ").map(str::to_uppercase).collect();
            assert_eq!(told, allowed.iter().map(|&method| method.to_owned()).collect());
        }
    }
    for path in ["/", "/metrics", "/v1/connect", "/v1/admin", "/v1/admin/rooms/devkey", "/readyz"] {
        assert_eq!(operate(harness.admin, ("GET", path), None).await.status, 404, "{path}");
    }
    assert_eq!(operate(harness.address, ("GET", "/v1/admin/rooms"), None).await.status, 404);
}
