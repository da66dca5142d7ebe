//! Tools of the benchmarks: interleaved rounds, and an allocator that counts.
//!
//! `cargo run --release -p switchyard-benches --bin packet` prints what each stage of the packet path
//! costs. How to read it stands in `docs/performance.md`.

pub mod counting;
pub mod rounds;
