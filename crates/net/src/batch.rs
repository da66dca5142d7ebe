//! Datagrams by the batch: many per system call, and many per message.
//!
//! ```text
//! kernel ─recvmmsg, GRO─▶ RecvBatch ─datagrams()─▶ worker ─reserve, commit─▶ Outbox ─sendmmsg, GSO─▶ kernel
//! ```

pub mod outbox;
pub mod receive;
