//! Participants: listing, looking, changing, silencing, and sending them away.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use switchyard_control::act::{Act, ParticipantChange, PermissionChange, RoomKey};
use switchyard_control::query::{Answer, Page, Query};
use switchyard_vocab::ids::{Identity, PublicationId, SessionId};

use super::answers::{Detail, Participant};
use super::call::{Answered, Call, Reply};
use super::input::given;
use super::operation::{Body, Operation, ROOM, ROOM_LIMITS, Success, Verb};
use super::page::{self, AFTER, LIMIT, List};
use super::permissions::{Caps, Grants};
use super::problem;
use super::rooms::Ended;
use crate::http_error::HttpError;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_participants",
        verb: Verb::Get,
        path: "/v1/admin/rooms/{tenant}/{room}/participants",
        about: "Who is in a room, in the order in which they came, the hidden ones included.",
        query: &[AFTER, LIMIT],
        body: None,
        answer: Success::ok::<List<Participant>>(),
        refusals: ROOM,
        handler: |call| Box::pin(list(call)),
    },
    Operation {
        id: "get_participant",
        verb: Verb::Get,
        path: "/v1/admin/rooms/{tenant}/{room}/participants/{identity}",
        about: "One participant, with what they publish and what they receive, and why not more of it.",
        query: &[],
        body: None,
        answer: Success::ok::<Detail>(),
        refusals: ROOM,
        handler: |call| Box::pin(get(call)),
    },
    Operation {
        id: "change_participant",
        verb: Verb::Patch,
        path: "/v1/admin/rooms/{tenant}/{room}/participants/{identity}",
        about: "Change how somebody appears, or what they may do from now on. What is left out stays. A token \
                that they show later goes before it, and so does joining again.",
        query: &[],
        body: Some(Body::required::<Change>()),
        answer: Success::ok::<Detail>(),
        refusals: ROOM_LIMITS,
        handler: |call| Box::pin(change(call)),
    },
    Operation {
        id: "kick_participant",
        verb: Verb::Delete,
        path: "/v1/admin/rooms/{tenant}/{room}/participants/{identity}",
        about: "Send somebody away. With `ban_seconds` they may not come back into the room for that long, and \
                need not be in it.",
        query: &[],
        body: Some(Body::optional::<Kick>()),
        answer: Success::ok::<Ended>(),
        refusals: ROOM_LIMITS,
        handler: |call| Box::pin(kick(call)),
    },
    Operation {
        id: "mute_publication",
        verb: Verb::Post,
        path: "/v1/admin/rooms/{tenant}/{room}/participants/{identity}/mute",
        about: "Silence a publication for everybody. Only its publisher gives it its voice again.",
        query: &[],
        body: Some(Body::required::<Mute>()),
        answer: Success::NOTHING,
        refusals: ROOM,
        handler: |call| Box::pin(mute(call)),
    },
];

/// What is to be different about a participant.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ParticipantChange")]
struct Change {
    /// The name for people to read.
    name: Option<String>,
    /// What the application attaches to them; null for nothing.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<String>")]
    metadata: Option<Option<String>>,
    /// What they may do.
    grants: Option<Grants>,
    /// How much of it.
    caps: Option<Caps>,
}

/// How somebody is sent away.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Kick {
    /// What they are told.
    reason: Option<String>,
    /// For how many seconds they may not come back.
    ban_seconds: Option<u64>,
}

/// What is silenced.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Mute {
    /// The number of the publication.
    publication: u64,
    /// Has to be true where it is given.
    #[serde(default)]
    muted: Option<bool>,
}

async fn list(call: Call) -> Answered {
    let room = call.room()?;
    let wrong = || problem::bad_field(AFTER.name, "it is of another list");
    let after = match page::after(&call)?.as_deref() {
        None => None,
        Some([session]) => Some(SessionId(session.parse().map_err(|_| wrong())?)),
        Some(_) => return Err(wrong()),
    };
    let limit = page::limit(&call)?;
    match call.ask(Query::Participants { room: room.clone(), after, limit }).await? {
        Answer::Participants(Some(Page { items, next })) => {
            let next = next.map(|session| page::place(&[&session.0.to_string()]));
            Ok(Reply::ok(&List { items: items.into_iter().map(Participant::from).collect(), next }))
        }
        Answer::Participants(None) => {
            let message = format!("nobody is in the room {:?}", room.name.as_str());
            Err(problem::not_found("unknown_room", "room", message))
        }
        _ => Err(problem::silent()),
    }
}

async fn get(call: Call) -> Answered {
    let (room, identity) = (call.room()?, call.identity()?);
    look(&call, room, identity).await.map(|detail| Reply::ok(&detail))
}

async fn change(call: Call) -> Answered {
    let (room, identity) = (call.room()?, call.identity()?);
    let Change { name, metadata, grants, caps } = call.read()?;
    let changed = [
        ("name", name.is_some()),
        ("metadata", metadata.is_some()),
        ("grants", grants.is_some()),
        ("caps", caps.is_some()),
    ];
    let changed: Vec<_> = changed.into_iter().filter(|(_, is)| *is).map(|(what, _)| what).collect();
    let permissions = PermissionChange {
        grants: grants.unwrap_or_default().change(),
        caps: caps.unwrap_or_default().change(),
    };
    let change = ParticipantChange { display_name: name, metadata, permissions };
    call.act(Act::ChangeParticipant { room: room.clone(), identity: identity.clone(), change }).await?;
    let seen = look(&call, room, identity).await;
    Ok(Reply::showing(seen).detail(format!("changed={}", changed.join(","))))
}

async fn kick(call: Call) -> Answered {
    let (room, identity) = (call.room()?, call.identity()?);
    let Kick { reason, ban_seconds } = call.read_or_default()?;
    let detail = format!("ban_seconds={}", ban_seconds.unwrap_or_default());
    // A ban of no time is none.
    let ban = ban_seconds.filter(|&seconds| seconds > 0).map(Duration::from_secs);
    let acted = call.act(Act::Kick { room, identity, message: reason, ban }).await.map_err(|error| {
        match error.code {
            "message_too_long" => error.field("reason"),
            _ => error,
        }
    })?;
    Ok(Reply::ok(&Ended { ended: acted.ended as u64 }).detail(detail))
}

async fn mute(call: Call) -> Answered {
    let (room, identity) = (call.room()?, call.identity()?);
    let Mute { publication, muted } = call.read()?;
    if muted == Some(false) {
        return Err(problem::bad_field("muted", "only its publisher gives a publication its voice again"));
    }
    call.act(Act::Mute { room, identity, publication: PublicationId(publication) }).await?;
    Ok(Reply::nothing().detail(format!("publication={publication}")))
}

async fn look(call: &Call, room: RoomKey, identity: Identity) -> Result<Detail, HttpError> {
    match call.ask(Query::Participant { room, identity: identity.clone() }).await? {
        Answer::Participant(Some(detail)) => Ok((*detail).into()),
        Answer::Participant(None) => {
            let message = format!("{:?} is not in the room", identity.as_str());
            Err(problem::not_found("unknown_participant", "identity", message))
        }
        _ => Err(problem::silent()),
    }
}
