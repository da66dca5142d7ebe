//! Finding out whether more fits, without waiting for it to be needed.
//!
//! [`schedule`] decides when to probe and how fast, the pacer sends a [`cluster`] of packets at that
//! rate, and [`measure`] reads from feedback what got through.

pub mod cluster;
pub mod measure;
pub mod schedule;
