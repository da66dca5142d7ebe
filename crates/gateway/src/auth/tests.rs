use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use switchyard_control::intent::TrackSource;

use super::*;

const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes";

fn config() -> AuthConfig {
    AuthConfig { keys: BTreeMap::from([("k1".to_owned(), Key::new(SECRET))]), ..Default::default() }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims() -> Value {
    json!({"sub": "ada", "room": "lab", "exp": now() + 60})
}

fn signed(header: Header, claims: &Value, secret: &str) -> String {
    encode(&header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn header() -> Header {
    Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) }
}

fn with_token(token: String) -> Credentials {
    Credentials { token: Some(token), ..Default::default() }
}

#[track_caller]
fn refusal(token: String) -> TokenError {
    match authenticate(&with_token(token), &config()) {
        Err(AuthError::BadToken(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_says_who_comes_and_where_to() {
    let mut claims = claims();
    claims["name"] = json!("Ada L.");

    let admission = authenticate(&with_token(signed(header(), &claims, SECRET)), &config()).unwrap();

    assert_eq!(admission.room.as_str(), "lab");
    assert_eq!(admission.identity.as_str(), "ada");
    assert_eq!(admission.display_name.as_deref(), Some("Ada L."));
}

#[test]
fn a_token_is_for_one_room_and_one_identity() {
    let token = signed(header(), &claims(), SECRET);
    let elsewhere = Credentials { room: Some("attic".to_owned()), ..with_token(token.clone()) };
    let as_another = Credentials { identity: Some("eve".to_owned()), ..with_token(token.clone()) };
    let the_same = Credentials { room: Some("lab".to_owned()), ..with_token(token) };

    assert_eq!(authenticate(&elsewhere, &config()), Err(AuthError::OtherRoom));
    assert_eq!(authenticate(&as_another, &config()), Err(AuthError::OtherIdentity));
    assert!(authenticate(&the_same, &config()).is_ok());
}

#[test]
fn tokens_that_do_not_hold_are_refused_by_what_is_wrong() {
    let expired = json!({"sub": "ada", "room": "lab", "exp": now() - 60});
    let early = json!({"sub": "ada", "room": "lab", "exp": now() + 99, "nbf": now() + 60});
    let eternal = json!({"sub": "ada", "room": "lab"});
    let roomless = json!({"sub": "ada", "exp": now() + 60});
    let nameless_key = Header::new(Algorithm::HS256);
    let strange_key = Header { kid: Some("k2".to_owned()), ..header() };
    let stronger = Header { alg: Algorithm::HS512, ..header() };

    assert_eq!(refusal(signed(header(), &expired, SECRET)), TokenError::Expired);
    assert_eq!(refusal(signed(header(), &early, SECRET)), TokenError::NotYet);
    assert_eq!(refusal(signed(header(), &eternal, SECRET)), TokenError::Malformed);
    assert_eq!(refusal(signed(header(), &roomless, SECRET)), TokenError::Malformed);
    assert_eq!(refusal(signed(header(), &claims(), &"y".repeat(40))), TokenError::BadSignature);
    assert_eq!(refusal(signed(nameless_key, &claims(), SECRET)), TokenError::NoKeyId);
    assert_eq!(refusal(signed(strange_key, &claims(), SECRET)), TokenError::UnknownKey);
    assert_eq!(refusal(signed(stronger, &claims(), SECRET)), TokenError::WrongAlgorithm("HS512".to_owned()));
    assert_eq!(refusal("not.a.token".to_owned()), TokenError::Malformed);
    assert_eq!(refusal("x".repeat(9_000)), TokenError::TooLong(9_000));
}

#[test]
fn an_unsigned_token_is_refused() {
    // {"alg":"none","kid":"k1"} . {"sub":"ada","room":"lab","exp":99999999999} . no signature
    let unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.\
                    eyJzdWIiOiJhZGEiLCJyb29tIjoibGFiIiwiZXhwIjo5OTk5OTk5OTk5OX0.";

    assert_eq!(refusal(unsigned.to_owned()).to_string(), "its header says alg \"none\": it has to be HS256");
}

#[test]
fn a_wrong_algorithm_is_named_in_few_words() {
    let with = |header: &str| refusal(format!("{}.e30.", URL_SAFE_NO_PAD.encode(header)));

    let long = with(&format!(r#"{{"alg":"\n{}","kid":"k1"}}"#, "x".repeat(4_000))).to_string();
    assert!(long.len() < 100 && !long.contains('\n'), "{long}");
    for nameless in [r#"{"kid":"k1"}"#, r#"{"alg":256}"#, "[]", ""] {
        assert_eq!(with(nameless), TokenError::Malformed, "{nameless}");
    }
}

#[test]
fn a_token_may_count_in_fractions_of_seconds_and_lasts_no_longer_for_that() {
    let with = |exp: f64, nbf: f64| {
        let mut claims = claims();
        (claims["exp"], claims["nbf"]) = (json!(exp), json!(nbf));
        authenticate(&with_token(signed(header(), &claims, SECRET)), &config())
    };
    let now = now() as f64;

    let admission = with(now + 60.9, now - 0.5).unwrap();

    let left = admission.pass.expires_at.unwrap().duration_since(Instant::now()).as_secs_f64();
    assert!((60.0..=70.0).contains(&left), "{left}");
    assert_eq!(with(now - 10.5, now - 60.5), Err(AuthError::BadToken(TokenError::Expired)));
}

#[test]
fn a_name_alone_is_enough_only_during_development() {
    let by_name = Credentials {
        room: Some("lab".to_owned()),
        identity: Some("ada".to_owned()),
        token: Some(String::new()),
    };
    let development = AuthConfig { allow_identity_without_token: true, ..config() };

    assert_eq!(authenticate(&by_name, &config()), Err(AuthError::NoToken));
    assert_eq!(authenticate(&by_name, &development).unwrap().identity.as_str(), "ada");
}

#[test]
fn a_name_alone_needs_a_room_and_a_name() {
    let development = AuthConfig { allow_identity_without_token: true, ..config() };
    let nowhere = Credentials { identity: Some("ada".to_owned()), ..Default::default() };
    let nobody = Credentials { room: Some("lab".to_owned()), ..Default::default() };

    assert_eq!(authenticate(&nowhere, &development), Err(AuthError::Missing("room")));
    assert_eq!(authenticate(&nobody, &development), Err(AuthError::Missing("identity")));
}

#[test]
fn what_cannot_be_a_name_comes_neither_into_a_log_nor_to_control() {
    let config = AuthConfig { allow_identity_without_token: true, ..config() };
    let named = |room: &str, identity: &str| Credentials {
        room: Some(room.to_owned()),
        identity: Some(identity.to_owned()),
        token: None,
    };
    let mut claims = claims();
    claims["name"] = json!("Ada\u{1b}[2J");

    let line = authenticate(&named("lab\nsession ended", "ada"), &config);
    let long = authenticate(&named("lab", &"a".repeat(MAX_NAME_BYTES + 1)), &config);
    let signed = authenticate(&with_token(signed(header(), &claims, SECRET)), &config);

    assert_eq!(line, Err(AuthError::BadName("room")));
    assert_eq!(long, Err(AuthError::BadName("identity")));
    assert_eq!(signed, Err(AuthError::BadName("name")));
    assert!(authenticate(&named("lab", "Åda 🦆"), &config).is_ok());
}

#[test]
fn a_token_says_what_its_participant_may_do_and_for_how_long() {
    let mut claims = claims();
    claims["jti"] = json!("t-1");
    claims["metadata"] = json!("{\"seat\":4}");
    claims["grants"] = json!({"publish": ["microphone"], "admin": true});
    claims["caps"] = json!({"max_layer": 1, "max_bitrate": 600_000, "max_tracks": 2, "max_subscriptions": 9});

    let admission = authenticate(&with_token(signed(header(), &claims, SECRET)), &config()).unwrap();

    let Pass { tenant, token, expires_at, permissions, codecs } = admission.pass;
    assert_eq!(codecs, None, "the room takes what the server takes");
    assert_eq!((tenant.as_str(), token.as_deref()), ("k1", Some("t-1")));
    assert_eq!(admission.metadata.as_deref(), Some("{\"seat\":4}"));
    let left = expires_at.unwrap().duration_since(Instant::now()).as_secs();
    assert!((60..=70).contains(&left), "{left} seconds, ten of them for clocks that differ");
    let grants = permissions.grants;
    assert_eq!(grants.sources().iter().map(|one| one.to_string()).collect::<Vec<_>>(), ["microphone"]);
    assert!(grants.admin && grants.subscribe && grants.messages && grants.rename && !grants.hidden);
    assert_eq!(permissions.caps.max_bitrate.map(|rate| rate.as_bps()), Some(600_000));
    assert_eq!(permissions.caps.max_tracks, Some(2));
}

#[test]
fn a_token_says_which_codecs_the_room_takes_that_it_opens() {
    let codecs = |codecs: Value| {
        let mut claims = claims();
        claims["codecs"] = codecs;
        authenticate(&with_token(signed(header(), &claims, SECRET)), &config())
    };

    let narrow =
        codecs(json!({"allowed": ["opus", "VP8"], "preferred": ["VP8"]})).unwrap().pass.codecs.unwrap();
    let preferring = codecs(json!({"preferred": ["VP9"]})).unwrap().pass.codecs.unwrap();

    assert_eq!(narrow.allowed.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["opus", "VP8"]);
    assert_eq!(preferring.allowed.len(), 6, "what is not spoken of is as it is");
    for slip in [json!({"allowed": ["VP10"]}), json!({"forbidden": ["VP8"]})] {
        let refused = codecs(slip).unwrap_err();
        assert_eq!(refused.code(), "token_invalid");
        assert!(refused.to_string().contains("codecs"), "{refused}");
    }
}

#[test]
fn publishing_is_granted_by_a_word_or_by_a_list() {
    let sources = |publish: Value| {
        let mut claims = claims();
        claims["grants"] = json!({"publish": publish});
        let admission = authenticate(&with_token(signed(header(), &claims, SECRET)), &config()).unwrap();
        admission.pass.permissions.grants.sources().iter().count()
    };

    assert_eq!(sources(json!(true)), 5);
    assert_eq!(sources(json!(false)), 0);
    assert_eq!(sources(json!([])), 0);
    assert_eq!(sources(json!(["camera", "screen"])), 2);
}

#[test]
fn what_is_not_understood_in_grants_and_caps_is_refused_and_other_claims_are_ignored() {
    let with = |claim: &str, value: Value| {
        let mut claims = claims();
        claims[claim] = value;
        authenticate(&with_token(signed(header(), &claims, SECRET)), &config())
    };
    let problem = |claim: &str, value: Value| match with(claim, value) {
        Err(AuthError::BadToken(error @ TokenError::BadClaim { .. })) => error.to_string(),
        other => panic!("{other:?}"),
    };

    assert!(problem("grants", json!({"publsh": false})).contains("publsh"));
    assert!(problem("grants", json!({"publish": ["kamera"]})).contains("kamera"));
    assert!(problem("grants", json!({"admin": "yes"})).contains("grants"));
    assert!(problem("caps", json!({"max_layers": 1})).contains("max_layers"));
    assert!(problem("caps", json!({"max_tracks": -1})).contains("caps"));
    assert!(with("aud", json!("everybody")).is_ok());
    assert!(with("color", json!({"red": 1})).is_ok());
}

#[test]
fn a_minted_token_holds() {
    let caps = CapClaims { max_tracks: Some(1), ..CapClaims::default() };
    let grants =
        GrantClaims { publish: [TrackSource::Screen].into_iter().collect(), ..GrantClaims::default() };
    let claims = Claims {
        sub: "ada".to_owned(),
        room: "lab".to_owned(),
        exp: now() + 60,
        grants: Some(grants),
        caps: Some(caps),
        ..Claims::default()
    };

    let token = mint(&claims, "k1", &Secret::new(SECRET)).unwrap();

    let admission = authenticate(&with_token(token), &config()).unwrap();
    assert_eq!(admission.pass.permissions, claims.permissions());
}

#[test]
fn another_token_in_mid_call_is_for_the_same_room_and_identity() {
    let first = authenticate(&with_token(signed(header(), &claims(), SECRET)), &config()).unwrap();
    let with = |claim: &str, value: &str| {
        let mut claims = claims();
        claims[claim] = json!(value);
        refresh(&first, signed(header(), &claims, SECRET), &config())
    };

    assert!(with("jti", "t-2").is_ok_and(|pass| pass.token.as_deref() == Some("t-2")));
    assert_eq!(with("room", "attic"), Err(RefreshError::OtherRoom));
    assert_eq!(with("sub", "eve"), Err(RefreshError::OtherIdentity));
    assert_eq!(refresh(&first, String::new(), &config()), Err(RefreshError::NoToken));
}

#[test]
fn what_is_wrong_with_another_token_in_mid_call_is_said_without_a_url() {
    use RefreshError::*;

    let invalid = || AuthError::BadToken(TokenError::Expired);
    for (error, at_the_door) in [
        (NoToken, AuthError::NoToken),
        (OtherRoom, AuthError::OtherRoom),
        (OtherIdentity, AuthError::OtherIdentity),
        (Unusable(invalid()), invalid()),
    ] {
        assert_eq!(error.code(), at_the_door.code());
        assert!(!error.to_string().contains("URL"), "{error}");
    }
}

#[test]
fn a_key_is_its_secret_or_a_table_with_quotas() {
    let read = |json: Value| serde_json::from_value::<AuthConfig>(json!({"keys": {"k1": json}}));

    assert_eq!(read(json!(SECRET)).unwrap(), config());
    let quotas = read(json!({"secret": SECRET, "max_rooms": 2})).unwrap().quotas();
    assert_eq!(quotas[&Tenant::new("k1")].max_rooms, Some(2));
    assert!(read(json!({"secret": SECRET, "max_chambers": 2})).is_err());
    assert!(read(json!({"max_rooms": 2})).is_err());
    let written = serde_json::to_value(read(json!({"secret": SECRET, "max_rooms": 2})).unwrap()).unwrap();
    assert_eq!(written["keys"]["k1"], json!({"secret": SECRET, "max_rooms": 2}));
}
