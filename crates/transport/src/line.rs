//! The line: ICE, DTLS and SRTP of one peer as one state machine.
//!
//! ```text
//! New ──description──▶ Checking ──first check──▶ Handshaking ──keys──▶ Open
//!  └──first check (answered; records of an early handshake wait)──┘      │
//!  any state ──timeout, goodbye, refusal──▶ Closed ◀─────────────────────┘
//! ```
//!
//! Inputs are `handle_*`, outputs `poll_*`; nothing happens between them. After any input take
//! events and datagrams until there are none, then sleep until [`poll_timeout`](Line::poll_timeout).

mod event;
mod flights;
mod media;
mod state;

pub use event::LineEvent;
pub use state::{Line, LineConfig, LineState};
