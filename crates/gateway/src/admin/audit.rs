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

/// Writes down an act.
pub(super) fn act(
    operation: &Operation,
    (caller, from): (&Caller, IpAddr),
    path: &[(String, String)],
    outcome: &Outcome<'_>,
) {
    let (by, key) = match caller {
        Caller::Nobody => ("nobody", None),
        Caller::Operator => ("operator", None),
        Caller::Tenant { tenant, subject } => (&**subject, Some(tenant.as_str())),
    };
    let part = |of: &str| path.iter().find(|(name, _)| name == of).map(|(_, value)| value.as_str());
    let (tenant, room, identity) = (part("tenant"), part("room"), part("identity"));
    let act = operation.id;
    match *outcome {
        Outcome::Done { detail } => {
            info!(target: "audit", act, by, key, %from, tenant, room, identity, detail, outcome = "done", "act");
        }
        Outcome::Unknown => {
            let outcome = "unknown";
            info!(target: "audit", act, by, key, %from, tenant, room, identity, outcome, "act");
        }
        Outcome::Refused { status, code } => {
            let outcome = "refused";
            info!(target: "audit", act, by, key, %from, tenant, room, identity, status, code, outcome, "act");
        }
    }
}

/// Writes down that somebody could not say who they are.
pub(super) fn unauthorized(operation: &Operation, from: IpAddr, error: &HttpError) {
    let (act, code, why) = (operation.id, error.code, error.message.as_str());
    warn!(target: "audit", act, %from, code, why, "a caller was turned away");
}
