//! The admin API: what the server's operator sees and does, by HTTP on a listener of its own.
//!
//! Everything there is stands in one list of operations: routes, the OpenAPI document
//! and the labels of metrics are made of it, so none of them can know of something that the others don't.
//! `docs/protocol/admin.md` describes it for operators.

mod answers;
mod audit;
mod auth;
mod bans;
mod call;
mod codecs;
pub mod config;
mod host;
mod input;
mod openapi;
mod operation;
mod page;
mod participants;
mod permissions;
mod problem;
mod revocations;
mod rooms;
mod routes;
mod server;
mod times;
mod tokens;

pub(crate) use routes::routes;
