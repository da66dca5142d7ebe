//! Tokens: minting them for participants.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::audit::part;
use super::call::{Answered, Call, Reply, check_name};
use super::codecs::Codecs;
use super::operation::{Body, Operation, Success, Verb};
use super::permissions::{Caps, Grants};
use super::problem;
use crate::auth::{Claims, MAX_TOKEN_BYTES, mint};
use crate::http_error::HttpError;

/// How long a token holds when nothing is said.
const USUAL_TTL_SECONDS: u64 = 3_600;

/// Longest time a token may hold: a year. Shorter ones need revoking less often.
const MAX_TTL_SECONDS: u64 = 366 * 24 * 3_600;

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    id: "mint_token",
    verb: Verb::Post,
    path: "/v1/admin/tokens",
    about: "Make a token with which a participant comes in, as `switchyard token` does.",
    query: &[],
    body: Some(Body::required::<Wanted>()),
    answer: Success::created::<Minted>(),
    refusals: &[(404, "There is no such tenant.")],
    handler: |call| Box::pin(make(call)),
}];

/// What the token is to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TokenToMint")]
struct Wanted {
    /// Which key signs it; may be left out by whoever has only one.
    #[serde(default)]
    tenant: Option<String>,
    /// The room it is for.
    room: String,
    /// Whom it names.
    identity: String,
    /// For how many seconds it holds: 1 to 31622400, an hour when it is left out.
    #[serde(default)]
    ttl_seconds: Option<u64>,
    /// The participant's name for people to read.
    #[serde(default)]
    name: Option<String>,
    /// What others shall know of the participant.
    #[serde(default)]
    metadata: Option<String>,
    /// The token's own name, by which it can be revoked; a random one when it is left out.
    #[serde(default)]
    token_id: Option<String>,
    /// What it allows.
    #[serde(default)]
    grants: Option<Grants>,
    /// How much of it.
    #[serde(default)]
    caps: Option<Caps>,
    /// What the room takes that it opens.
    #[serde(default)]
    codecs: Option<Codecs>,
}

/// A token that was made.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "MintedToken")]
struct Minted {
    /// The token. Whoever has it is let in.
    token: String,
    /// Its own name, by which it can be revoked.
    token_id: String,
    /// Whose participant comes by it.
    tenant: String,
    /// When it ends.
    expires_at: u64,
}

async fn make(call: Call) -> Answered {
    let wanted: Wanted = call.read()?;
    let tenant = call.tenant_or_only(wanted.tenant)?;
    check_name("room", &wanted.room)?;
    check_name("identity", &wanted.identity)?;
    for (field, name) in [("name", &wanted.name), ("token_id", &wanted.token_id)] {
        name.as_ref().map_or(Ok(()), |name| check_name(field, name))?;
    }
    let ttl = wanted.ttl_seconds.unwrap_or(USUAL_TTL_SECONDS);
    if !(1..=MAX_TTL_SECONDS).contains(&ttl) {
        return Err(problem::bad_field("ttl_seconds", format!("1 to {MAX_TTL_SECONDS}")));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let token_id = wanted.token_id.map_or_else(random_name, Ok)?;
    let claims = Claims {
        sub: wanted.identity,
        room: wanted.room,
        exp: now.saturating_add(ttl),
        nbf: None,
        jti: Some(token_id.clone()),
        name: wanted.name,
        metadata: wanted.metadata,
        grants: wanted.grants.map(|grants| grants.claims()),
        caps: wanted.caps.map(|caps| caps.claims()),
        codecs: wanted.codecs.map(Codecs::policy).transpose()?,
    };
    let keys = &call.admin.app.config.auth.keys;
    let key = keys.get(tenant.as_str()).ok_or_else(|| unsigned("the key is gone"))?;
    let token = mint(&claims, tenant.as_str(), &key.secret).map_err(|error| unsigned(&error.to_string()))?;
    if token.len() > MAX_TOKEN_BYTES {
        let problem =
            format!("the token would have {} bytes, at most {MAX_TOKEN_BYTES} are read", token.len());
        return Err(problem::bad_field("metadata", problem));
    }
    let [room, identity] = [part("room", &claims.room), part("identity", &claims.sub)];
    let name = part("token_id", &token_id);
    let detail = format!("{} {room} {identity} {name} ttl_seconds={ttl}", part("tenant", tenant.as_str()));
    let minted =
        Minted { token, token_id, tenant: tenant.to_string(), expires_at: claims.exp.saturating_mul(1_000) };
    Ok(Reply::created(&minted).detail(detail))
}

fn random_name() -> Result<String, HttpError> {
    let mut bytes = [0; 12];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| unsigned("the system gives no random numbers"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn unsigned(why: &str) -> HttpError {
    let message = format!("the token could not be made: {why}");
    HttpError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
}
