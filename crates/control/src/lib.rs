//! Sessions, rooms and workers as state machines.
#![forbid(unsafe_code)]

pub mod intent;
pub mod notice;
pub mod query;
pub mod refusal;
