//! The house tests need no library code.
