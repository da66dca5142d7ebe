//! Tokens in mid-call: what they allow, when they end, and that others can take their place.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use switchyard_control::grants::{Grants, Permissions};
use switchyard_control::intent::Intent;
use switchyard_control::notice::{EndReason, Notice};
use switchyard_control::refusal::Refusal;
use switchyard_gateway::auth::{Claims, GrantClaims, Key, Secret, mint};
use switchyard_gateway::config::GatewayConfig;
use switchyard_vocab::ids::{Identity, PublicationId};

use crate::support::{Client, Harness, joined};

const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes";

fn token(identity: &str, grants: GrantClaims) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (sub, room) = (identity.to_owned(), "lab".to_owned());
    let claims = Claims { sub, room, exp: now + 60, grants: Some(grants), ..Claims::default() };
    mint(&claims, "k1", &Secret::new(SECRET)).unwrap()
}

/// A gateway with one key, and somebody who came in by it.
async fn house_with_ada(grants: GrantClaims) -> (Harness, Client, switchyard_control::intent::Request) {
    let mut config = GatewayConfig::default();
    config.auth.keys.insert("k1".to_owned(), Key::new(SECRET));
    let mut harness = Harness::open(config).await;
    let mut client = harness.client(&format!("token={}", token("ada", grants))).await;
    client.say(r#"{"id":1,"type":"join"}"#).await;
    let request = harness.heard().await;
    harness.reply(&request, joined("lab", "ada"));
    client.hear().await;
    (harness, client, request)
}

#[tokio::test]
async fn a_join_carries_what_its_token_allows() {
    let grants = GrantClaims { publish: std::iter::empty().collect(), ..GrantClaims::default() };

    let (_house, _client, request) = house_with_ada(grants).await;

    let Intent::Join(join) = request.intent else { panic!("{request:?}") };
    assert_eq!(join.pass.tenant.as_str(), "k1");
    assert_eq!(join.pass.permissions.grants.sources().iter().count(), 0);
    assert!(join.pass.expires_at.is_some());
}

#[tokio::test]
async fn another_token_is_checked_before_control_hears_of_it() {
    let (mut harness, mut client, _) = house_with_ada(GrantClaims::default()).await;

    for (token, code) in [
        ("rubbish".to_owned(), "token_invalid"),
        (String::new(), "token_missing"),
        (token("eve", GrantClaims::default()), "token_for_other_identity"),
    ] {
        client.say(&json!({"id": 2, "type": "refresh_token", "token": token}).to_string()).await;
        let refused = client.hear().await;
        assert_eq!((refused["type"].as_str(), refused["code"].as_str()), (Some("refused"), Some(code)));
        assert_eq!(refused["in_reply_to"], 2);
    }
    assert!(harness.heard_nothing_more());

    let moderating = token("ada", GrantClaims { admin: true, ..GrantClaims::default() });
    client.say(&json!({"id": 3, "type": "refresh_token", "token": moderating}).to_string()).await;
    let request = harness.heard().await;
    let Intent::Refresh(pass) = &request.intent else { panic!("{request:?}") };
    assert!(pass.permissions.grants.admin);
    harness.reply(&request, Notice::Done);
    assert_eq!(client.hear().await, json!({"type": "done", "in_reply_to": 3}));
}

#[tokio::test]
async fn a_change_of_what_is_permitted_is_told_and_so_is_what_it_took() {
    let (harness, mut client, request) = house_with_ada(GrantClaims::default()).await;
    let nothing = Grants { publish: std::iter::empty().collect(), ..Grants::default() };
    let permissions = Permissions { grants: nothing, ..Permissions::default() };
    let refusal = Refusal::NotPermitted { grant: "publish: camera".to_owned() };

    harness.tell(request.session, Notice::PermissionsChanged(permissions));
    let removed = Notice::PublicationRemoved {
        identity: Identity::new("ada"),
        publication: PublicationId(7),
        why: Some(refusal),
    };
    harness.tell(request.session, removed);

    let changed = client.hear().await;
    assert_eq!(changed["type"], "permissions_changed");
    assert_eq!(changed["permissions"]["publish"], json!([]));
    assert_eq!(changed["permissions"]["caps"], json!({}));
    let expected =
        json!({"type": "publication_removed", "identity": "ada", "publication": 7, "why": "not_permitted"});
    assert_eq!(client.hear().await, expected);
}

#[tokio::test]
async fn a_token_that_ends_closes_the_connection_with_a_code_of_its_own() {
    for (reason, word, code) in
        [(EndReason::TokenExpired, "token_expired", 4005), (EndReason::TokenRevoked, "token_revoked", 4006)]
    {
        let (harness, mut client, request) = house_with_ada(GrantClaims::default()).await;
        harness.tell(request.session, Notice::Ended(reason));
        assert_eq!(client.hear().await["reason"], word);
        assert_eq!(client.closed().await, code);
    }
}
