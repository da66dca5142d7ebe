//! Opening sessions by WHIP and WHEP over real HTTP, in front of a control that the test plays itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use switchyard_control::grants::Permissions;
use switchyard_control::intent::{Intent, Request};
use switchyard_control::notice::{Notice, Participant, Publication, Published};
use switchyard_control::refusal::Refusal;
use switchyard_gateway::auth::Secret;
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::dialect::whip::{IceServer, WhipConfig};
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::ids::{Identity, PublicationId, SessionId};
use switchyard_vocab::rtp::Mid;
use tokio::task::JoinHandle;

use crate::http::{Answer, Ask};
use crate::support::{Harness, development, joined};

pub(crate) const SDP: (&str, &str) = ("content-type", "application/sdp");
pub(crate) const FRAGMENT: (&str, &str) = ("content-type", "application/trickle-ice-sdpfrag");
pub(crate) const WHIP: &str = "/v1/whip/lab?identity=encoder";
pub(crate) const WHEP: &str = "/v1/whep/lab/ada?identity=viewer";

/// A development server on which nobody waits for long.
pub(crate) fn quick() -> GatewayConfig {
    let whip = WhipConfig { wait_for_publisher: Duration::from_millis(300), ..WhipConfig::default() };
    GatewayConfig { whip, ..development() }
}

pub(crate) fn post(harness: &Harness, path: &str) -> JoinHandle<Answer> {
    Ask::new("POST", path).header(SDP).body("v=0 offer").send(harness.address)
}

/// Plays control up to the offer: what it holds, and the request it came with.
pub(crate) async fn let_in(harness: &mut Harness, participants: Vec<Participant>) -> Request {
    let request = harness.heard().await;
    let Intent::Join(join) = &request.intent else { panic!("{request:?}") };
    let Notice::Joined { room, identity, .. } = joined(join.room.as_str(), join.identity.as_str()) else {
        unreachable!()
    };
    harness.reply(
        &request,
        Notice::Joined {
            room,
            identity,
            display_name: None,
            own_metadata: None,
            participants,
            permissions: Permissions::default(),
            metadata: None,
            locked: false,
            codecs: Default::default(),
        },
    );
    harness.heard().await
}

pub(crate) fn answer(publications: &[u64]) -> Notice {
    let published = |&id: &u64| Published { mid: Mid::parse(b"0").unwrap(), outcome: Ok(PublicationId(id)) };
    Notice::Answer { sdp: "v=0 answer".into(), publications: publications.iter().map(published).collect() }
}

/// A published resource: its URL, its ETag and its session.
pub(crate) async fn published(harness: &mut Harness) -> (String, String, SessionId) {
    let asked = post(harness, WHIP);
    let request = let_in(harness, Vec::new()).await;
    harness.reply(&request, answer(&[1]));
    let created = asked.await.unwrap();
    assert_eq!(created.status, 201, "{created:?}");
    (created.header("location").to_owned(), created.header("etag").to_owned(), request.session)
}

pub(crate) fn ada(publications: &[u64]) -> Participant {
    let publication = |&id: &u64| Publication {
        id: PublicationId(id),
        kind: MediaKind::Audio,
        source: Default::default(),
        name: None,
        muted: false,
        encodings: 1,
        codec: Codec::Opus,
    };
    Participant {
        hidden: false,
        connected: true,
        metadata: None,
        identity: Identity::new("ada"),
        display_name: None,
        publications: publications.iter().map(publication).collect(),
    }
}

#[tokio::test]
async fn an_encoder_publishes_by_one_request() {
    let mut harness = Harness::open(quick()).await;
    let asked = post(&harness, WHIP);

    let request = let_in(&mut harness, Vec::new()).await;
    let Intent::Ingest { sdp } = &request.intent else { panic!("{request:?}") };
    assert_eq!(sdp, "v=0 offer");
    harness.reply(&request, answer(&[1, 2]));

    let created = asked.await.unwrap();
    assert_eq!((created.status, created.body.as_str()), (201, "v=0 answer"));
    assert_eq!(created.header("content-type"), "application/sdp");
    assert_eq!(created.header("accept-patch"), "application/trickle-ice-sdpfrag");
    assert_eq!(created.header("access-control-allow-origin"), "*");
    assert!(created.header("access-control-expose-headers").contains("Location"));
    let name = created.header("location").strip_prefix("/v1/whip/lab/").expect("a place below the room");
    assert!(name.len() * 4 >= 128, "{name}");
    assert!(created.header("etag").starts_with('"'), "strong: {}", created.header("etag"));
}

#[tokio::test]
async fn clients_are_told_of_ice_servers() {
    let server = |url: &str| IceServer {
        url: url.into(),
        username: Some("ada".into()),
        credential: Some(Secret::new("s3cret")),
    };
    let stun = IceServer { username: None, credential: None, ..server("stun:stun.example.net") };
    let whip = WhipConfig { ice_servers: vec![stun, server("turn:turn.example.net")], ..quick().whip };
    let mut harness = Harness::open(GatewayConfig { whip, ..quick() }).await;
    let asked = post(&harness, WHIP);

    let request = let_in(&mut harness, Vec::new()).await;
    harness.reply(&request, answer(&[1]));

    let created = asked.await.unwrap();
    assert_eq!(created.headers("link").len(), 2);
    assert_eq!(created.headers("link")[0], "<stun:stun.example.net>; rel=\"ice-server\"");
    assert!(created.headers("link")[1].contains("username=\"ada\"; credential=\"s3cret\""));
}

#[tokio::test]
async fn a_viewer_of_somebody_who_publishes_is_answered_at_once() {
    let mut harness = Harness::open(development()).await;
    let asked = post(&harness, WHEP);

    let request = let_in(&mut harness, vec![ada(&[7])]).await;
    let Intent::Watch { identity, .. } = &request.intent else { panic!("{request:?}") };
    assert_eq!(identity.as_str(), "ada");
    harness.reply(&request, answer(&[7]));

    let created = asked.await.unwrap();
    assert_eq!(created.status, 201);
    assert!(created.header("location").starts_with("/v1/whep/lab/ada/"));
}

#[tokio::test]
async fn a_viewer_waits_for_somebody_to_publish() {
    let mut harness = Harness::open(development()).await;
    let asked = post(&harness, WHEP);

    let request = harness.heard().await;
    harness.reply(&request, joined("lab", "viewer"));
    harness.tell(request.session, Notice::ParticipantJoined(ada(&[])));
    let publication = ada(&[7]).publications.remove(0);
    harness.tell(request.session, Notice::PublicationAdded { identity: Identity::new("ada"), publication });

    let request = harness.heard().await;
    assert!(matches!(request.intent, Intent::Watch { .. }), "{request:?}");
    harness.reply(&request, answer(&[7]));
    assert_eq!(asked.await.unwrap().status, 201);
}

#[tokio::test]
async fn whoever_waited_in_vain_is_told_for_whom_and_control_that_they_left() {
    let expected = [
        (Refusal::UnknownParticipant("ada".into()), 404, "unknown_participant"),
        (Refusal::NothingPublished("ada".into()), 409, "nothing_published"),
    ];
    for (refusal, status, code) in expected {
        let mut harness = Harness::open(quick()).await;
        let asked = post(&harness, WHEP);

        let request = let_in(&mut harness, Vec::new()).await;
        harness.reply(&request, Notice::Refused(refusal));

        let refused = asked.await.unwrap();
        assert_eq!((refused.status, refused.error().as_str()), (status, code));
        assert_eq!(harness.heard().await.intent, Intent::Leave);
    }
}

#[tokio::test]
async fn a_refused_offer_leaves_nothing_behind() {
    let no_codec = Refusal::NoUsableCodec { offered: "G722".into(), accepted: "opus".into() };
    let expected = [
        (Refusal::BadDescription("no".into()), 400),
        (no_codec, 422),
        (Refusal::LimitReached { what: "rooms", limit: 1 }, 503),
        (Refusal::Overloaded, 503),
    ];
    for (refusal, status) in expected {
        let mut harness = Harness::open(quick()).await;
        let asked = post(&harness, WHIP);

        let request = let_in(&mut harness, Vec::new()).await;
        harness.reply(&request, Notice::Refused(refusal));

        let refused = asked.await.unwrap();
        assert_eq!(refused.status, status);
        assert_eq!(refused.has("retry-after"), status == 503);
        assert_eq!(harness.heard().await.intent, Intent::Leave);
        assert_eq!(harness.sessions.count(), 0);
    }
}

#[tokio::test]
async fn who_may_publish_nothing_of_what_is_offered_is_refused() {
    let mut harness = Harness::open(quick()).await;
    let asked = post(&harness, WHIP);

    let request = let_in(&mut harness, Vec::new()).await;
    let refused = Published { mid: Mid::parse(b"0").unwrap(), outcome: Err(Refusal::NotYours(1)) };
    harness.reply(&request, Notice::Answer { sdp: "v=0 answer".into(), publications: vec![refused] });

    assert_eq!(asked.await.unwrap().status, 403);
    assert_eq!(harness.heard().await.intent, Intent::Leave);
}

#[tokio::test]
async fn who_shows_no_token_or_the_wrong_one_is_told_so() {
    let mut config = quick();
    config.auth.allow_identity_without_token = false;
    let harness = Harness::open(config).await;

    let without = post(&harness, "/v1/whip/lab").await.unwrap();
    let wrong = Ask::new("POST", "/v1/whip/lab").header(SDP).header(("authorization", "Bearer nonsense"));
    let wrong = wrong.body("v=0").send(harness.address).await.unwrap();
    let other = format!("Bearer {}", token_for("attic"));
    let other = Ask::new("POST", "/v1/whip/lab").header(SDP).header(("authorization", &other));
    let other = other.body("v=0").send(harness.address).await.unwrap();

    assert_eq!((without.status, without.error().as_str()), (401, "token_missing"));
    assert_eq!(without.header("www-authenticate"), "Bearer");
    assert_eq!((wrong.status, wrong.error().as_str()), (401, "token_invalid"));
    assert_eq!((other.status, other.error().as_str()), (403, "token_for_other_room"));
    assert_eq!(other.header("access-control-allow-origin"), "*");
}

/// A token of the development key for a room.
fn token_for(room: &str) -> String {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use switchyard_gateway::auth::{DEVELOPMENT_KEY_ID, DEVELOPMENT_SECRET};

    let header = Header { kid: Some(DEVELOPMENT_KEY_ID.into()), ..Header::new(Algorithm::HS256) };
    let claims = serde_json::json!({ "sub": "encoder", "room": room, "exp": 4_000_000_000_u64 });
    encode(&header, &claims, &EncodingKey::from_secret(DEVELOPMENT_SECRET.as_bytes())).unwrap()
}

#[tokio::test]
async fn bodies_that_are_something_else_or_too_long_are_refused() {
    let harness = Harness::open(quick()).await;
    let json = Ask::new("POST", WHIP).header(("content-type", "application/json")).body("{}");
    let bare = Ask::new("POST", WHIP).body("v=0");
    let picky = Ask::new("POST", WHIP).header(SDP).header(("accept", "text/html, application/json"));
    let long = Ask::new("POST", WHIP).header(SDP).body(&"a".repeat(300 * 1024));

    assert_eq!(json.send(harness.address).await.unwrap().status, 415);
    assert_eq!(bare.send(harness.address).await.unwrap().status, 415);
    assert_eq!(picky.body("v=0").send(harness.address).await.unwrap().status, 406);
    let long = long.send(harness.address).await.unwrap();
    assert_eq!((long.status, long.error().as_str()), (413, "too_long"));
}

#[tokio::test]
async fn a_body_that_does_not_come_in_time_is_not_waited_for() {
    let config = GatewayConfig { join_timeout: Duration::from_millis(500), ..quick() };
    let mut harness = Harness::open(config).await;
    let address = harness.address;
    let head = "POST /v1/whip/lab?identity=slow HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: application/sdp\r\ncontent-length: 1000\r\n\r\nv=0";

    let slow = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(address).unwrap();
        socket.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    });
    let (url, ..) = published(&mut harness).await;

    let answer = slow.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"too_slow\""), "{answer}");
    Ask::new("DELETE", &url).send(harness.address).await.unwrap();
    assert_eq!(harness.heard().await.intent, Intent::Leave);
    assert!(harness.heard_nothing_more());
}

#[tokio::test]
async fn encoders_are_forgiven_parameters_and_trailing_slashes() {
    let mut harness = Harness::open(quick()).await;
    let ask = Ask::new("POST", "/v1/whip/lab/?identity=encoder")
        .header(("content-type", "Application/SDP; charset=utf-8"))
        .header(("accept", "*/*"))
        .body("v=0 offer");
    let asked = ask.send(harness.address);

    let request = let_in(&mut harness, Vec::new()).await;
    harness.reply(&request, answer(&[1]));

    let created = asked.await.unwrap();
    assert_eq!(created.status, 201);
    let again = Ask::new("DELETE", &format!("{}/", created.header("location"))).send(harness.address);
    assert_eq!(again.await.unwrap().status, 200);
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let mut harness = Harness::open(quick()).await;
    let (location, ..) = published(&mut harness).await;

    let get = Ask::new("GET", WHIP).send(harness.address).await.unwrap();
    let put = Ask::new("PUT", &location).header(SDP).body("v=0").send(harness.address).await.unwrap();

    assert_eq!((get.status, get.header("allow")), (405, "POST, OPTIONS"));
    assert_eq!((put.status, put.header("allow")), (405, "PATCH, DELETE, OPTIONS"));
    assert_eq!(put.error(), "method_not_allowed");
}

#[tokio::test]
async fn pages_of_other_origins_may_ask_first() {
    let mut harness = Harness::open(quick()).await;
    let (location, ..) = published(&mut harness).await;

    let endpoint = Ask::new("OPTIONS", "/v1/whep/lab/ada").send(harness.address).await.unwrap();
    let resource = Ask::new("OPTIONS", &location).send(harness.address).await.unwrap();

    assert_eq!((endpoint.status, endpoint.header("accept-post")), (204, "application/sdp"));
    assert!(endpoint.header("access-control-allow-headers").contains("Authorization"));
    assert_eq!(resource.header("accept-patch"), "application/trickle-ice-sdpfrag");
    assert!(resource.header("access-control-allow-methods").contains("DELETE"));
}

#[tokio::test]
async fn a_viewer_that_lacks_two_codecs_waits_for_both() {
    let mut harness = Harness::open(development()).await;
    let asked = post(&harness, WHEP);
    let request = let_in(&mut harness, vec![ada(&[7, 8])]).await;
    let told = |publication, limited_by| {
        let decision = Decision { current: None, layer: None, target: None, limited_by };
        Notice::SubscriptionChanged { publication: PublicationId(publication), decision }
    };
    for publication in [7, 8] {
        harness.tell(request.session, told(publication, LimitingFactor::CodecUnsupported));
    }
    let refusal = Refusal::NoUsableCodec { offered: "VP8".to_owned(), accepted: "AV1".to_owned() };
    harness.reply(&request, Notice::Refused(refusal));

    harness.tell(request.session, told(7, LimitingFactor::KeyframeWait));
    let too_early = tokio::time::timeout(Duration::from_millis(200), harness.heard()).await;
    assert!(too_early.is_err(), "the other one is still awaited: {too_early:?}");
    harness.tell(request.session, told(8, LimitingFactor::KeyframeWait));

    let request = harness.heard().await;
    assert!(matches!(request.intent, Intent::Watch { whole: false, .. }), "{request:?}");
    harness.reply(&request, answer(&[7, 8]));
    assert_eq!(asked.await.unwrap().status, 201);
}

#[tokio::test]
async fn a_viewer_waits_for_a_codec_that_the_publisher_was_asked_for() {
    let mut harness = Harness::open(development()).await;
    let asked = post(&harness, WHEP);
    let request = let_in(&mut harness, vec![ada(&[7])]).await;
    assert!(matches!(request.intent, Intent::Watch { whole: true, .. }), "{request:?}");
    let decision = |limited_by| Decision { current: None, layer: None, target: None, limited_by };
    let told = |limited_by| {
        let publication = PublicationId(7);
        Notice::SubscriptionChanged { publication, decision: decision(limited_by) }
    };

    harness.tell(request.session, told(LimitingFactor::CodecUnsupported));
    let refusal = Refusal::NoUsableCodec { offered: "VP8".to_owned(), accepted: "AV1".to_owned() };
    harness.reply(&request, Notice::Refused(refusal));
    harness.tell(request.session, told(LimitingFactor::KeyframeWait));

    let request = harness.heard().await;
    assert!(matches!(request.intent, Intent::Watch { whole: false, .. }), "{request:?}");
    harness.reply(&request, answer(&[7]));
    assert_eq!(asked.await.unwrap().status, 201);
}
