//! What the admin API makes of what it is asked, and whom it turns away.

use std::time::Duration;

use serde_json::{Value, json};
use switchyard_control::act::{
    Act, ActError, GrantChange, ParticipantChange, PermissionChange, Revoked, RoomChange, RoomKey,
};
use switchyard_control::codec_policy::{CodecName, CodecPolicy};
use switchyard_control::grants::Sources;
use switchyard_control::query::Query;
use switchyard_control::refusal::Refusal;
use switchyard_gateway::admin::config::{AdminConfig, AdminListen};
use switchyard_gateway::auth::{
    AuthConfig, Claims, Credentials, DEVELOPMENT_SECRET, Secret, authenticate, mint,
};
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::listener::Listeners;
use switchyard_vocab::ids::{Identity, PublicationId, RoomName, SessionId, Tenant};

use crate::admin_support::{
    Answered, Mode, OTHER_SECRET, admin_token, call, exchange, lab, open, open_with, operate, two_tenants,
};
use crate::support::{development, get};

const LAB: &str = "/v1/admin/rooms/devkey/lab";
const ADA: &str = "/v1/admin/rooms/devkey/lab/participants/ada";

fn fault(answered: &Answered) -> (u16, &str, Option<&str>) {
    let error = &answered.body["error"];
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    assert!(text("message").is_some_and(|message| !message.is_empty()), "{error}");
    (answered.status, text("code").unwrap_or_default(), text("field"))
}

#[tokio::test]
async fn each_act_reaches_control_as_it_was_meant() {
    let (harness, played) = open().await;
    let at = harness.admin;
    let (room, identity) = (lab, || Identity::new("ada"));

    operate(at, ("PATCH", LAB), Some(r#"{"metadata":null,"locked":true}"#)).await;
    let change = RoomChange { metadata: Some(None), locked: Some(true), codecs: None };
    assert_eq!(played.act(), Act::ChangeRoom { room: room(), change });
    operate(at, ("PATCH", LAB), Some(r#"{"codecs":{"allowed":["VP8"]}}"#)).await;
    let codecs = CodecPolicy { allowed: vec![CodecName::Vp8], preferred: Vec::new() };
    let change = RoomChange { codecs: Some(codecs), ..RoomChange::default() };
    assert_eq!(played.act(), Act::ChangeRoom { room: room(), change });

    operate(at, ("PATCH", ADA), Some(r#"{"grants":{"publish":["microphone"],"admin":true}}"#)).await;
    let publish = Some(Sources::from_iter([switchyard_control::intent::TrackSource::Microphone]));
    let grants = GrantChange { publish, admin: Some(true), ..GrantChange::default() };
    let permissions = PermissionChange { grants, ..PermissionChange::default() };
    let change = ParticipantChange { permissions, ..ParticipantChange::default() };
    assert_eq!(played.act(), Act::ChangeParticipant { room: room(), identity: identity(), change });

    operate(at, ("DELETE", ADA), None).await;
    assert_eq!(played.act(), Act::Kick { room: room(), identity: identity(), message: None, ban: None });
    operate(at, ("DELETE", ADA), Some(r#"{"reason":"out","ban_seconds":9}"#)).await;
    let ban = Some(Duration::from_secs(9));
    let message = Some("out".to_owned());
    assert_eq!(played.act(), Act::Kick { room: room(), identity: identity(), message, ban });

    let mute = format!("{ADA}/mute");
    operate(at, ("POST", &mute), Some(r#"{"publication":5,"muted":true}"#)).await;
    let publication = PublicationId(5);
    assert_eq!(played.act(), Act::Mute { room: room(), identity: identity(), publication });

    let revoke = Some(r#"{"tenant":"devkey","identity":"ada","seconds":60}"#);
    assert_eq!(operate(at, ("POST", "/v1/admin/revocations"), revoke).await.body, json!({ "ended": 1 }));
    let (tenant, revoked) = (Tenant::new("devkey"), Revoked::Identity(identity()));
    assert_eq!(played.act(), Act::Revoke { tenant, revoked, lasts: Duration::from_secs(60) });

    operate(at, ("DELETE", "/v1/admin/revocations/devkey/tokens/a%2Fb"), None).await;
    let (tenant, revoked) = (Tenant::new("devkey"), Revoked::Token("a/b".into()));
    assert_eq!(played.act(), Act::LiftRevocation { tenant, revoked });

    let said = operate(at, ("POST", &format!("{LAB}/messages")), Some(r#"{"text":"hi","to":"ada"}"#)).await;
    assert_eq!((said.status, said.body), (201, json!({ "number": 7 })));
    assert!(matches!(played.act(), Act::Announce { text, to: Some(_), .. } if &*text == "hi"));
}

#[tokio::test]
async fn a_room_is_shown_with_the_codecs_that_it_takes() {
    let (harness, _) = open().await;
    let taken = json!({ "allowed": ["opus", "VP8"], "preferred": ["VP8"] });

    assert_eq!(operate(harness.admin, ("GET", LAB), None).await.body["codecs"], taken);
    let changed =
        operate(harness.admin, ("PATCH", LAB), Some(r#"{"codecs":{"allowed":["vp8","AV1"]}}"#)).await;
    assert_eq!(changed.body["codecs"], taken, "what it takes, and not what was asked for");
}

#[tokio::test]
async fn a_slip_in_a_request_changes_nothing_and_is_named() {
    let (harness, played) = open().await;
    let mute = format!("{ADA}/mute");
    let messages = format!("{LAB}/messages");
    let (revoke, mint) = ("/v1/admin/revocations", "/v1/admin/tokens");

    for (request, body, code, field) in [
        (("PATCH", LAB), r#"{"lokced":true}"#, "unknown_field", Some("lokced")),
        (("PATCH", LAB), r#"{"locked":"yes"}"#, "bad_field", Some("locked")),
        (("PATCH", LAB), "{", "bad_json", None),
        (("PATCH", ADA), r#"{"grants":{"publsh":true}}"#, "unknown_field", Some("grants.publsh")),
        (("PATCH", ADA), r#"{"grants":{"publish":["kamera"]}}"#, "bad_field", Some("grants.publish")),
        (("PATCH", ADA), r#"{"caps":{"max_tracks":-1}}"#, "bad_field", Some("caps.max_tracks")),
        (("DELETE", ADA), r#"{"ban":9}"#, "unknown_field", Some("ban")),
        (("POST", &mute), r#"{"publication":5,"muted":false}"#, "bad_field", Some("muted")),
        (("POST", &mute), "{}", "bad_field", Some("publication")),
        (("POST", &messages), r#"{"text":""}"#, "bad_field", Some("text")),
        (("POST", &messages), r#"{"text":"x","to":""}"#, "bad_field", Some("to")),
        (("POST", revoke), r#"{"identity":"ada"}"#, "bad_field", Some("tenant")),
        (("POST", revoke), r#"{"tenant":"devkey"}"#, "bad_field", Some("token_id")),
        (
            ("POST", revoke),
            r#"{"tenant":"devkey","token_id":"x","identity":"y"}"#,
            "bad_field",
            Some("token_id"),
        ),
        (("POST", revoke), r#"{"tenant":"devkey","token_id":"x","seconds":0}"#, "bad_field", Some("seconds")),
        (("POST", mint), r#"{"tenant":"devkey","room":"","identity":"ada"}"#, "bad_field", Some("room")),
        (("POST", mint), r#"{"tenant":"devkey","room":"lab"}"#, "bad_field", Some("identity")),
        (
            ("POST", mint),
            r#"{"tenant":"devkey","room":"lab","identity":"ada","ttl_seconds":99999999}"#,
            "bad_field",
            Some("ttl_seconds"),
        ),
        (("POST", "/v1/admin/drain"), r#"{"enabled":1}"#, "bad_field", Some("enabled")),
    ] {
        let refused = operate(harness.admin, request, Some(body)).await;

        assert_eq!(fault(&refused), (400, code, field), "{request:?} {body}: {}", refused.body);
    }
    for (path, field) in [
        ("/v1/admin/rooms?limit=0", "limit"),
        ("/v1/admin/rooms?limit=501", "limit"),
        ("/v1/admin/rooms?limit=1&limit=2", "limit"),
        ("/v1/admin/rooms?after=zz", "after"),
        ("/v1/admin/rooms?after=61", "after"),
        ("/v1/admin/rooms/devkey/a%00b", "path"),
        ("/v1/admin/rooms/devkey/a%0Ab", "path"),
        ("/v1/admin/rooms/devkey/%FF", "path"),
    ] {
        let refused = operate(harness.admin, ("GET", path), None).await;

        assert_eq!(fault(&refused), (400, "bad_field", Some(field)), "{path}");
    }
    assert!(played.did_nothing());
}

#[tokio::test]
async fn what_control_refuses_is_told_with_its_code_and_what_it_is_about() {
    let (harness, played) = open().await;
    for (refusal, expected) in [
        (ActError::UnknownRoom("lab".into()), (404, "unknown_room", Some("room"))),
        (Refusal::UnknownParticipant("ada".into()).into(), (404, "unknown_participant", Some("identity"))),
        (
            Refusal::MetadataTooLong { bytes: 9, limit: 1 }.into(),
            (400, "metadata_too_long", Some("metadata")),
        ),
        (Refusal::QuotaReached { what: "bits per second", quota: 1 }.into(), (409, "quota_reached", None)),
    ] {
        played.set(Mode::Refusing(refusal));

        let refused = operate(harness.admin, ("PATCH", ADA), Some("{}")).await;

        assert_eq!(fault(&refused), expected);
    }
    let unknown = operate(harness.admin, ("GET", "/v1/admin/rooms/nobody/lab"), None).await;
    assert_eq!(fault(&unknown), (404, "unknown_tenant", Some("tenant")));
    let unknown = operate(harness.admin, ("GET", "/v1/admin/rooms/other/lab"), None).await;
    assert_eq!(fault(&unknown), (404, "unknown_room", Some("room")));
}

#[tokio::test]
async fn a_list_goes_on_where_the_page_before_ended() {
    let (harness, played) = open().await;
    let next = |answered: &Answered| answered.body["next"].as_str().unwrap().to_owned();

    let first = operate(harness.admin, ("GET", "/v1/admin/rooms?limit=1&tenant=devkey"), None).await;
    let expected = Query::Rooms { tenant: Some(Tenant::new("devkey")), after: None, limit: 1 };
    assert_eq!(played.query(), expected);
    operate(harness.admin, ("GET", &format!("/v1/admin/rooms?after={}", next(&first))), None).await;
    assert_eq!(played.query(), Query::Rooms { tenant: None, after: Some(lab()), limit: 100 });

    let participants = format!("{LAB}/participants");
    let first = operate(harness.admin, ("GET", &participants), None).await;
    operate(harness.admin, ("GET", &format!("{participants}?after={}", next(&first))), None).await;
    let expected = Query::Participants { room: lab(), after: Some(SessionId(3)), limit: 100 };
    assert_eq!(played.query(), expected);

    let first = operate(harness.admin, ("GET", "/v1/admin/revocations"), None).await;
    operate(harness.admin, ("GET", &format!("/v1/admin/revocations?after={}", next(&first))), None).await;
    let after = Some((Tenant::new("devkey"), Revoked::Token("t1".into())));
    assert_eq!(played.query(), Query::Revocations { tenant: None, after, limit: 100 });
}

#[tokio::test]
async fn a_token_of_a_key_opens_what_is_of_its_tenant_alone() {
    let (harness, played) = open().await;
    let token = admin_token("other", OTHER_SECRET, None);
    let ask = |path: &'static str| call(harness.admin, ("GET", path), &token, None);

    assert_eq!(ask("/v1/admin/rooms").await.status, 200);
    let expected = Query::Rooms { tenant: Some(Tenant::new("other")), after: None, limit: 100 };
    assert_eq!(played.query(), expected);
    assert_eq!(fault(&ask("/v1/admin/rooms?tenant=devkey").await), (403, "other_tenant", Some("tenant")));
    assert_eq!(fault(&ask(LAB).await), (403, "other_tenant", Some("tenant")));
    assert_eq!(fault(&ask("/v1/admin/status").await), (403, "operator_only", None));
    let body = Some(("application/json", r#"{"room":"lab","identity":"ada"}"#));
    let minted = call(harness.admin, ("POST", "/v1/admin/tokens"), &token, body).await;
    assert_eq!((minted.status, &minted.body["tenant"]), (201, &json!("other")));
    let key = RoomKey { tenant: Tenant::new("other"), name: RoomName::new("den") };
    call(harness.admin, ("DELETE", "/v1/admin/rooms/other/den"), &token, None).await;
    assert_eq!(played.act(), Act::EndRoom { room: key });
}

#[tokio::test]
async fn whoever_shows_nothing_that_holds_is_turned_away() {
    let (harness, played) = open().await;
    let of_participant = Claims {
        sub: "ada".to_owned(),
        room: "lab".to_owned(),
        exp: u64::from(u32::MAX),
        grants: Some(switchyard_gateway::auth::GrantClaims { admin: true, ..Default::default() }),
        ..Claims::default()
    };
    let secret = Secret::new(DEVELOPMENT_SECRET);
    let of_participant = mint(&of_participant, "devkey", &secret).unwrap();
    let with_both = json!({ "sub": "ada", "room": "lab", "exp": u32::MAX, "server_admin": true });
    let with_false = json!({ "sub": "ops", "exp": u32::MAX, "server_admin": false });
    let expired = json!({ "sub": "ops", "exp": 1_000_000, "server_admin": true });
    let signed = |claims: &Value| mint(claims, "devkey", &secret).unwrap();

    for (token, code) in [
        (String::new(), "token_missing"),
        ("wrong".to_owned(), "token_invalid"),
        (DEVELOPMENT_SECRET[1..].to_owned(), "token_invalid"),
        (format!("{DEVELOPMENT_SECRET}x"), "token_invalid"),
        (of_participant, "token_invalid"),
        (signed(&with_both), "token_invalid"),
        (signed(&with_false), "token_invalid"),
        (signed(&expired), "token_invalid"),
        (admin_token("devkey", OTHER_SECRET, None), "token_invalid"),
        (admin_token("nobody", OTHER_SECRET, None), "token_invalid"),
        (admin_token("other", OTHER_SECRET, Some("revoked")), "token_revoked"),
    ] {
        let refused = call(harness.admin, ("DELETE", LAB), &token, None).await;

        assert_eq!(fault(&refused), (401, code, None), "{token}");
        assert!(refused.head.contains("www-authenticate: bearer"), "{}", refused.head);
    }
    assert!(played.did_nothing());
    let in_query = format!("{LAB}?token={DEVELOPMENT_SECRET}");
    assert_eq!(call(harness.admin, ("GET", &in_query), "", None).await.status, 401, "URLs end up in logs");
}

#[tokio::test]
async fn with_the_secret_that_everybody_knows_it_is_not_called_by_the_name_of_a_site() {
    let (harness, _) = open().await;
    let by = |host: &str| {
        let bearer = format!("Authorization: Bearer {DEVELOPMENT_SECRET}");
        let head = format!("Host: {host}\r\nConnection: close\r\n{bearer}\r\n\r\n");
        exchange(harness.admin, format!("GET /v1/admin/rooms HTTP/1.1\r\n{head}"))
    };

    assert_eq!(fault(&by("evil.example:7980").await), (421, "other_host", None));
    assert_eq!(by("localhost:7980").await.status, 200);
}

#[tokio::test]
async fn without_a_secret_only_tokens_open_it() {
    let mut config = two_tenants();
    config.admin.secret = None;
    let (harness, _played) = open_with(config).await;

    let by_nothing = call(harness.admin, ("GET", LAB), DEVELOPMENT_SECRET, None).await;
    let token = admin_token("devkey", DEVELOPMENT_SECRET, None);
    let by_token = call(harness.admin, ("GET", LAB), &token, None).await;

    assert_eq!((by_nothing.status, by_token.status), (401, 200));
}

#[tokio::test]
async fn a_minted_token_says_what_was_asked_for_and_holds() {
    let (harness, _played) = open().await;
    let body = r#"{"tenant":"devkey","room":"lab","identity":"ada","name":"Ada","ttl_seconds":60,
        "grants":{"publish":["camera"],"rename":false},"caps":{"max_tracks":2,"max_layer":null}}"#;

    let minted = operate(harness.admin, ("POST", "/v1/admin/tokens"), Some(body)).await;

    let token = minted.body["token"].as_str().unwrap().to_owned();
    let auth: AuthConfig = development().auth;
    let admission =
        authenticate(&Credentials { token: Some(token), ..Credentials::default() }, &auth).unwrap();
    assert_eq!((admission.identity.as_str(), admission.display_name.as_deref()), ("ada", Some("Ada")));
    let permissions = admission.pass.permissions;
    assert_eq!(permissions.grants.publish.iter().count(), 1);
    assert!(!permissions.grants.rename && permissions.grants.subscribe);
    assert_eq!((permissions.caps.max_tracks, permissions.caps.max_layer), (Some(2), None));
    assert_eq!(admission.pass.token.as_deref(), minted.body["token_id"].as_str());
    assert_eq!(minted.body["token_id"].as_str().map(str::len), Some(24));
}

#[tokio::test]
async fn requests_are_counted_by_operation_and_outcome() {
    let (harness, _played) = open().await;
    operate(harness.admin, ("GET", LAB), None).await;
    operate(harness.admin, ("GET", "/v1/admin/rooms/devkey/nothing"), None).await;
    operate(harness.admin, ("GET", "/nothing"), None).await;
    call(harness.admin, ("GET", LAB), "wrong", None).await;

    let page = get(harness.metrics, "/metrics").await;

    for line in [
        r#"switchyard_admin_requests_total{operation="get_room",status="2xx"} 1"#,
        r#"switchyard_admin_requests_total{operation="get_room",status="4xx"} 2"#,
        r#"switchyard_admin_requests_total{operation="unknown",status="4xx"} 1"#,
        r#"switchyard_admin_requests_total{operation="drain",status="5xx"} 0"#,
        "switchyard_admin_turned_away_total 1",
    ] {
        assert!(page.lines().any(|found| found == line), "no {line} in {page}");
    }
}

#[tokio::test]
async fn it_is_not_served_where_it_is_off() {
    let admin = AdminConfig { listen: AdminListen::Off, ..AdminConfig::default() };
    let ephemeral = ([127, 0, 0, 1], 0).into();
    let config = GatewayConfig { admin, listen: ephemeral, metrics_listen: ephemeral, ..development() };

    assert!(Listeners::bind(&config).await.unwrap().admin.is_none());
}
