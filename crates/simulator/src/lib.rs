//! A deterministic world in which one seed decides a run.
//!
//! It puts a whole server (control and workers, as they run in production) and its clients into one
//! thread and virtual time, with a network between them that delays, reorders and loses. A
//! [`scenario`] is a list of steps that reads as prose; [`replay`] plays it twice and compares
//! everything that happened. The clients behave as libwebrtc does where the server could notice, and
//! an [oracle](client::oracle) tells what their users would have seen and heard.
//!
//! It deliberately knows no socket, no thread and no dialect; handshakes draw randomness of their own,
//! so lines are opened with keys from the seed and handshakes are tested elsewhere.
//!
//! ```
//! use std::time::Duration;
//! use switchyard_simulator::client::media::Media;
//! use switchyard_simulator::replay;
//! use switchyard_simulator::scenario::Scenario;
//! use switchyard_simulator::seed::Seed;
//!
//! let scenario = Scenario::called("a short call")
//!     .enters("ada", Media::camera_and_microphone())
//!     .enters("bob", Media::none())
//!     .runs(Duration::from_secs(2))
//!     .checks("bob sees ada", |world| world.sees("bob", "ada").map(|_| ()));
//!
//! replay::twice(&scenario, Seed(7)).unwrap();
//! ```
#![forbid(unsafe_code)]

pub mod client;
pub mod clock;
pub mod elastic;
pub mod event_log;
pub mod invariants;
pub mod library;
pub mod network;
pub mod plot;
pub mod replay;
pub mod scenario;
pub mod scorecard;
pub mod seed;
pub mod world;
