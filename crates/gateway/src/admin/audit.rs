//! The audit log: one line for every act and for every caller who was turned away.
//!
//! The lines have the target `audit`, which the log's filter lets through unless it names it. They say who did
//! what to whom, from where, and how that ended; what was said or attached is left out.

use std::net::IpAddr;

use tracing::{info, warn};

use super::auth::Caller;
use super::operation::Operation;
use crate::http_error::HttpError;

/// How an act ended.
pub(super) enum Outcome<'a> {
    /// It was carried out.
    Done { detail: Option<&'a str> },
    /// It may have been: control did not say in time.
    Unknown,
    /// It was not, with the code of the refusal.
    Refused { status: u16, code: &'static str },
}

/// Who acted. What a token calls itself stands apart, so that none can pass for the operator.
#[derive(Debug, Eq, PartialEq)]
struct By<'a> {
    by: &'static str,
    sub: Option<&'a str>,
    key: Option<&'a str>,
}

impl<'a> By<'a> {
    fn of(caller: &'a Caller) -> Self {
        match caller {
            Caller::Nobody => Self { by: "nobody", sub: None, key: None },
            Caller::Operator => Self { by: "operator", sub: None, key: None },
            Caller::Tenant { tenant, subject } => {
                Self { by: "token", sub: Some(subject), key: Some(tenant.as_str()) }
            }
        }
    }
}

/// A part of a detail whose value somebody else has chosen: quoted, so that it can't look like further parts.
pub(super) fn part(name: &str, value: &str) -> String {
    format!("{name}={value:?}")
}

/// Writes down an act.
pub(super) fn act(
    operation: &Operation,
    (caller, from): (&Caller, IpAddr),
    path: &[(String, String)],
    outcome: &Outcome<'_>,
) {
    let By { by, sub, key } = By::of(caller);
    let part = |of: &str| path.iter().find(|(name, _)| name == of).map(|(_, value)| value.as_str());
    let (tenant, room, identity) = (part("tenant"), part("room"), part("identity"));
    let act = operation.id;
    match *outcome {
        Outcome::Done { detail } => {
            info!(target: "audit", act, by, sub, key, %from, tenant, room, identity, detail, outcome = "done", "act");
        }
        Outcome::Unknown => {
            let outcome = "unknown";
            info!(target: "audit", act, by, sub, key, %from, tenant, room, identity, outcome, "act");
        }
        Outcome::Refused { status, code } => {
            let outcome = "refused";
            info!(target: "audit", act, by, sub, key, %from, tenant, room, identity, status, code, outcome, "act");
        }
    }
}

/// Writes down that somebody could not say who they are.
pub(super) fn unauthorized(operation: &Operation, from: IpAddr, error: &HttpError) {
    let (act, code, why) = (operation.id, error.code, error.message.as_str());
    warn!(target: "audit", act, %from, code, why, "a caller was turned away");
}

#[cfg(test)]
mod tests {
    use switchyard_vocab::ids::Tenant;

    use super::*;

    #[test]
    fn a_token_that_calls_itself_operator_is_written_down_as_a_token() {
        let caller = Caller::Tenant { tenant: Tenant::new("acme"), subject: "operator".into() };

        assert_eq!(By::of(&caller), By { by: "token", sub: Some("operator"), key: Some("acme") });
        assert_eq!(By::of(&Caller::Operator), By { by: "operator", sub: None, key: None });
    }

    #[test]
    fn a_name_looks_like_one_part_whatever_is_in_it() {
        let forged = part("identity", "bob\" token_id=\"t-9");

        assert_eq!(forged, r#"identity="bob\" token_id=\"t-9""#);
    }
}
