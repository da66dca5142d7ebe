//! Revocations: tokens that no longer count although their time is not over.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use switchyard_control::act::{Act, Revoked};
use switchyard_control::query::{Answer, Page, Query, Revocation};
use switchyard_vocab::ids::{Identity, Tenant};

use super::audit::part;
use super::call::{Answered, Call, Reply, check_name};
use super::operation::{Body, Operation, Success, Verb};
use super::page::{self, AFTER, LIMIT, List};
use super::rooms::{Ended, TENANT};
use super::{problem, times};
use crate::http_error::HttpError;

/// How long a revocation counts when nothing is said: a day.
const USUAL_SECONDS: u64 = 24 * 3_600;

/// Longest time: as long as a token can be minted for.
const MAX_SECONDS: u64 = 366 * 24 * 3_600;

const LIFTED: &[(u16, &str)] = &[(404, "That is not revoked, or there is no such tenant.")];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_revocations",
        verb: Verb::Get,
        path: "/v1/admin/revocations",
        about: "What is revoked, in the order of tenants. A restart forgets revocations.",
        query: &[TENANT, AFTER, LIMIT],
        body: None,
        answer: Success::ok::<List<Told>>(),
        refusals: &[],
        handler: |call| Box::pin(list(call)),
    },
    Operation {
        id: "revoke",
        verb: Verb::Post,
        path: "/v1/admin/revocations",
        about: "Let a token no longer count, or every token of somebody. Whoever is in by one is sent away.",
        query: &[],
        body: Some(Body::required::<Wanted>()),
        answer: Success::created::<Ended>(),
        refusals: &[
            (404, "There is no such tenant."),
            (409, "As many revocations count as the server's limit allows."),
        ],
        handler: |call| Box::pin(revoke(call)),
    },
    Operation {
        id: "lift_token_revocation",
        verb: Verb::Delete,
        path: "/v1/admin/revocations/{tenant}/tokens/{token_id}",
        about: "Let a token count again.",
        query: &[],
        body: None,
        answer: Success::NOTHING,
        refusals: LIFTED,
        handler: |call| Box::pin(lift_token(call)),
    },
    Operation {
        id: "lift_identity_revocation",
        verb: Verb::Delete,
        path: "/v1/admin/revocations/{tenant}/identities/{identity}",
        about: "Let the tokens of somebody count again.",
        query: &[],
        body: None,
        answer: Success::NOTHING,
        refusals: LIFTED,
        handler: |call| Box::pin(lift_identity(call)),
    },
];

/// What to revoke: a token or an identity, not both.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RevocationToMake")]
struct Wanted {
    /// Of which key; may be left out by whoever has only one.
    #[serde(default)]
    tenant: Option<String>,
    /// The token of this name (`jti`).
    #[serde(default)]
    token_id: Option<String>,
    /// Every token of this participant, in whatever room.
    #[serde(default)]
    identity: Option<String>,
    /// For how long: until the last token that it is about has ended by itself. 1 to 31622400, a day when it is
    /// left out.
    #[serde(default)]
    seconds: Option<u64>,
}

/// Something that is revoked: a token or an identity.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Revocation")]
struct Told {
    /// Of which key.
    tenant: String,
    /// The token of this name.
    token_id: Option<String>,
    /// Every token of this participant.
    identity: Option<String>,
    /// Until when.
    until: u64,
}

async fn list(call: Call) -> Answered {
    let asked = page::value(&call, TENANT.name).map(Tenant::new);
    let tenant = call.caller.scope(asked)?;
    let after = match page::after(&call)?.as_deref() {
        None => None,
        Some([tenant, kind, name]) if kind == "token" => {
            Some((Tenant::new(tenant.as_str()), Revoked::Token(name.as_str().into())))
        }
        Some([tenant, kind, name]) if kind == "identity" => {
            Some((Tenant::new(tenant.as_str()), Revoked::Identity(Identity::new(name.as_str()))))
        }
        Some(_) => return Err(problem::bad_field(AFTER.name, "it is of another list")),
    };
    let limit = page::limit(&call)?;
    let query = Query::Revocations { tenant, after, limit };
    let Answer::Revocations(Page { items, next }) = call.ask(query).await? else {
        return Err(problem::silent());
    };
    let next = next.map(|(tenant, revoked)| match revoked {
        Revoked::Token(token) => page::place(&[tenant.as_str(), "token", &token]),
        Revoked::Identity(identity) => page::place(&[tenant.as_str(), "identity", identity.as_str()]),
    });
    Ok(Reply::ok(&List { items: items.into_iter().map(Told::from).collect(), next }))
}

async fn revoke(call: Call) -> Answered {
    let Wanted { tenant, token_id, identity, seconds } = call.read()?;
    let tenant = call.tenant_or_only(tenant)?;
    let (revoked, what) = match (token_id, identity) {
        (Some(token), None) => {
            check_name("token_id", &token)?;
            let what = part("token_id", &token);
            (Revoked::Token(token.into()), what)
        }
        (None, Some(identity)) => {
            check_name("identity", &identity)?;
            let what = part("identity", &identity);
            (Revoked::Identity(Identity::new(identity)), what)
        }
        _ => return Err(problem::bad_field("token_id", "give either this or identity")),
    };
    let seconds = seconds.unwrap_or(USUAL_SECONDS);
    if !(1..=MAX_SECONDS).contains(&seconds) {
        return Err(problem::bad_field("seconds", format!("1 to {MAX_SECONDS}")));
    }
    let detail = format!("{} {what} seconds={seconds}", part("tenant", tenant.as_str()));
    let lasts = Duration::from_secs(seconds);
    let acted = call.act(Act::Revoke { tenant, revoked, lasts }).await?;
    Ok(Reply::created(&Ended { ended: acted.ended as u64 }).detail(format!("{detail} ended={}", acted.ended)))
}

async fn lift_token(call: Call) -> Answered {
    let token = call.name("token_id")?.to_owned();
    lift(&call, Revoked::Token(token.as_str().into()))
        .await
        .map(|reply| reply.detail(part("token_id", &token)))
}

async fn lift_identity(call: Call) -> Answered {
    let identity = call.identity()?;
    lift(&call, Revoked::Identity(identity)).await
}

async fn lift(call: &Call, revoked: Revoked) -> Result<Reply, HttpError> {
    call.act(Act::LiftRevocation { tenant: call.tenant()?, revoked }).await?;
    Ok(Reply::nothing())
}

impl From<Revocation> for Told {
    fn from(revocation: Revocation) -> Self {
        let (token_id, identity) = match revocation.revoked {
            Revoked::Token(token) => (Some(token.to_string()), None),
            Revoked::Identity(identity) => (None, Some(identity.to_string())),
        };
        let (tenant, until) = (revocation.tenant.to_string(), times::millis(revocation.until));
        Self { tenant, token_id, identity, until }
    }
}
