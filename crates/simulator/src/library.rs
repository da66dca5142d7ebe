//! Calls by name, for `switchyard-sim` and for tests.

pub mod first_call;
pub mod random;
