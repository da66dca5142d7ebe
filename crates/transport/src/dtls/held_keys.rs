//! Keys on their way from the handshake to media.

use switchyard_vocab::counters::LineEnd;

use crate::srtp::SrtpKeys;

/// Keeps exported keys until the handshake is done and the peer's certificate is the announced one, in
/// whatever order and with however much time between them the library tells of the three.
#[derive(Default)]
pub(super) struct HeldKeys {
    keys: Option<SrtpKeys>,
    is_verified: bool,
    is_done: bool,
    is_settled: bool,
}

impl HeldKeys {
    /// The library exported them; `None` when they are for no profile of ours.
    pub(super) fn hold(&mut self, keys: Option<SrtpKeys>) {
        self.keys = keys;
    }

    /// The peer showed the certificate that was announced.
    pub(super) const fn on_verified(&mut self) {
        self.is_verified = true;
    }

    /// The handshake is done.
    pub(super) const fn on_done(&mut self) {
        self.is_done = true;
    }

    /// Whether the peer showed the certificate that was announced.
    pub(super) const fn is_verified(&self) -> bool {
        self.is_verified
    }

    /// Called when the library has told all it has to tell: gives the keys out, once, if they may be
    /// used. A handshake that is done without the certificate or without keys is an error.
    pub(super) fn settle(&mut self) -> Result<Option<SrtpKeys>, LineEnd> {
        if !self.is_done || std::mem::replace(&mut self.is_settled, true) {
            return Ok(None);
        }
        if !self.is_verified {
            return Err(LineEnd::FingerprintMismatch);
        }
        self.keys.take().map(Some).ok_or(LineEnd::NoSrtpProfile)
    }
}

#[cfg(test)]
mod tests;
