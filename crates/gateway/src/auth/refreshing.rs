//! Another token for somebody who is in already.

use switchyard_control::grants::Pass;

use super::{Admission, AuthConfig, AuthError, Credentials, authenticate};

/// Why a token can't take the place of the one that somebody came by. The texts say what to change.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RefreshError {
    /// None at all.
    #[error("a token is needed, and this one is empty")]
    NoToken,
    /// It is for another room than the one its bearer is in.
    #[error("the token is for another room than the one you are in")]
    OtherRoom,
    /// It is for somebody else.
    #[error("the token is for another identity than the one you joined as")]
    OtherIdentity,
    /// It would let nobody in.
    #[error(transparent)]
    Unusable(AuthError),
}

impl RefreshError {
    /// Short stable name for programs: the same as for a connection that may not come in.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoToken => AuthError::NoToken.code(),
            Self::OtherRoom => AuthError::OtherRoom.code(),
            Self::OtherIdentity => AuthError::OtherIdentity.code(),
            Self::Unusable(error) => error.code(),
        }
    }
}

impl From<AuthError> for RefreshError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::NoToken => Self::NoToken,
            AuthError::OtherRoom => Self::OtherRoom,
            AuthError::OtherIdentity => Self::OtherIdentity,
            other => Self::Unusable(other),
        }
    }
}

/// At the door, where a connection that takes up a session shows a token by its URL.
impl From<RefreshError> for AuthError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::NoToken => Self::NoToken,
            RefreshError::OtherRoom => Self::OtherRoom,
            RefreshError::OtherIdentity => Self::OtherIdentity,
            RefreshError::Unusable(error) => error,
        }
    }
}

/// The pass of another token for somebody who is in already.
///
/// # Errors
/// When the token does not hold or is not for this room and identity.
pub fn refresh(admission: &Admission, token: String, config: &AuthConfig) -> Result<Pass, RefreshError> {
    if token.is_empty() {
        return Err(RefreshError::NoToken);
    }
    let credentials = Credentials {
        room: Some(admission.room.to_string()),
        identity: Some(admission.identity.to_string()),
        token: Some(token),
    };
    Ok(authenticate(&credentials, config)?.pass)
}
