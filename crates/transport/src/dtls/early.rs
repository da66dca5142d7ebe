//! Handshake records that beat the peer's description.

use std::collections::VecDeque;

use switchyard_vocab::drop_reason::DropReason;

/// Datagrams kept: a ClientHello in two halves, once repeated. libwebrtc keeps as many.
pub const MAX_EARLY: usize = 4;

/// What came before fingerprints and role were known. It spares the peer a retransmission.
#[derive(Debug, Default)]
pub struct EarlyRecords(VecDeque<Box<[u8]>>);

impl EarlyRecords {
    /// Keeps a copy; refuses when it holds [`MAX_EARLY`], because the first ones are the hello.
    pub fn push(&mut self, datagram: &[u8]) -> Result<(), DropReason> {
        if self.0.len() >= MAX_EARLY {
            return Err(DropReason::DtlsOverload);
        }
        self.0.push_back(datagram.into());
        Ok(())
    }

    /// Takes the oldest.
    pub fn pop(&mut self) -> Option<Box<[u8]>> {
        self.0.pop_front()
    }
}
