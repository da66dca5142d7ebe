//! Bans: who may not come back into a room, and letting them.

use schemars::JsonSchema;
use serde::Serialize;
use switchyard_control::act::Act;
use switchyard_control::query::{self, Answer, Page, Query};
use switchyard_vocab::ids::Identity;

use super::call::{Answered, Call, Reply};
use super::operation::{Operation, Success, Verb};
use super::page::{self, AFTER, LIMIT, List};
use super::{problem, times};

const BAN: &[(u16, &str)] = &[(404, "There is no such ban, or no such tenant.")];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_bans",
        verb: Verb::Get,
        path: "/v1/admin/rooms/{tenant}/{room}/bans",
        about: "Who may not come back into a room. Nobody need be in it. A restart forgets bans.",
        query: &[AFTER, LIMIT],
        body: None,
        answer: Success::ok::<List<Ban>>(),
        refusals: &[(404, "There is no such tenant.")],
        handler: |call| Box::pin(list(call)),
    },
    Operation {
        id: "lift_ban",
        verb: Verb::Delete,
        path: "/v1/admin/rooms/{tenant}/{room}/bans/{identity}",
        about: "Let somebody back in before their ban is over.",
        query: &[],
        body: None,
        answer: Success::NOTHING,
        refusals: BAN,
        handler: |call| Box::pin(lift(call)),
    },
];

/// Somebody who may not come back.
#[derive(Debug, JsonSchema, Serialize)]
struct Ban {
    /// Who.
    identity: String,
    /// Until when.
    until: u64,
}

async fn list(call: Call) -> Answered {
    let room = call.room()?;
    let after = match page::after(&call)?.as_deref() {
        None => None,
        Some([identity]) => Some(Identity::new(identity.as_str())),
        Some(_) => return Err(problem::bad_field(AFTER.name, "it is of another list")),
    };
    let limit = page::limit(&call)?;
    let Answer::Bans(Page { items, next }) = call.ask(Query::Bans { room, after, limit }).await? else {
        return Err(problem::silent());
    };
    let next = next.map(|identity| page::place(&[identity.as_str()]));
    Ok(Reply::ok(&List { items: items.into_iter().map(Ban::from).collect(), next }))
}

async fn lift(call: Call) -> Answered {
    let (room, identity) = (call.room()?, call.identity()?);
    call.act(Act::LiftBan { room, identity }).await?;
    Ok(Reply::nothing())
}

impl From<query::Ban> for Ban {
    fn from(ban: query::Ban) -> Self {
        Self { identity: ban.identity.to_string(), until: times::millis(ban.until) }
    }
}
