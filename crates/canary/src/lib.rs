//! An independent participant, so that a fault of ours cannot hide behind the same fault at the
//! other end.
//!
//! It decides nothing about the product: it joins a room by the native dialect ([`Canary`]) or by WHIP and
//! WHEP ([`WhipCanary`]), publishes packets it can recognise and keeps a ledger of what it receives. It stands on the `webrtc` crate alone and
//! knows none of our crates; what it knows of the dialects it was told by the protocols' documents.
//!
//! ```no_run
//! use switchyard_canary::{Canary, Options, Pattern};
//!
//! # async fn example() -> anyhow::Result<()> {
//! let url = "ws://localhost:7880/v1/connect";
//! let mut ada = Canary::join(Options::new(url, "lobby", "ada")).await?;
//! ada.publish(Pattern::default()).await?;
//! let bob = Canary::join(Options::new(url, "lobby", "bob")).await?;
//!
//! tokio::time::sleep(std::time::Duration::from_secs(5)).await;
//! let report = bob.leave().await;
//! assert_eq!(report.lost(), 0);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod canary;
mod dialect;
mod home;
mod http;
mod keyframe_requests;
mod ledger;
mod mark;
mod options;
mod pattern;
mod peer;
mod publisher;
mod report;
mod signalling;
mod tasks;
mod whip;

pub use canary::Canary;
pub use ledger::{Ledger, StreamLedger};
pub use options::Options;
pub use pattern::Pattern;
pub use report::{End, Report, Timings};
pub use whip::{WhipCanary, endpoint};
