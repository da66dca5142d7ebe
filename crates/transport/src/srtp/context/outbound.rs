//! Protecting what we send.

use switchyard_vocab::rtp::{ExtSeqNo, Ssrc};
use switchyard_wire::rtp::header_len;

use crate::srtp::cipher::{PacketCipher, RTCP_CLEAR};
use crate::srtp::error::ProtectError;
use crate::srtp::keys::MasterKey;
use crate::srtp::nonce_guard::NonceGuard;
use crate::srtp::profile::SrtpProfile;

/// One past the highest SRTCP index (RFC 3711 §3.4): 31 bits.
const RTCP_INDEX_END: u32 = 1 << 31;
/// Rollover counters are 32 bits, counted from one turn above zero.
const LAST_TURN: u64 = 1 << 32;

/// The sending direction of one peer.
///
/// It keeps no state per stream: the caller numbers its packets and says the full number, so
/// that a retransmission, given the same bytes and index, comes out identical. Giving one
/// index to two different packets breaks the cipher; a development build panics on it.
pub struct Outbound {
    profile: SrtpProfile,
    rtp: PacketCipher,
    rtcp: PacketCipher,
    /// One count for all SSRCs: each of them sees it grow, which is all RFC 3711 §3.4 asks.
    next_rtcp_index: u32,
    guard: NonceGuard,
}

impl Outbound {
    /// Derives the session keys.
    pub fn new(master: &MasterKey) -> Self {
        Self {
            profile: master.profile(),
            rtp: PacketCipher::new(&master.rtp_session()),
            rtcp: PacketCipher::new(&master.rtcp_session()),
            // One, not zero: the first index that browsers send, so the one that receivers were tried with.
            next_rtcp_index: 1,
            guard: NonceGuard::default(),
        }
    }

    /// The profile in use.
    pub const fn profile(&self) -> SrtpProfile {
        self.profile
    }

    /// Protects the plain RTP packet `buf[..len]` in place and tells its new length.
    ///
    /// `buf` must have [`SrtpProfile::rtp_overhead`] bytes of room behind `len`. `index` is the
    /// sequence number that is already in the header, extended: its rollover counter is
    /// `(index >> 16) - 1`, so streams numbered from [`ExtSeqNo::starting_at`] begin at zero.
    pub fn protect_rtp(
        &mut self,
        index: ExtSeqNo,
        buf: &mut [u8],
        len: usize,
    ) -> Result<usize, ProtectError> {
        let protected = room(buf, len, self.profile.rtp_overhead())?;
        let header_len = header_len(&buf[..len]).map_err(|_| ProtectError::MalformedHeader)?;
        let ssrc = ssrc_at(buf, 8).ok_or(ProtectError::MalformedHeader)?;
        let index48 = packet_index(index).ok_or(ProtectError::IndexExhausted)?;
        debug_assert_eq!(buf[2..4], index.on_wire().0.to_be_bytes(), "the header carries the index");
        self.guard.check(ssrc, index, &buf[..len]);
        self.rtp.seal_rtp(ssrc, index48, &mut buf[..protected], header_len);
        Ok(protected)
    }

    /// Protects the compound RTCP packet `buf[..len]` in place and tells its new length.
    ///
    /// `buf` must have [`SrtpProfile::rtcp_overhead`] bytes of room behind `len`.
    pub fn protect_rtcp(&mut self, buf: &mut [u8], len: usize) -> Result<usize, ProtectError> {
        let protected = room(buf, len, self.profile.rtcp_overhead())?;
        if len < RTCP_CLEAR {
            return Err(ProtectError::MalformedHeader);
        }
        let ssrc = ssrc_at(buf, 4).ok_or(ProtectError::MalformedHeader)?;
        if self.next_rtcp_index >= RTCP_INDEX_END {
            return Err(ProtectError::IndexExhausted);
        }
        self.rtcp.seal_rtcp(ssrc, self.next_rtcp_index, &mut buf[..protected]);
        self.next_rtcp_index += 1;
        Ok(protected)
    }
}

fn room(buf: &[u8], len: usize, overhead: usize) -> Result<usize, ProtectError> {
    let needed = len.saturating_add(overhead);
    if needed > buf.len() {
        return Err(ProtectError::NoRoom { len, needed, room: buf.len() });
    }
    Ok(needed)
}

/// The SSRC field at `offset`: 8 in RTP, 4 in RTCP.
pub(super) fn ssrc_at(packet: &[u8], offset: usize) -> Option<Ssrc> {
    let bytes = packet.get(offset..offset + 4)?;
    Some(Ssrc(u32::from_be_bytes(bytes.try_into().ok()?)))
}

/// The 48 bits that the cipher knows, `None` outside them.
pub(super) fn packet_index(index: ExtSeqNo) -> Option<u64> {
    let turn = index.0 >> 16;
    (1..=LAST_TURN).contains(&turn).then(|| index.0 - 0x1_0000)
}

#[cfg(test)]
mod tests;
