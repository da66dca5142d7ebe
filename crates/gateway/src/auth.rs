//! Who may come in, and as whom.
//!
//! A participant shows a token: a JWT (RFC 7519) signed with HS256 by a key that the server knows, its
//! header naming the key (`kid`), its claims naming the identity (`sub`), the room and an expiry, and what the
//! participant may do there ([`Claims`]). The key names the tenant. During development a name alone is enough.

mod claims;
mod key;
mod refreshing;
mod secret;
mod token;

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use switchyard_control::grants::Pass;
use switchyard_control::intent::Join;
use switchyard_control::tenancy::Quota;
use switchyard_vocab::ids::{Identity, RoomName, Tenant};

pub use claims::{AdminClaims, CapClaims, Claims, GrantClaims, source};
pub use key::Key;
pub use refreshing::{RefreshError, refresh};
pub use secret::Secret;
pub(crate) use token::{AdminPass, verify_admin};
pub use token::{MAX_TOKEN_BYTES, MintError, TokenError, mint};

/// Id of the key that every development build knows. Refused by any other start.
pub const DEVELOPMENT_KEY_ID: &str = "devkey";
/// Its secret, which is none.
pub const DEVELOPMENT_SECRET: &str = "development-only-everybody-knows-this-secret";
/// Shortest secret: an HMAC key shorter than its digest weakens it (RFC 7518 §3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// Longest name that gets past the door: as long as control can be configured to take any. Control has the
/// last word; this keeps what cannot be a name out of logs and memory before it is asked.
pub const MAX_NAME_BYTES: usize = 4_096;

/// Who may come in.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// The keys that tokens may be signed with, by their ids. Whoever comes by one of them is a participant
    /// of the tenant of that name: rooms of different keys never meet.
    pub keys: BTreeMap<String, Key>,
    /// Let participants in by name alone. For development: anybody can be anybody.
    pub allow_identity_without_token: bool,
}

impl AuthConfig {
    /// What each tenant may use.
    pub fn quotas(&self) -> BTreeMap<Tenant, Quota> {
        self.keys.iter().map(|(id, key)| (Tenant::new(id.as_str()), key.quota)).collect()
    }
}

/// What a connection says about itself, as it stands in its URL and headers.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Credentials {
    /// Which room.
    pub room: Option<String>,
    /// As whom.
    pub identity: Option<String>,
    /// The proof.
    pub token: Option<String>,
}

/// What a connection may do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Admission {
    /// The room it may join.
    pub room: RoomName,
    /// As whom.
    pub identity: Identity,
    /// The name for people that its token fixes, if it does.
    pub display_name: Option<String>,
    /// What others shall know of it, if its token says so.
    pub metadata: Option<String>,
    /// Who vouches for it, for how long, and for what.
    pub pass: Pass,
}

impl Admission {
    /// Enters the room with it. A name that the token fixes goes before the one that is asked for.
    pub(crate) fn join(&self, name: Option<String>, auto_subscribe: bool) -> Join {
        Join {
            room: self.room.clone(),
            identity: self.identity.clone(),
            display_name: self.display_name.clone().or(name),
            metadata: self.metadata.clone(),
            auto_subscribe,
            pass: self.pass.clone(),
        }
    }
}

/// Why a connection may not come in. The texts say what to change.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AuthError {
    /// No token where one is needed.
    #[error("a token is needed: add ?token=… to the URL or send it as Authorization: Bearer")]
    NoToken,
    /// A token that does not hold.
    #[error("the token does not hold: {0}")]
    BadToken(#[from] TokenError),
    /// The URL asks for another room than the token allows.
    #[error("the token is for another room than the URL asks for")]
    OtherRoom,
    /// The URL claims another identity than the token gives.
    #[error("the token is for another identity than the URL claims")]
    OtherIdentity,
    /// Something that has to be in the URL is not.
    #[error("{0} is missing: add ?{0}=… to the URL")]
    Missing(&'static str),
    /// Something that cannot be a name.
    #[error("{0} is too long or holds control characters; at most {MAX_NAME_BYTES} bytes are looked at")]
    BadName(&'static str),
}

impl AuthError {
    /// Short stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "token_missing",
            Self::BadToken(_) => "token_invalid",
            Self::OtherRoom => "token_for_other_room",
            Self::OtherIdentity => "token_for_other_identity",
            Self::Missing(_) => "parameter_missing",
            Self::BadName(_) => "bad_name",
        }
    }

    /// The part of the URL that is at fault; what may stand in a header in its place included.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::NoToken | Self::BadToken(_) => "token",
            Self::OtherRoom => "room",
            Self::OtherIdentity => "identity",
            Self::Missing(field) | Self::BadName(field) => field,
        }
    }
}

/// Decides whether a connection may come in, and as whom.
///
/// # Errors
/// When it may not; nothing about the connection may be believed then.
pub fn authenticate(credentials: &Credentials, config: &AuthConfig) -> Result<Admission, AuthError> {
    let admission = match given(&credentials.token) {
        Some(token) => admit_by_token(token, credentials, config),
        None if config.allow_identity_without_token => admit_by_name(credentials),
        None => Err(AuthError::NoToken),
    }?;
    check_name("room", admission.room.as_str())?;
    check_name("identity", admission.identity.as_str())?;
    check_name("name", admission.display_name.as_deref().unwrap_or_default())?;
    Ok(admission)
}

fn check_name(what: &'static str, name: &str) -> Result<(), AuthError> {
    let is_bad = name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control);
    if is_bad { Err(AuthError::BadName(what)) } else { Ok(()) }
}

fn admit_by_token(
    token: &str,
    credentials: &Credentials,
    config: &AuthConfig,
) -> Result<Admission, AuthError> {
    let token::Verified { key_id, claims } = token::verify(token, &config.keys)?;
    if given(&credentials.room).is_some_and(|room| room != claims.room) {
        return Err(AuthError::OtherRoom);
    }
    if given(&credentials.identity).is_some_and(|identity| identity != claims.sub) {
        return Err(AuthError::OtherIdentity);
    }
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let rest = token::holds_for(claims.exp, since_1970);
    if rest.is_zero() {
        return Err(TokenError::Expired.into());
    }
    let pass = Pass {
        tenant: Tenant::new(key_id),
        permissions: claims.permissions(),
        codecs: claims.codecs.map(Into::into),
        // Beyond what the clock counts is never.
        expires_at: Instant::now().checked_add(rest),
        token: claims.jti.map(Into::into),
    };
    Ok(Admission {
        room: RoomName::new(claims.room),
        identity: Identity::new(claims.sub),
        display_name: claims.name,
        metadata: claims.metadata,
        pass,
    })
}

fn admit_by_name(credentials: &Credentials) -> Result<Admission, AuthError> {
    let room = given(&credentials.room).ok_or(AuthError::Missing("room"))?;
    let identity = given(&credentials.identity).ok_or(AuthError::Missing("identity"))?;
    Ok(Admission {
        room: RoomName::new(room),
        identity: Identity::new(identity),
        display_name: None,
        metadata: None,
        pass: Pass { tenant: Tenant::new(DEVELOPMENT_KEY_ID), ..Pass::default() },
    })
}

fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
