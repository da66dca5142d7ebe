//! Calls by name, for `switchyard-sim` and for tests.

pub mod random;
