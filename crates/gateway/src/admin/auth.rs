//! Who may use the admin API, and on whom.
//!
//! The operator's secret opens everything. A token that one of the server's keys has signed and that says
//! `server_admin` opens what belongs to that key's tenant: whoever can sign participants in can also look after
//! them.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use switchyard_control::act::Revoked;
use switchyard_control::query::{Answer, Query};
use switchyard_vocab::ids::{Identity, Tenant};

use super::call::{Admin, PATIENCE};
use super::problem;
use crate::auth::{AdminPass, Secret, verify_admin};
use crate::http_error::HttpError;

/// Somebody who may use the API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Caller {
    /// Whoever asks for what everybody may know.
    Nobody,
    /// Whoever knows the secret.
    Operator,
    /// Whoever has a token.
    Tenant {
        /// Whose participants it may look after.
        tenant: Tenant,
        /// Whom the token names.
        subject: Arc<str>,
    },
}

impl Caller {
    /// Refuses to touch what belongs to another tenant.
    pub(super) fn check_tenant(&self, tenant: &Tenant) -> Result<(), HttpError> {
        match self {
            Self::Tenant { tenant: own, .. } if own != tenant => {
                let message = format!("your token is signed with the key {own}: it is for that tenant alone");
                Err(HttpError::new(StatusCode::FORBIDDEN, "other_tenant", message).field("tenant"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what concerns the whole server.
    pub(super) fn check_operator(&self) -> Result<(), HttpError> {
        match self {
            Self::Operator => Ok(()),
            Self::Tenant { .. } | Self::Nobody => {
                let message = "this concerns every tenant: it takes the secret of the configuration";
                Err(HttpError::new(StatusCode::FORBIDDEN, "operator_only", message))
            }
        }
    }

    /// The tenant that a list is about: what was asked for, or what the caller may see.
    pub(super) fn scope(&self, asked: Option<Tenant>) -> Result<Option<Tenant>, HttpError> {
        match (self, asked) {
            (_, Some(asked)) => self.check_tenant(&asked).map(|()| Some(asked)),
            (Self::Operator | Self::Nobody, None) => Ok(None),
            (Self::Tenant { tenant, .. }, None) => Ok(Some(tenant.clone())),
        }
    }
}

/// Decides who calls.
pub(super) async fn authenticate(admin: &Admin, headers: &HeaderMap) -> Result<Caller, HttpError> {
    let config = &admin.app.config;
    let Some(shown) = bearer(headers) else {
        let message = "send Authorization: Bearer with the secret of gateway.admin, or with a token that says \
                       server_admin";
        return Err(HttpError::new(StatusCode::UNAUTHORIZED, "token_missing", message));
    };
    if config.admin.secret.as_ref().is_some_and(|secret| secret.matches(shown.as_bytes())) {
        return Ok(Caller::Operator);
    }
    if shown.bytes().filter(|&byte| byte == b'.').count() != 2 {
        return Err(invalid("it is neither the secret of gateway.admin nor a token"));
    }
    let pass = verify_admin(shown, &config.auth.keys).map_err(|error| invalid(&error.to_string()))?;
    check_not_revoked(admin, &pass).await?;
    let AdminPass { key_id, subject, .. } = pass;
    Ok(Caller::Tenant { tenant: Tenant::new(key_id), subject: subject.into() })
}

async fn check_not_revoked(admin: &Admin, pass: &AdminPass) -> Result<(), HttpError> {
    let token = pass.token.as_deref().map(|token| Revoked::Token(token.into()));
    let subject = Revoked::Identity(Identity::new(pass.subject.as_str()));
    let revoked = token.into_iter().chain([subject]).collect();
    let query = Query::IsRevoked { tenant: Tenant::new(pass.key_id.as_str()), revoked };
    match admin.app.port.ask(query, PATIENCE).await {
        Some(Answer::IsRevoked(false)) => Ok(()),
        Some(_) => Err(HttpError::new(StatusCode::UNAUTHORIZED, "token_revoked", "the token was revoked")),
        None => Err(problem::silent()),
    }
}

fn invalid(problem: &str) -> HttpError {
    HttpError::new(
        StatusCode::UNAUTHORIZED,
        "token_invalid",
        format!("what you show does not hold: {problem}"),
    )
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

impl Secret {
    /// Whether somebody knows it. How long that takes says nothing about how near a guess was.
    fn matches(&self, shown: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.expose(), shown).is_ok()
    }
}
