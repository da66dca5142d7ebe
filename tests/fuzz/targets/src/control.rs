//! Everything participants may ask of control, with descriptions of their own making.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use switchyard_control::config::{ControlConfig, WorkerAddress};
use switchyard_control::driver::{Control, Output};
use switchyard_control::grants::{Grants, Pass, Permissions};
use switchyard_control::intent::{Connection, Intent, Join, OfferId, Request, RequestId, TrackDescription};
use switchyard_control::notice::Notice;
use switchyard_sdp::Fragment;
use switchyard_vocab::ids::{Identity, PublicationId, RoomName, SessionId};
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::line::{Fingerprint, FingerprintHash, IceCredentials};

use crate::input::{Input, pieces};
use crate::sdp::{OFFERS, obliging, readable};

/// Requests taken of one input.
const MAX_REQUESTS: u64 = 48;

/// Most that control may say and command because of one request, with this few participants.
const MAX_OUTPUTS: usize = 2_048;

/// A control with two workers, which are taken to do as they are told.
pub(crate) fn control() -> Control {
    let worker = |port| WorkerAddress { candidates: vec![([192, 0, 2, 1], port).into()] };
    let config = ControlConfig {
        workers: vec![worker(7882), worker(7883)],
        fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xCD; 32] },
        ..ControlConfig::default()
    };
    Control::new(config, [7; 32], |rng, worker| {
        use rand_chacha::rand_core::Rng;
        let number = rng.next_u64();
        IceCredentials { ufrag: format!("{worker}{number:016x}"), pwd: format!("{number:024x}") }
    })
}

struct World {
    control: Control,
    now: Instant,
    /// The latest offer made to each session.
    offers: BTreeMap<SessionId, (OfferId, String)>,
}

/// Plays requests of four sessions in two rooms. Each is answered once, in descriptions that can be read.
pub(crate) fn run(bytes: &[u8]) {
    let mut world = World { control: control(), now: Instant::now(), offers: BTreeMap::new() };
    let mut input = Input::new(bytes);
    for number in 0..MAX_REQUESTS {
        if input.is_empty() {
            break;
        }
        let (who, kind) = (input.u8(), input.u8());
        let session = SessionId(u64::from(who % 4) + 1);
        if kind == 255 {
            world.now += Duration::from_millis(u64::from(input.u16()));
            world.control.handle_timeout(world.now);
            world.take(None);
            continue;
        }
        let intent = world.intent(session, kind, &mut input);
        let id = RequestId(number);
        world.control.handle_request(world.now, Request { session, id: Some(id), intent });
        world.take(Some((session, id)));
    }
    world.control.stop(world.now);
    world.take(None);
}

impl World {
    fn intent(&self, session: SessionId, kind: u8, input: &mut Input<'_>) -> Intent {
        let identity = |byte: u8| Identity::new(format!("participant-{}", byte % 5));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let publication = |byte: u8| PublicationId(u64::from(byte % 12));
        let connection = |byte: u8| if byte & 1 == 0 { Connection::Publish } else { Connection::Subscribe };
        match kind % 24 {
            0..=2 => join(input.u8(), session),
            3 => Intent::Leave,
            4 => Intent::Offer { sdp: text(input.piece()), tracks: tracks(input) },
            5 => Intent::Offer { sdp: real(input.u8()), tracks: tracks(input) },
            6 | 7 => {
                let (offer, sdp) = self.offers.get(&session).cloned().unwrap_or((OfferId(0), String::new()));
                Intent::Answer { offer, sdp: obliging(&sdp) }
            }
            8 => Intent::Answer { offer: OfferId(u64::from(input.u8())), sdp: text(input.piece()) },
            9 => Intent::Ingest { sdp: text(input.piece()) },
            10 => Intent::Ingest { sdp: real(input.u8()) },
            11 => Intent::Watch {
                identity: identity(input.u8()),
                sdp: text(input.piece()),
                whole: input.u8() & 1 == 0,
            },
            12 => {
                let sdp =
                    real(input.u8()).replace("a=sendonly", "a=recvonly").replace("a=sendrecv", "a=recvonly");
                Intent::Watch { identity: identity(input.u8()), sdp, whole: input.u8() & 1 == 0 }
            }
            13 => Intent::Fragment {
                connection: connection(input.u8()),
                may_restart: input.u8() & 1 == 0,
                fragment: text(input.piece()),
            },
            14 => Intent::Candidate { connection: connection(input.u8()), candidate: text(input.piece()) },
            15 => Intent::Unpublish { publication: publication(input.u8()) },
            16 => Intent::SetMuted { publication: publication(input.u8()), muted: input.u8() & 1 == 0 },
            17 => Intent::Subscribe { publication: publication(input.u8()) },
            18 => Intent::Unsubscribe { publication: publication(input.u8()) },
            19 => {
                Intent::SetMaxLayer { publication: publication(input.u8()), layer: SpatialLayer(input.u8()) }
            }
            20 => Intent::RestartIce,
            21 => {
                let text = text(input.piece());
                match input.u8() % 4 {
                    0 => Intent::SetName(text),
                    1 => Intent::SetMetadata(Some(text)),
                    2 => Intent::SetRoomMetadata(Some(text)),
                    _ => Intent::Message { text: text.into(), to: None, at: Duration::ZERO },
                }
            }
            22 => Intent::Kick {
                identity: identity(input.u8()),
                message: None,
                ban: Some(Duration::from_secs(u64::from_be_bytes(input.array()))),
            },
            _ => match input.u8() % 3 {
                0 => Intent::SetLocked(true),
                1 => Intent::SetLocked(false),
                _ => Intent::EndRoom,
            },
        }
    }

    /// Reads what control has to say: one answer to what was asked, unless the session is over.
    fn take(&mut self, asked: Option<(SessionId, RequestId)>) {
        let (mut count, mut answers, mut is_over) = (0, Vec::new(), false);
        while let Some(output) = self.control.poll_output() {
            count += 1;
            assert!(count <= MAX_OUTPUTS, "one request leads to more than {MAX_OUTPUTS} outputs");
            let Output::Notice(told) = output else { continue };
            if asked.is_some() && asked == Some(told.session).zip(told.in_reply_to) {
                answers.push(told.notice.clone());
            }
            is_over |=
                told.notice.end().is_some() && asked.is_some_and(|(session, _)| session == told.session);
            match told.notice {
                Notice::Answer { sdp, .. } if !sdp.starts_with("v=") => {
                    assert!(Fragment::parse(&sdp).is_ok(), "a fragment of ours: {sdp}");
                }
                Notice::Answer { sdp, .. } => drop(readable(&sdp)),
                Notice::Offer { offer, sdp, .. } => {
                    readable(&sdp);
                    self.offers.insert(told.session, (offer, sdp));
                }
                _ => {}
            }
        }
        assert!(answers.len() <= 1, "answered more than once: {answers:?}");
        assert!(answers.len() == 1 || is_over || asked.is_none(), "{asked:?} is not answered");
        let due = self.control.poll_timeout();
        assert!(due.is_none_or(|due| due >= self.now), "what is due was done");
    }
}

fn join(settings: u8, session: SessionId) -> Intent {
    let grants = Grants { admin: settings & 1 != 0, hidden: settings & 2 != 0, ..Grants::default() };
    let pass = Pass { permissions: Permissions { grants, ..Permissions::default() }, ..Pass::default() };
    Intent::Join(Join {
        room: RoomName::new(if settings & 4 == 0 { "kitchen" } else { "cellar" }),
        identity: Identity::new(format!("participant-{}", if settings & 8 == 0 { session.0 } else { 0 })),
        display_name: None,
        metadata: None,
        auto_subscribe: settings & 16 == 0,
        pass,
    })
}

fn real(number: u8) -> String {
    OFFERS[usize::from(number) % OFFERS.len()].to_owned()
}

fn tracks(input: &mut Input<'_>) -> Vec<TrackDescription> {
    let settings = input.u8();
    let backup_of = (settings & 1 != 0).then(|| PublicationId(u64::from(settings >> 4)));
    let track = |mid: u8| TrackDescription {
        mid: mid.to_string(),
        source: Default::default(),
        name: None,
        muted: settings & 2 != 0,
        backup_of,
    };
    (0..settings % 4).map(track).collect()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let offers = OFFERS.map(|offer| pieces([offer.as_bytes()]));
    let joined = b"\x00\x00\x01\x01\x00\x00\x02\x00\x08".to_vec();
    let with = |steps: &[&[u8]]| [&joined[..], &steps.concat()].concat();
    let call: &[u8] = b"\x00\x05\x00\x00\x01\x05\x01\x00\xff\xff\x00\xc8\x00\x06\x01\x06\x02\x06\xff\xff\x00\xc8\x01\x06\x02\x06";
    let moderate: &[u8] = b"\x00\x16\x01\xff\xff\xff\xff\xff\xff\xff\xff\x00\x17\x00\x01\x00\x00\x00\x17\x02";
    let watch: &[u8] = b"\x00\x0a\x00\x01\x0c\x00\x01\x01\x0d\x01\x00\x00\x00\x02\x14";
    vec![
        with(&[call]),
        with(&[call, moderate]),
        with(&[watch, b"\x01\x03\x00\x03"]),
        with(&[b"\x00\x04", &offers[0], b"\x00\x00\x05\x02\x01\xff\xff\xff\xff\x00\x0f\x00\x00\x10\x01\x00"]),
        with(&[b"\x01\x09", &offers[1], b"\x02\x0b\x02", &offers[3]]),
        with(&[
            call,
            b"\x01\x08\x01",
            &offers[2],
            b"\x00\x15\x00\x05hello\x03\x02\x12\x01\x02\x11\x01\x02\x13\x01\x02",
        ]),
    ]
}
