//! Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
//!
//! A sender numbers every packet of its transport with one 16-bit counter, across all SSRCs; the
//! receiver reports when each number arrived. [`arrivals`] is the receiving half; [`numbering`] the
//! counter of the sending half.

pub mod arrivals;
pub mod numbering;
