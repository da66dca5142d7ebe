//! One peer's line
#![forbid(unsafe_code)]

pub mod demux;
pub mod dtls;
pub mod ice_lite;
pub mod srtp;
#[cfg(test)]
mod testing;
