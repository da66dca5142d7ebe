//! A deterministic world in which one seed decides a run
