//! Signalling: each client's conversation with the server, in the native dialect.

mod conversation;
mod describe;
mod dialect;

pub(crate) use conversation::{Attendance, Guest, attend};
pub(crate) use describe::payload_types;
