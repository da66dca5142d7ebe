//! One call of the API, from what was asked to what is answered.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchyard_control::act::{Act, Acted, RoomKey};
use switchyard_control::query::{Answer, Query};
use switchyard_vocab::ids::{Identity, RoomName, Tenant};

use super::auth::Caller;
use super::input;
use super::problem;
use crate::app_state::AppState;
use crate::auth::MAX_NAME_BYTES;
use crate::http_error::HttpError;
use crate::rate_limit::AddressLimit;

/// How long control may take. Whoever waits longer has something else to look after.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// What all calls share.
#[derive(Debug)]
pub(super) struct Admin {
    pub(super) app: Arc<AppState>,
    /// How often somebody may fail to say who they are.
    pub(super) failures: AddressLimit,
}

/// What was asked, by whom.
pub(super) struct Call {
    pub(super) admin: Arc<Admin>,
    pub(super) caller: Caller,
    /// The variable parts of the path.
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What is answered.
pub(super) struct Reply {
    /// The status and the body; or why what was done can't be shown.
    shown: Result<(StatusCode, Option<serde_json::Value>), HttpError>,
    /// What the audit line tells beside whom it was about.
    pub(super) detail: Option<String>,
}

/// What a call leads to.
pub(super) type Answered = Result<Reply, HttpError>;

impl Call {
    /// A variable part of the path: something that can be a name.
    pub(super) fn name(&self, of: &'static str) -> Result<&str, HttpError> {
        let found = self.path.iter().find(|(name, _)| name == of);
        let name = found.map(|(_, value)| value.as_str()).unwrap_or_default();
        check_name(of, name)?;
        Ok(name)
    }

    /// The tenant of the path, which the caller may touch and which there is.
    pub(super) fn tenant(&self) -> Result<Tenant, HttpError> {
        let tenant = Tenant::new(self.name("tenant")?);
        self.check_tenant(&tenant)?;
        Ok(tenant)
    }

    /// Refuses a tenant whom the caller may not touch, or who is none.
    pub(super) fn check_tenant(&self, tenant: &Tenant) -> Result<(), HttpError> {
        self.caller.check_tenant(tenant)?;
        if self.admin.app.config.auth.keys.contains_key(tenant.as_str()) {
            return Ok(());
        }
        let message =
            format!("there is no key {:?} in gateway.auth.keys, so no such tenant", tenant.as_str());
        Err(HttpError::new(StatusCode::NOT_FOUND, "unknown_tenant", message).field("tenant"))
    }

    /// The tenant that is meant: the one that was named, the caller's own, or the only one there is.
    pub(super) fn tenant_or_only(&self, named: Option<String>) -> Result<Tenant, HttpError> {
        if let Some(named) = named {
            check_name("tenant", &named)?;
            let tenant = Tenant::new(named);
            return self.check_tenant(&tenant).map(|()| tenant);
        }
        let mut keys = self.admin.app.config.auth.keys.keys();
        match (&self.caller, keys.next(), keys.next()) {
            (Caller::Tenant { tenant, .. }, ..) => Ok(tenant.clone()),
            (_, Some(only), None) => Ok(Tenant::new(only.as_str())),
            _ => Err(problem::bad_field("tenant", "there are several keys: name the tenant")),
        }
    }

    /// The room of the path.
    pub(super) fn room(&self) -> Result<RoomKey, HttpError> {
        Ok(RoomKey { tenant: self.tenant()?, name: RoomName::new(self.name("room")?) })
    }

    /// The identity of the path.
    pub(super) fn identity(&self) -> Result<Identity, HttpError> {
        self.name("identity").map(Identity::new)
    }

    /// The body.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        input::read(&self.body)
    }

    /// The body, or what an empty one means.
    pub(super) fn read_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, HttpError> {
        if self.body.is_empty() { Ok(T::default()) } else { self.read() }
    }

    /// Asks control.
    pub(super) async fn ask(&self, query: Query) -> Result<Answer, HttpError> {
        self.admin.app.port.ask(query, PATIENCE).await.ok_or_else(problem::silent)
    }

    /// Has control do something.
    pub(super) async fn act(&self, act: Act) -> Result<Acted, HttpError> {
        let acted = self.admin.app.port.act(act, PATIENCE).await.ok_or_else(problem::silent)?;
        acted.map_err(|error| problem::refused(&error))
    }
}

/// Refuses what cannot be a name.
pub(super) fn check_name(field: &'static str, name: &str) -> Result<(), HttpError> {
    let is_bad = name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control);
    let problem = format!("1 to {MAX_NAME_BYTES} bytes without control characters");
    if is_bad { Err(problem::bad_field(field, problem)) } else { Ok(()) }
}

impl Reply {
    pub(super) fn ok(body: &impl Serialize) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(super) fn created(body: &impl Serialize) -> Self {
        Self::new(StatusCode::CREATED, body)
    }

    pub(super) const fn nothing() -> Self {
        Self { shown: Ok((StatusCode::NO_CONTENT, None)), detail: None }
    }

    /// Shows what an act has led to. The act is done, even when nothing can be seen of it any more.
    pub(super) fn showing(seen: Result<impl Serialize, HttpError>) -> Self {
        match seen {
            Ok(seen) => Self::ok(&seen),
            Err(mut error) => {
                error.message.insert_str(0, "it is done, and can't be shown: ");
                Self { shown: Err(error), detail: None }
            }
        }
    }

    fn new(status: StatusCode, body: &impl Serialize) -> Self {
        Self { shown: Ok((status, serde_json::to_value(body).ok())), detail: None }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        match self.shown {
            Ok((status, Some(body))) => (status, no_store, Json(body)).into_response(),
            Ok((status, None)) => (status, no_store).into_response(),
            Err(error) => problem::for_nobody_else(error),
        }
    }
}
