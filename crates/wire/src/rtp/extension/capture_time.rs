//! When a frame was captured.

use switchyard_vocab::wall_clock::NtpTime;

use crate::bytes::u64_at;

/// When a frame was captured, by the clock of whoever captured it (`abs-capture-time`).
///
/// Passed on as it came: receivers fill in what is missing between two packets themselves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AbsCaptureTime {
    /// The moment of capture.
    pub captured: NtpTime,
    /// How far the capturing clock is ahead of the sender's, in units of 2^-32 s, when that is known;
    /// 0 from the system that captures.
    pub clock_offset: Option<i64>,
}

impl AbsCaptureTime {
    /// Length of the longer form.
    pub const MAX_LEN: usize = 16;

    /// Reads either form: 8 bytes, or 16 with the offset.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let clock_offset = match data.len() {
            8 => None,
            Self::MAX_LEN => Some(u64_at(data, 8)?.cast_signed()),
            _ => return None,
        };
        Some(Self { captured: NtpTime(u64_at(data, 0)?), clock_offset })
    }

    /// As it travels, at the front of `out`.
    pub fn write(self, out: &mut [u8; Self::MAX_LEN]) -> &[u8] {
        let all =
            (u128::from(self.captured.0) << 64) | u128::from(self.clock_offset.unwrap_or(0).cast_unsigned());
        *out = all.to_be_bytes();
        out.get(..if self.clock_offset.is_some() { Self::MAX_LEN } else { 8 }).unwrap_or_default()
    }
}
