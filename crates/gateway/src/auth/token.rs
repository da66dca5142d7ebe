//! Tokens: JWT signed with HS256.

use std::collections::BTreeMap;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// Longest token that is looked at. Real ones have some hundred bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How far clocks of the server and of whoever mints tokens may differ.
const LEEWAY_SECONDS: u64 = 10;

/// What a token says. Claims that are not listed are ignored.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Claims {
    /// Whom it names: the participant's identity.
    pub sub: String,
    /// The room it is for.
    pub room: String,
    /// The participant's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it ends, in seconds since 1970.
    pub exp: u64,
    /// When it begins to hold, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
}

/// Why a token does not hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenError {
    /// More than [`MAX_TOKEN_BYTES`].
    #[error("it has {0} bytes, at most {MAX_TOKEN_BYTES} are read")]
    TooLong(usize),
    /// Not a JWT at all, or its claims are not what they should be.
    #[error("it is not a token with the claims sub, room and exp")]
    Malformed,
    /// Signed in another way.
    #[error("it is not signed with HS256")]
    WrongAlgorithm,
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
    /// Its time has not come.
    #[error("it does not hold yet (nbf)")]
    NotYet,
}

/// The claims of a token that holds.
pub(super) fn verify(token: &str, keys: &BTreeMap<String, Secret>) -> Result<Claims, TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong(token.len()));
    }
    let header = decode_header(token).map_err(refused)?;
    if header.alg != Algorithm::HS256 {
        return Err(TokenError::WrongAlgorithm);
    }
    let key_id = header.kid.ok_or(TokenError::NoKeyId)?;
    let secret = keys.get(&key_id).ok_or(TokenError::UnknownKey)?;
    let key = DecodingKey::from_secret(secret.expose());
    decode::<Claims>(token, &key, &validation()).map(|token| token.claims).map_err(refused)
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
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => {
            TokenError::WrongAlgorithm
        }
        _ => TokenError::Malformed,
    }
}
