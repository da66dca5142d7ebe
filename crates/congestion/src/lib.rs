//! How much fits, and when to send it. Pure; knows no rooms.
//!
//! ```text
//! publisher ──packets──► twcc::arrivals ──feedback──► publisher's own estimator
//!
//! packets for a subscriber ──► pacer ──release──► rewrite, encrypt, send
//! ```
//!
//! [`twcc`] keeps what a sender's estimator has to hear from us: when each packet of its transport
//! arrived. [`pacer`] decides in which order and in what portions packets leave for one subscriber.
//! Neither knows what a packet holds, to whom it belongs, or how it is encrypted.
//!
//! ```
//! use std::time::Duration;
//! use switchyard_congestion::pacer::{Class, Pacer};
//!
//! let mut pacer = Pacer::new();
//! # #[expect(clippy::disallowed_methods, reason = "an example starts somewhere")]
//! let now = std::time::Instant::now();
//! pacer.push(Class::Video, "picture").unwrap();
//! pacer.push(Class::Audio, "sound").unwrap();
//! pacer.begin_release(now);
//! assert_eq!(pacer.pop(), Some("sound"));
//! assert_eq!(pacer.pop(), Some("picture"));
//! ```
#![forbid(unsafe_code)]

pub mod pacer;
pub mod twcc;
