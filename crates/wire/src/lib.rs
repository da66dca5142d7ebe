//! Bytes to values and back: RTP, RTCP, STUN and payload descriptors.
//!
//! It decides what a packet *says* and whether it contradicts itself; nothing else. It does not
//! know which SSRC belongs to whom, which packet is wanted, what time it is or where bytes came
//! from; it neither encrypts nor tells protocols of one port apart. Readers borrow the datagram
//! and copy nothing; writers fill a slice of the caller's and answer [`NoRoom`] when it is too
//! short. Any bytes may be given to any reader: what is wrong with them comes back as a value.
//!
//! ```
//! use switchyard_wire::rtp::RtpPacket;
//!
//! let datagram = [0x80, 0x6f, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1, 0xaa];
//! let packet = RtpPacket::parse(&datagram)?;
//! assert_eq!(packet.payload_type().0, 111);
//! assert_eq!(packet.seq().0, 7);
//! assert_eq!(packet.payload(), &[0xaa]);
//! # Ok::<(), switchyard_wire::rtp::RtpError>(())
//! ```
#![forbid(unsafe_code)]

mod bits;
mod bytes;
pub mod payload;
pub mod rtcp;
pub mod rtp;
pub mod stun;

pub use bytes::NoRoom;
