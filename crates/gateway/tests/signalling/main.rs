//! The gateway on real sockets, in front of a control that the test plays itself.

mod admin;
mod admin_document;
mod admin_support;
mod conversation;
mod doors;
mod endings;
mod http;
mod pages;
mod passes;
mod proxies;
mod resuming;
mod rooms;
mod schema;
mod support;
mod whip;
mod whip_afterwards;
