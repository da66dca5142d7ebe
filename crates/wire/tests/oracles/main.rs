//! What this crate writes, another implementation must read as meant, and the other way round.
//! The oracles share no code with it.

mod av1;
mod h264;
mod h265;
mod rtcp;
mod rtp;
mod stun;
mod vp8;
mod vp9;
