//! The catalogue of metrics and the page that exports them.
//!
//! Decides: what every metric is called, its unit, its labels, its help text, and how it is read from
//! the values that others count. Deliberately does not know: who counts and when, rooms and people (no
//! label holds an id or a name), HTTP (the gateway serves the page).
//!
//! Workers leave [`WorkerCounters`](switchyard_vocab::counters::WorkerCounters) in a snapshot place on
//! the bus; control and the gateway are asked for theirs when a page is wanted.
//!
//! ```
//! use switchyard_metrics::{Exporter, Shells};
//!
//! let (writer, reader) = switchyard_bus::snapshot::place();
//! let exporter = Exporter::new(vec![reader], "1.2.3");
//! writer.publish(switchyard_vocab::counters::WorkerCounters { turns: 7, ..Default::default() });
//!
//! let page = exporter.page(Shells::default());
//!
//! assert!(page.contains("switchyard_worker_turns_total{worker=\"0\"} 7"));
//! ```
#![forbid(unsafe_code)]

pub mod catalogue;
mod collector;
mod prometheus;
mod shells;

pub use prometheus::{CONTENT_TYPE, Exporter};
pub use shells::{
    ADMIN_OPERATIONS, AdminTotals, ControlTotals, GatewayTotals, RESOURCE_METHODS, RefusedConnections,
    ResourceTotals, Shells, StatusClass,
};
