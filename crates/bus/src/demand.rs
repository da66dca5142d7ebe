//! Demand on its way to the worker on which a publication lives.
//!
//! The latest value wins: a writer that finds the lane full keeps the value, and replaces it when it
//! changes, until there is room.

pub use switchyard_vocab::demand::Demand;

/// Demands that may wait between two workers.
pub const CAPACITY: usize = 1_024;
