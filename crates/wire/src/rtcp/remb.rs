//! A receiver's estimate of what fits (draft-alvestrand-rmcat-remb-03 §2.2).

use switchyard_vocab::rtp::Ssrc;
use switchyard_vocab::units::Bitrate;

use super::Ssrcs;
use super::feedback::HEAD_LEN;
use crate::bytes::{array_at, u24_at, u32_at};

pub(super) const NAME: [u8; 4] = *b"REMB";

/// How many bits of the rate are kept.
const MANTISSA_BITS: u32 = 18;

/// The most that all these streams together should send.
#[derive(Clone, Copy, Debug)]
pub struct Remb<'a> {
    /// Who estimated.
    pub sender: Ssrc,
    /// The estimate, rounded down to 18 significant bits. Larger ones than fit 64 bits are cut.
    pub bitrate: Bitrate,
    ssrcs: &'a [u8],
}

impl<'a> Remb<'a> {
    pub(super) fn is_named(body: &[u8]) -> bool {
        array_at(body, HEAD_LEN) == Some(NAME)
    }

    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let list = body.get(HEAD_LEN + NAME.len()..)?;
        let count = usize::from(*list.first()?);
        let packed = u24_at(list, 1)?;
        let ssrcs = list.get(4..4 + 4 * count)?;
        Some(Self { sender: Ssrc(u32_at(body, 0)?), bitrate: unpack(packed), ssrcs })
    }

    /// The streams it is about; retransmissions may be among them.
    pub const fn ssrcs(&self) -> Ssrcs<'a> {
        Ssrcs(self.ssrcs)
    }
}

fn unpack(packed: u32) -> Bitrate {
    let exponent = packed >> MANTISSA_BITS;
    let mantissa = u128::from(packed & ((1 << MANTISSA_BITS) - 1));
    Bitrate::bps(u64::try_from(mantissa << exponent).unwrap_or(u64::MAX))
}

/// Six bits of exponent, eighteen of mantissa; never more than `bitrate`.
pub(super) const fn pack(bitrate: Bitrate) -> u32 {
    let significant = u64::BITS - bitrate.as_bps().leading_zeros();
    let exponent = significant.saturating_sub(MANTISSA_BITS);
    (exponent << MANTISSA_BITS) | (bitrate.as_bps() >> exponent) as u32
}
