use std::collections::BTreeMap;

use clap::Parser;
use switchyard_gateway::auth::{Admission, Credentials, authenticate};

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    options: TokenOptions,
}

fn auth(ids: &[&str]) -> AuthConfig {
    let keys = ids.iter().map(|&id| (id.to_owned(), Key::new(SECRET)));
    AuthConfig { keys: keys.collect::<BTreeMap<_, _>>(), ..AuthConfig::default() }
}

fn options(arguments: &[&str]) -> TokenOptions {
    let needed = ["token", "--room", "lab", "--identity", "ada"];
    Line::try_parse_from([&needed[..], arguments].concat()).expect("accepted").options
}

/// Whom the server would let in by the token, and with what.
fn admission(arguments: &[&str]) -> Admission {
    let auth = auth(&["main"]);
    let token = options(arguments).mint(&auth, false).expect("minted");
    authenticate(&Credentials { token: Some(token), ..Credentials::default() }, &auth).expect("it holds")
}

fn complaint(arguments: &[&str]) -> String {
    options(arguments).mint(&auth(&["main"]), false).expect_err("refused").to_string()
}

#[test]
fn a_minted_token_opens_the_door_it_is_for() {
    let admission = admission(&["--name", "Ada", "--id", "t-1"]);

    assert_eq!((admission.room.as_str(), admission.identity.as_str()), ("lab", "ada"));
    assert_eq!(admission.display_name.as_deref(), Some("Ada"));
    assert_eq!((admission.pass.tenant.as_str(), admission.pass.token.as_deref()), ("main", Some("t-1")));
}

#[test]
fn grants_and_caps_are_what_was_asked_for() {
    let arguments = ["--grant", "publish=microphone,screen", "--grant", "admin", "--grant", "rename=false"];
    let caps = ["--cap", "max_tracks=2", "--cap", "max_layer=1"];

    let permissions = admission(&[&arguments[..], &caps[..]].concat()).pass.permissions;

    assert_eq!(permissions.grants.sources().iter().count(), 2);
    assert!(permissions.grants.admin && !permissions.grants.rename && permissions.grants.subscribe);
    assert_eq!(permissions.caps.max_tracks, Some(2));
    assert_eq!(admission(&["--grant", "publish=false"]).pass.permissions.grants.sources().iter().count(), 0);
}

#[test]
fn the_codecs_of_the_room_are_what_was_asked_for() {
    let codecs = admission(&["--codecs", "vp8,H264", "--prefer", "H264"]).pass.codecs.unwrap();

    assert_eq!(codecs.allowed, [CodecName::Vp8, CodecName::H264]);
    assert_eq!(codecs.preferred, [CodecName::H264]);
    assert_eq!(admission(&["--prefer", "VP9"]).pass.codecs.unwrap().allowed, CodecName::ALL);
    assert_eq!(admission(&[]).pass.codecs, None);
    let expected = "there is no codec \"VP10\", only opus, VP8, VP9, H264, AV1, H265";
    assert_eq!(complaint(&["--codecs", "VP10"]), expected);
}

#[test]
fn a_slip_is_named() {
    assert!(complaint(&["--grant", "publsh"]).contains("publsh"));
    assert!(complaint(&["--grant", "publish=kamera"]).contains("kamera"));
    assert!(complaint(&["--grant", "admin=perhaps"]).contains("true or false"));
    assert!(complaint(&["--cap", "max_tracks=-1"]).contains("whole number"));
    assert!(complaint(&["--cap", "max_chambers=1"]).contains("max_chambers"));
}

#[test]
fn times_have_units() {
    let seconds = |text: &str| text.parse::<Lifetime>().map(|time| time.0.as_secs());

    assert_eq!((seconds("90s"), seconds("15m"), seconds("1h")), (Ok(90), Ok(900), Ok(3_600)));
    assert_eq!(seconds("7d"), Ok(604_800));
    for bad in ["", "1", "h", "-1h", "1w", "99999999999999999999d", "1 h", "5ö"] {
        assert!(seconds(bad).is_err(), "{bad}");
    }
}

#[test]
fn one_of_several_keys_has_to_be_named() {
    let several = auth(&["blue", "green"]);

    let unnamed = options(&[]).mint(&several, false).expect_err("which?").to_string();
    let wrong = options(&["--key", "red"]).mint(&several, false).expect_err("none").to_string();

    assert!(unnamed.contains("blue, green") && wrong.contains("red"), "{unnamed} {wrong}");
    assert!(options(&["--key", "green"]).mint(&several, false).is_ok());
    let development = auth(&["blue", DEVELOPMENT_KEY_ID]);
    assert!(options(&[]).mint(&development, true).is_ok(), "--dev means the development key");
}

#[test]
fn a_token_for_the_admin_api_names_no_room_and_lets_nobody_in() {
    let line = ["token", "--server-admin", "--identity", "ops"];
    let options = Line::try_parse_from(line).expect("accepted").options;
    let auth = auth(&["main"]);

    let token = options.mint(&auth, false).expect("minted");

    let credentials = Credentials { token: Some(token), room: Some("lab".to_owned()), identity: None };
    assert_eq!(authenticate(&credentials, &auth).map_err(|error| error.code()), Err("token_invalid"));
    assert!(Line::try_parse_from([&line[..], &["--room", "lab"]].concat()).is_err());
    assert!(Line::try_parse_from(["token", "--identity", "ada"]).is_err(), "a participant's names its room");
}
