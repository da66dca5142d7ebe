//! One peer's line
#![forbid(unsafe_code)]

pub mod demux;
pub mod srtp;
#[cfg(test)]
mod testing;
