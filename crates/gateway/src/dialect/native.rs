//! The server's own dialect: JSON text messages over a WebSocket at `/v1/connect`.
//!
//! `docs/protocol/native.md` describes it for client authors; `docs/protocol/native.schema.json` is
//! generated from the types here.

mod client_message;
mod codecs;
pub(crate) mod connection;
mod reader;
mod returning;
mod schema;
mod server_message;
mod translate;
pub(crate) mod upgrade;
mod writer;

pub use client_message::{ClientEnvelope, ClientMessage, Complaint, Source, Track, Way};
pub use codecs::{CodecName, Codecs};
pub use schema::schema;
pub use server_message::{
    ConnectionState, EndReason, ErrorCode, Kind, Layer, LimitedBy, Own, Participant, Publication, Published,
    Refused, ServerEnvelope, ServerMessage, Subscription,
};

/// Version of the dialect. Rises when a client written for an older one would misunderstand; new messages
/// and new fields of server messages do not raise it.
pub const PROTOCOL_VERSION: u32 = 1;
