//! `/metrics`: everything that is counted, for Prometheus.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use switchyard_control::query::Query;
use switchyard_metrics::{CONTENT_TYPE, Shells};

use crate::app_state::AppState;

/// How long control may take. Less than a scrape's usual time limit: the rest of the page still helps.
const PATIENCE: Duration = Duration::from_secs(1);

/// The page.
pub(crate) async fn metrics(State(state): State<Arc<AppState>>) -> impl IntoResponse {
    // First, as the question waits in the queue that is looked at.
    let gateway = state.totals();
    let control = state.port.ask(Query::Totals, PATIENCE).await.and_then(|answer| answer.totals());
    let page = state.exporter.page(Shells { control, gateway });
    ([(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")], page)
}
