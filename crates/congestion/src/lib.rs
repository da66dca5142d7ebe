//! How much fits, and when to send it. Pure; knows no rooms.
//!
//! ```text
//! publisher ──packets──► twcc::arrivals ──feedback──► publisher's own estimator
//!
//! packets for a subscriber ──► pacer ──release──► rewrite, encrypt, send
//!                                ▲                       │
//!                       rate, probes                     │ numbers, times
//!                                │                       ▼
//!                            estimator ◄──feedback── (the subscriber)
//! ```
//!
//! [`twcc`] keeps what a sender's estimator has to hear from us: when each packet of its transport
//! arrived. [`estimator`] finds out how much fits to one subscriber, from what its feedback says of
//! [`delay`], of [`loss`], and of [probes](probe). [`pacer`] decides in which order and how fast packets
//! leave for it. None of them knows what a packet holds, to whom it belongs, or how it is encrypted.
//!
//! ```
//! use std::time::Duration;
//! use switchyard_congestion::pacer::{Class, Pacer, Priority, What};
//! use switchyard_vocab::units::{Bitrate, DataSize};
//!
//! # #[expect(clippy::disallowed_methods, reason = "an example starts somewhere")]
//! let now = std::time::Instant::now();
//! let mut pacer = Pacer::new();
//! pacer.set_rate(now, Bitrate::mbps(1));
//! pacer.push(Class::Video(Priority::Normal), DataSize::bytes(1_200), "picture").unwrap();
//! pacer.push(Class::Audio, DataSize::bytes(120), "sound").unwrap();
//! pacer.begin_release(now);
//! assert_eq!(pacer.pop(now).unwrap().what, What::Packet("sound"));
//! assert_eq!(pacer.pop(now).unwrap().what, What::Packet("picture"));
//! ```
#![forbid(unsafe_code)]

#[cfg(test)]
mod testing;

pub mod acknowledged;
pub mod application_limit;
pub mod ccfb;
pub mod delay;
pub mod estimator;
pub mod history;
pub mod loss;
pub mod pacer;
pub mod packet;
pub mod probe;
pub mod reported_loss;
pub mod rtt;
pub mod twcc;
