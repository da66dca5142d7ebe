//! WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): one HTTP request to publish, one to watch.
//!
//! `POST /v1/whip/{room}` publishes, `POST /v1/whep/{room}/{identity}` receives what somebody publishes. Each
//! makes a *resource*, a session whose signalling is over for the most part: its URL takes `PATCH` for
//! candidates and restarts, and `DELETE`. `docs/protocol/whip.md` describes both for client authors.
//!
//! ```text
//! POST ─→ open ─→ Resource (a task: the session's seat, its place, its ETag) ─→ control
//!                     ▲
//! PATCH, DELETE ─→ change ─→ Resources (by an id that nobody can guess)
//! ```

mod change;
mod config;
mod media_type;
mod open;
mod precondition;
mod problem;
mod resource;
mod resource_id;
mod resources;
mod routes;

pub use config::{IceServer, WhipConfig};
pub(crate) use routes::routes;
