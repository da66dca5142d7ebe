//! The signalling gateway: HTTP and WebSocket in front of control.
//!
//! Decides: who may open a connection ([`auth`], [`rate_limit`]), how a dialect's messages become intents
//! and notices become messages ([`dialect`]), when a connection is too slow, too silent or too ill-behaved
//! to keep. Deliberately does not know: rooms and what is allowed in them (control decides), session
//! descriptions (opaque text on their way through), media.
//!
//! Control is reached through a [`ControlPort`](port::ControlPort): requests and queries go in by a
//! bounded queue whose other end is returned with it, notices come back through
//! [`Sessions::deliver`](port::Sessions::deliver).
//!
//! ```no_run
//! use switchyard_gateway::config::{GatewayConfig, Start};
//! use switchyard_gateway::listener::{Gateway, Listeners};
//! use switchyard_gateway::port::ControlPort;
//! use switchyard_metrics::Exporter;
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let config = GatewayConfig::default().for_development();
//! config.check(Start::Development)?;
//! let listeners = Listeners::bind(&config).await?;
//! let (port, from_gateway) = ControlPort::open(&config);
//! let sessions = port.sessions.clone();
//! // Hand `from_gateway` to the control task; it answers through `sessions.deliver`.
//! let gateway = Gateway::new(config, port, Exporter::new(Vec::new(), "1.2.3"));
//! gateway.serve(listeners, async { tokio::signal::ctrl_c().await.unwrap_or_default() }).await;
//! # drop((sessions, from_gateway));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod admin;
mod app_state;
pub mod auth;
mod body;
pub mod client_address;
pub mod config;
mod counters;
pub mod dialect;
mod door;
mod health;
mod http_error;
pub mod listener;
mod metrics_page;
mod networks;
pub mod port;
pub mod rate_limit;
mod serving;
mod web;
