//! Whether the process lives, and whether it can be given work.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use switchyard_control::query::{Answer, Query};

use crate::app_state::AppState;
use crate::http_error::HttpError;

/// How long control may take to answer. Longer than that, participants wait as well.
const PATIENCE: Duration = Duration::from_secs(1);

/// `/healthz`: answers as long as the process does. Restart it when this fails.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`: whether new participants are welcome. Send them elsewhere when this fails.
pub(crate) async fn readyz(State(state): State<Arc<AppState>>) -> Result<&'static str, HttpError> {
    let unavailable = |code, message| Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE, code, message));
    if state.is_stopping() {
        return unavailable("stopping", "the server is stopping");
    }
    match state.port.ask(Query::Totals, PATIENCE).await {
        Some(Answer::Totals(totals)) if totals.draining => {
            unavailable("draining", "the server is being emptied; nobody new is let in")
        }
        Some(Answer::Totals(totals)) if totals.overloaded => {
            unavailable("overloaded", "a worker is behind with what it was told; nobody new is let in")
        }
        Some(_) => Ok("ready\n"),
        None => unavailable("control_silent", "the control task did not answer within a second"),
    }
}
