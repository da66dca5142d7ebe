//! `/metrics`: everything that is counted, for Prometheus.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use switchyard_control::query::{Answer, Query};
use switchyard_metrics::{CONTENT_TYPE, Shells};

use crate::house::House;

/// How long control may take. Less than a scrape's usual time limit: the rest of the page still helps.
const PATIENCE: Duration = Duration::from_secs(1);

/// The page.
pub(crate) async fn metrics(State(house): State<Arc<House>>) -> impl IntoResponse {
    // First, as the question waits in the queue that is looked at.
    let gateway = house.totals();
    let control = house.port.ask(Query::Totals, PATIENCE).await.map(|Answer::Totals(totals)| totals);
    let page = house.exporter.page(Shells { control, gateway });
    ([(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")], page)
}
