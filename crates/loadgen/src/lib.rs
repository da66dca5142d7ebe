//! Many clients on real sockets: they join a running server, publish, subscribe, and count every packet.
//!
//! It decides how fast clients come, what they send, and whether what arrived is what was sent. Every
//! payload bears a stamp (who, the how-manieth, when), so that loss, doubles, order and one-way delay
//! are counted and not estimated. Clients are made of our own pure crates and share one thread for
//! media; whether the server speaks to strangers is for the canary and for browsers to say.
//!
//! It deliberately knows nothing of the server's insides: it sees the native dialect, datagrams, and
//! what the kernel tells of a process.
//!
//! ```no_run
//! use clap::Parser;
//! use switchyard_loadgen::{Options, run};
//!
//! let options = Options::parse_from(["switchyard-load", "--subscribers", "50", "--audio"]);
//! let report = run(&options.plan()?)?;
//! assert!(report.is_faultless(), "{report}");
//! # Ok::<(), anyhow::Error>(())
//! ```
#![forbid(unsafe_code)]

mod client;
mod destination;
mod histogram;
mod ledger;
mod media_thread;
mod options;
mod plan;
mod process;
mod publisher;
mod report;
mod run;
mod signalling;
mod stamp;
mod subscriber;

#[cfg(test)]
mod testing;

pub use destination::{Destination, DestinationError};
pub use options::Options;
pub use plan::{MediaPlan, Plan, PlanError, VideoPlan};
pub use report::{Generator, Joins, KindReport, Percentiles, Report, ServerUse};
pub use run::run;
