//! Tokens: JWT signed with HS256.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::claims::{AdminClaims, Claims};
use super::key::Key;
use super::secret::Secret;

/// Longest token that is looked at. Real ones have some hundred bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Longest name of an algorithm that is quoted, in characters; the registered ones have at most 18.
const MAX_QUOTED: usize = 32;

/// How far clocks of the server and of whoever mints tokens may differ.
const LEEWAY_SECONDS: u64 = 10;

/// Why a token does not hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenError {
    /// More than [`MAX_TOKEN_BYTES`].
    #[error("it has {0} bytes, at most {MAX_TOKEN_BYTES} are read")]
    TooLong(usize),
    /// Not a JWT at all, or its claims are not what they should be.
    #[error("it is not a token with the claims sub, room and exp")]
    Malformed,
    /// What it allows can't be read, so nothing may be taken for allowed.
    #[error("its {claim} are not understood: {problem}")]
    BadClaim {
        /// `grants`, `caps` or `codecs`.
        claim: &'static str,
        /// What is wrong with them.
        problem: String,
    },
    /// Signed in another way, or not at all.
    #[error("its header says alg {0:?}: it has to be HS256")]
    WrongAlgorithm(String),
    /// The header does not name a key.
    #[error("its header names no key (kid)")]
    NoKeyId,
    /// The server does not know the key it names.
    #[error("it is signed with a key that this server does not know")]
    UnknownKey,
    /// The signature does not match.
    #[error("its signature does not match")]
    BadSignature,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// A participant's, where one for the admin API is needed.
    #[error("it names a room, so it is a participant's: one for the admin API names none")]
    ForParticipants,
    /// It does not open the admin API.
    #[error("it does not say \"server_admin\": true")]
    NotForAdmins,
    /// Its time has not come.
    #[error("it does not hold yet (nbf)")]
    NotYet,
}

/// A token that holds.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    /// The key it is signed with.
    pub(super) key_id: String,
    /// What it says.
    pub(super) claims: Claims,
}

/// A token for the admin API that holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct AdminPass {
    /// The key it is signed with.
    pub(crate) key_id: String,
    /// Whom it names.
    pub(crate) subject: String,
    /// Its own name.
    pub(crate) token: Option<String>,
}

/// Whether a token holds, and what it says.
pub(super) fn verify(token: &str, keys: &BTreeMap<String, Key>) -> Result<Verified, TokenError> {
    let (key_id, mut said) = read_signed(token, keys)?;
    // Apart from the rest, so that what is wrong with them can be told.
    let (grants, caps, codecs) = (said.remove("grants"), said.remove("caps"), said.remove("codecs"));
    let claims = serde_json::from_value(Value::Object(said)).map_err(|_| TokenError::Malformed)?;
    let claims = Claims {
        grants: read("grants", grants)?,
        caps: read("caps", caps)?,
        codecs: read("codecs", codecs)?,
        ..claims
    };
    Ok(Verified { key_id, claims })
}

/// Whether a token for the admin API holds. One that names a room is a participant's, whatever else it says:
/// those are handed to browsers.
pub(crate) fn verify_admin(token: &str, keys: &BTreeMap<String, Key>) -> Result<AdminPass, TokenError> {
    let (key_id, said) = read_signed(token, keys)?;
    if said.contains_key("room") {
        return Err(TokenError::ForParticipants);
    }
    let claims: AdminClaims =
        serde_json::from_value(Value::Object(said)).map_err(|_| TokenError::NotForAdmins)?;
    if !claims.server_admin || claims.sub.chars().any(char::is_control) {
        return Err(TokenError::NotForAdmins);
    }
    Ok(AdminPass { key_id, subject: claims.sub, token: claims.jti })
}

/// What a token says, once its signature and its times are found good.
fn read_signed(
    token: &str,
    keys: &BTreeMap<String, Key>,
) -> Result<(String, Map<String, Value>), TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong(token.len()));
    }
    check_algorithm(token)?;
    let header = decode_header(token).map_err(refused)?;
    let key_id = header.kid.ok_or(TokenError::NoKeyId)?;
    let secret = &keys.get(&key_id).ok_or(TokenError::UnknownKey)?.secret;
    let key = DecodingKey::from_secret(secret.expose());
    let said = decode::<Map<String, Value>>(token, &key, &validation()).map_err(refused)?.claims;
    Ok((key_id, said))
}

/// Reads the algorithm apart from the rest of the header: the library knows no name for some, `none` among them.
fn check_algorithm(token: &str) -> Result<(), TokenError> {
    #[derive(Deserialize)]
    struct Named {
        alg: String,
    }
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| TokenError::Malformed)?;
    let Named { alg } = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
    if alg == "HS256" {
        return Ok(());
    }
    Err(TokenError::WrongAlgorithm(alg.chars().take(MAX_QUOTED).collect()))
}

fn read<T: DeserializeOwned>(claim: &'static str, value: Option<Value>) -> Result<Option<T>, TokenError> {
    let read = value.map(serde_json::from_value).transpose();
    read.map_err(|error| TokenError::BadClaim { claim, problem: error.to_string() })
}

/// A token that says `claims`, signed with the key of that id.
///
/// # Errors
/// When the library can't sign, which takes a secret that is none.
pub fn mint(claims: &impl Serialize, key_id: &str, secret: &Secret) -> Result<String, MintError> {
    let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::HS256) };
    let key = EncodingKey::from_secret(secret.expose());
    encode(&header, claims, &key).map_err(|error| MintError(error.to_string()))
}

/// A token could not be signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the token cannot be signed: {0}")]
pub struct MintError(String);

/// How long a token still holds at `now`, in time since 1970, clocks that differ included.
pub(super) fn holds_for(exp: u64, now: Duration) -> Duration {
    Duration::from_secs(exp.saturating_add(LEEWAY_SECONDS)).saturating_sub(now)
}

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "sub"]);
    validation.leeway = LEEWAY_SECONDS;
    validation.validate_nbf = true;
    validation.validate_aud = false;
    validation
}

fn refused(error: jsonwebtoken::errors::Error) -> TokenError {
    match error.kind() {
        ErrorKind::InvalidSignature => TokenError::BadSignature,
        ErrorKind::ExpiredSignature => TokenError::Expired,
        ErrorKind::ImmatureSignature => TokenError::NotYet,
        _ => TokenError::Malformed,
    }
}
