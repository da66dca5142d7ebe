//! The gateway on real sockets, in front of a control that the test plays itself.

mod conversation;
mod doors;
mod endings;
mod http;
mod pages;
mod passes;
mod rooms;
mod support;
mod whip;
mod whip_afterwards;
