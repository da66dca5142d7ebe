//! The contexts of one peer: what came from it, and what goes to it.

mod inbound;
mod outbound;

pub use inbound::{Inbound, MAX_RTCP_SENDERS, SSRC_IDLE};
pub use outbound::Outbound;
