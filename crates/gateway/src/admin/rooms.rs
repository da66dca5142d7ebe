//! Rooms: listing, looking, changing, ending them, and speaking into them.

use std::time::{SystemTime, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use switchyard_control::act::{Act, RoomChange, RoomKey};
use switchyard_control::query::{Answer, Page, Query, RoomInfo};
use switchyard_vocab::ids::{Identity, RoomName, Tenant};

use super::audit::part;
use super::call::{Answered, Call, Reply, check_name};
use super::codecs::{Codecs, CodecsTaken};
use super::input::given;
use super::operation::{Body, Operation, Parameter, ROOM, Success, Verb};
use super::page::{self, AFTER, LIMIT, List};
use super::{problem, times};
use crate::http_error::HttpError;

/// Whose rooms.
pub(super) const TENANT: Parameter = Parameter {
    name: "tenant",
    about: "Only those of this tenant; without it all that the caller may see.",
    integer: false,
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_rooms",
        verb: Verb::Get,
        path: "/v1/admin/rooms",
        about: "Rooms with somebody in them, in the order of tenants and names.",
        query: &[TENANT, AFTER, LIMIT],
        body: None,
        answer: Success::ok::<List<Room>>(),
        refusals: &[],
        handler: |call| Box::pin(list(call)),
    },
    Operation {
        id: "get_room",
        verb: Verb::Get,
        path: "/v1/admin/rooms/{tenant}/{room}",
        about: "One room.",
        query: &[],
        body: None,
        answer: Success::ok::<Room>(),
        refusals: ROOM,
        handler: |call| Box::pin(get(call)),
    },
    Operation {
        id: "change_room",
        verb: Verb::Patch,
        path: "/v1/admin/rooms/{tenant}/{room}",
        about: "Change a room's metadata, whether it is locked, or which codecs it takes. What is left out stays.",
        query: &[],
        body: Some(Body::required::<Change>()),
        answer: Success::ok::<Room>(),
        refusals: ROOM,
        handler: |call| Box::pin(change(call)),
    },
    Operation {
        id: "end_room",
        verb: Verb::Delete,
        path: "/v1/admin/rooms/{tenant}/{room}",
        about: "Send everybody away.",
        query: &[],
        body: None,
        answer: Success::ok::<Ended>(),
        refusals: ROOM,
        handler: |call| Box::pin(end(call)),
    },
    Operation {
        id: "send_message",
        verb: Verb::Post,
        path: "/v1/admin/rooms/{tenant}/{room}/messages",
        about: "Say something to everybody in a room, or to one of them, as a message without a sender.",
        query: &[],
        body: Some(Body::required::<Saying>()),
        answer: Success::created::<Said>(),
        refusals: ROOM,
        handler: |call| Box::pin(say(call)),
    },
];

/// A room.
#[derive(Debug, JsonSchema, Serialize)]
struct Room {
    /// Whose it is: the id of the key that its participants' tokens are signed with.
    tenant: String,
    /// Its name.
    room: String,
    /// When somebody first came.
    since: Option<u64>,
    /// How many are in it.
    participants: u64,
    /// How much they publish.
    publications: u64,
    /// What the application has attached to it.
    metadata: Option<String>,
    /// Whether nobody but those who moderate is let in.
    locked: bool,
    /// What it takes of those who publish: of what was asked for, as much as the server takes.
    codecs: CodecsTaken,
}

/// What is to be different about a room.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "RoomChange")]
struct Change {
    /// What the application attaches to it; null for nothing.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<String>")]
    metadata: Option<Option<String>>,
    /// Whether nobody but those who moderate is let in.
    locked: Option<bool>,
    /// What it takes of those who publish from now on, within what the server takes.
    codecs: Option<Codecs>,
}

/// How many sessions were ended.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Ended {
    /// How many.
    pub(super) ended: u64,
}

/// What to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MessageToSend")]
struct Saying {
    /// What.
    text: String,
    /// To whom alone.
    #[serde(default)]
    to: Option<String>,
}

/// A message that was handed on.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "MessageSent")]
struct Said {
    /// Its place among the messages of the room, or among those to its recipient alone.
    number: u64,
}

async fn list(call: Call) -> Answered {
    let asked = page::value(&call, TENANT.name).map(Tenant::new);
    let tenant = call.caller.scope(asked)?;
    let after = match page::after(&call)?.as_deref() {
        None => None,
        Some([tenant, room]) => {
            Some(RoomKey { tenant: Tenant::new(tenant.as_str()), name: RoomName::new(room.as_str()) })
        }
        Some(_) => return Err(problem::bad_field("after", "it is of another list")),
    };
    let limit = page::limit(&call)?;
    let Answer::Rooms(Page { items, next }) = call.ask(Query::Rooms { tenant, after, limit }).await? else {
        return Err(problem::silent());
    };
    let next = next.map(|key| page::place(&[key.tenant.as_str(), key.name.as_str()]));
    Ok(Reply::ok(&List { items: items.into_iter().map(Room::from).collect(), next }))
}

async fn get(call: Call) -> Answered {
    let room = call.room()?;
    look(&call, room).await.map(|room| Reply::ok(&room))
}

async fn change(call: Call) -> Answered {
    let room = call.room()?;
    let Change { metadata, locked, codecs } = call.read()?;
    let codecs = codecs.map(Codecs::policy).transpose()?;
    let changed = (word(metadata.is_some()), word_of(locked), word(codecs.is_some()));
    let detail = format!("metadata={} locked={} codecs={}", changed.0, changed.1, changed.2);
    let change = RoomChange { metadata, locked, codecs };
    call.act(Act::ChangeRoom { room: room.clone(), change }).await?;
    Ok(Reply::showing(look(&call, room).await).detail(detail))
}

async fn end(call: Call) -> Answered {
    let acted = call.act(Act::EndRoom { room: call.room()? }).await?;
    Ok(Reply::ok(&Ended { ended: acted.ended as u64 }).detail(format!("ended={}", acted.ended)))
}

async fn say(call: Call) -> Answered {
    let room = call.room()?;
    let Saying { text, to } = call.read()?;
    if let Some(to) = &to {
        check_name("to", to)?;
    }
    if text.is_empty() {
        return Err(problem::bad_field("text", "there is nothing in it"));
    }
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (bytes, whom) =
        (text.len(), to.as_deref().map_or_else(|| "to=everybody".to_owned(), |to| part("to", to)));
    let acted =
        call.act(Act::Announce { room, text: text.into(), to: to.map(Identity::new), at }).await.map_err(
            // Whom it is to stands in the body, not in the path.
            |error| if error.code == "unknown_participant" { error.field("to") } else { error },
        )?;
    let number = acted.message.unwrap_or_default();
    Ok(Reply::created(&Said { number }).detail(format!("{whom} bytes={bytes}")))
}

async fn look(call: &Call, room: RoomKey) -> Result<Room, HttpError> {
    match call.ask(Query::Room(room.clone())).await? {
        Answer::Room(Some(info)) => Ok(info.into()),
        Answer::Room(None) => {
            let message = format!("nobody is in the room {:?}", room.name.as_str());
            Err(problem::not_found("unknown_room", "room", message))
        }
        _ => Err(problem::silent()),
    }
}

const fn word(changed: bool) -> &'static str {
    if changed { "changed" } else { "kept" }
}

fn word_of(locked: Option<bool>) -> String {
    locked.map_or_else(|| "kept".to_owned(), |locked| locked.to_string())
}

impl From<RoomInfo> for Room {
    fn from(info: RoomInfo) -> Self {
        Self {
            tenant: info.room.tenant.to_string(),
            room: info.room.name.to_string(),
            since: info.since.map(times::millis),
            participants: info.participants as u64,
            publications: info.publications as u64,
            metadata: info.metadata.as_deref().map(str::to_owned),
            locked: info.locked,
            codecs: info.codecs.as_ref().into(),
        }
    }
}
