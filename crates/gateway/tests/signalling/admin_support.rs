//! The admin API in front of a control that has one room, and callers of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use switchyard_control::act::{Act, ActError, Acted, Revoked, RoomKey};
use switchyard_control::codec_policy::{CodecName, CodecPolicy};
use switchyard_control::grants::Permissions;
use switchyard_control::intent::{Connection, TrackSource};
use switchyard_control::notice::Publication;
use switchyard_control::query::{
    Answer, Ban, ConnectionInfo, ControlTotals, Page, ParticipantDetail, ParticipantInfo, PublicationInfo,
    Query, Revocation, RoomInfo, SubscriptionInfo,
};
use switchyard_gateway::auth::{AdminClaims, DEVELOPMENT_SECRET, Key, Secret, mint};
use switchyard_gateway::config::GatewayConfig;
use switchyard_gateway::port::{Acting, Asked, FromGateway};
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::demand::Preference;
use switchyard_vocab::downlink::{DownlinkFigures, Estimated, HeldBy};
use switchyard_vocab::ids::{Identity, PeerId, PublicationId, RoomName, SessionId, Tenant, WorkerId};
use switchyard_vocab::layer::{EncodingIndex, Layer, Layers, PictureSize, SpatialLayer};
use switchyard_vocab::units::Bitrate;

use crate::support::{Harness, development};

/// The secret of the key `other`.
pub(crate) const OTHER_SECRET: &str = "another-secret-of-thirty-two-bytes!";

/// How control behaves.
#[derive(Clone, Debug)]
pub(crate) enum Mode {
    /// Everything is there and works.
    Well,
    /// Every act is refused.
    Refusing(ActError),
    /// Nothing is answered.
    Silent,
}

/// Control, played by a task.
#[derive(Clone)]
pub(crate) struct Played {
    mode: Arc<Mutex<Mode>>,
    acts: Arc<Mutex<Vec<Act>>>,
    queries: Arc<Mutex<Vec<Query>>>,
}

/// What a caller is answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

/// Two tenants, and control in the background.
pub(crate) async fn open() -> (Harness, Played) {
    open_with(two_tenants()).await
}

pub(crate) fn two_tenants() -> GatewayConfig {
    let mut config = development();
    config.auth.keys.insert("other".to_owned(), Key::new(OTHER_SECRET));
    config
}

pub(crate) async fn open_with(config: GatewayConfig) -> (Harness, Played) {
    let mut harness = Harness::open(config).await;
    let played =
        Played { mode: Arc::new(Mutex::new(Mode::Well)), acts: Arc::default(), queries: Arc::default() };
    tokio::spawn(played.clone().play(harness.hand_over()));
    (harness, played)
}

impl Played {
    pub(crate) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// The last act.
    pub(crate) fn act(&self) -> Act {
        self.acts.lock().unwrap().pop().expect("something was done")
    }

    /// The last query.
    pub(crate) fn query(&self) -> Query {
        self.queries.lock().unwrap().pop().expect("something was asked")
    }

    pub(crate) fn did_nothing(&self) -> bool {
        self.acts.lock().unwrap().is_empty()
    }

    async fn play(self, mut control: FromGateway) {
        loop {
            tokio::select! {
                Some(Asked { query, answer }) = control.queries.recv() => {
                    self.queries.lock().unwrap().push(query.clone());
                    let mode = self.mode.lock().unwrap().clone();
                    if !matches!(mode, Mode::Silent) {
                        let _ = answer.send(look(&query));
                    }
                }
                Some(Acting { act, outcome }) = control.acts.recv() => {
                    let mode = self.mode.lock().unwrap().clone();
                    self.acts.lock().unwrap().push(act);
                    match mode {
                        Mode::Well => drop(outcome.send(Ok(Acted { ended: 1, changed: true, message: Some(7) }))),
                        Mode::Refusing(refusal) => drop(outcome.send(Err(refusal))),
                        Mode::Silent => {}
                    }
                }
                else => return,
            }
        }
    }
}

pub(crate) fn lab() -> RoomKey {
    RoomKey { tenant: Tenant::new("devkey"), name: RoomName::new("lab") }
}

/// What a control with one room would answer.
fn look(query: &Query) -> Answer {
    let now = Instant::now();
    let later = now + Duration::from_secs(60);
    let revoked = |revoked| Revocation { tenant: Tenant::new("devkey"), revoked, until: later };
    match query {
        Query::Totals => Answer::Totals(ControlTotals { rooms: 1, sessions: 1, ..ControlTotals::default() }),
        Query::Rooms { .. } => Answer::Rooms(Page { items: vec![room()], next: Some(lab()) }),
        Query::Room(key) => Answer::Room((*key == lab()).then(room)),
        Query::Participants { room, .. } => {
            let page = Page { items: vec![participant()], next: Some(SessionId(3)) };
            Answer::Participants((*room == lab()).then_some(page))
        }
        Query::Participant { identity, .. } => {
            Answer::Participant((identity.as_str() == "ada").then(|| Box::new(detail(now))))
        }
        Query::Bans { .. } => {
            let ban = Ban { identity: Identity::new("eve"), until: later };
            Answer::Bans(Page { items: vec![ban], next: Some(Identity::new("eve")) })
        }
        Query::Revocations { .. } => {
            let token = Revoked::Token("t1".into());
            let items = vec![revoked(token.clone()), revoked(Revoked::Identity(Identity::new("eve")))];
            Answer::Revocations(Page { items, next: Some((Tenant::new("devkey"), token)) })
        }
        Query::IsRevoked { revoked, .. } => {
            Answer::IsRevoked(revoked.contains(&Revoked::Token("revoked".into())))
        }
    }
}

fn room() -> RoomInfo {
    RoomInfo {
        room: lab(),
        since: Some(Instant::now()),
        participants: 1,
        publications: 1,
        metadata: Some("tea".into()),
        locked: false,
        codecs: CodecPolicy {
            allowed: vec![CodecName::Opus, CodecName::Vp8],
            preferred: vec![CodecName::Vp8],
        }
        .into(),
    }
}

fn participant() -> ParticipantInfo {
    ParticipantInfo {
        session: SessionId(3),
        identity: Identity::new("ada"),
        display_name: None,
        since: Instant::now(),
        connected: true,
        hidden: false,
        worker: Some(WorkerId(0)),
        publications: 1,
        subscriptions: 1,
    }
}

fn watching() -> ConnectionInfo {
    let estimated = Estimated {
        bitrate: Bitrate::kbps(900),
        arriving: Some(Bitrate::kbps(650)),
        loss: 0.01,
        spent: Bitrate::kbps(700),
        wanted: Some(Bitrate::kbps(2_600)),
        held_by: HeldBy::Delay,
    };
    let figures = DownlinkFigures {
        sent: Bitrate::kbps(720),
        queue_delay: Duration::from_millis(12),
        rtt: Duration::from_millis(80),
        estimated: Some(estimated),
    };
    ConnectionInfo { peer: PeerId(4), connection: Connection::Subscribe, open: true, downlink: Some(figures) }
}

fn detail(now: Instant) -> ParticipantDetail {
    let mut layers = Layers::default();
    layers.push(Layer {
        encoding: EncodingIndex(0),
        rank: SpatialLayer(0),
        live: true,
        size: Some(PictureSize { width: 320, height: 180 }),
        bitrate: Bitrate::kbps(150),
    });
    let about = Publication {
        id: PublicationId(5),
        kind: MediaKind::Video,
        source: TrackSource::ScreenAudio,
        name: Some("slides".to_owned()),
        muted: false,
        encodings: 3,
        codec: Codec::Vp8,
    };
    let decision = Decision {
        current: Some(EncodingIndex(0)),
        layer: Some(SpatialLayer(0)),
        target: Some(EncodingIndex(1)),
        limited_by: LimitingFactor::KeyframeWait,
    };
    ParticipantDetail {
        about: participant(),
        metadata: None,
        auto_subscribe: true,
        permissions: Permissions::default(),
        token: Some("t1".into()),
        expires_at: Some(now + Duration::from_secs(60)),
        connections: vec![watching()],
        publications: vec![PublicationInfo { about, layers, subscribers: 1, backup_of: None }],
        subscriptions: vec![SubscriptionInfo {
            publication: PublicationId(9),
            publisher: Some(Identity::new("bob")),
            flowing: true,
            preference: Preference { max_layer: SpatialLayer(1), paused: false },
            decision: Some(decision),
        }],
    }
}

/// A token for the admin API.
pub(crate) fn admin_token(key: &str, secret: &str, id: Option<&str>) -> String {
    let jti = id.map(str::to_owned);
    let claims = AdminClaims { sub: "ops".to_owned(), exp: u64::from(u32::MAX), server_admin: true, jti };
    mint(&claims, key, &Secret::new(secret)).unwrap()
}

/// One request, without a proof of who calls when `token` is empty.
pub(crate) async fn call(
    address: SocketAddr,
    request: (&str, &str),
    token: &str,
    body: Option<(&str, &str)>,
) -> Answered {
    let (method, path) = request;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if !token.is_empty() {
        text.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    if let Some((kind, body)) = body {
        text.push_str(&format!("Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    } else {
        text.push_str("\r\n");
    }
    exchange(address, text).await
}

/// The same by the operator, with JSON.
pub(crate) async fn operate(address: SocketAddr, request: (&str, &str), body: Option<&str>) -> Answered {
    call(address, request, DEVELOPMENT_SECRET, body.map(|body| ("application/json", body))).await
}

/// Sends some text, and reads until the end.
pub(crate) async fn exchange(address: SocketAddr, text: String) -> Answered {
    let exchanged = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // Whoever is refused early may find the connection closed.
        let _ = stream.write_all(text.as_bytes());
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    });
    let answer = exchanged.await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).expect(body) };
    Answered { status, head: head.to_lowercase(), body }
}
