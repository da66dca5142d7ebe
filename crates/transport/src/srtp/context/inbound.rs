//! Opening what a peer sends.

use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use switchyard_vocab::negotiated::MAX_STREAMS;
use switchyard_vocab::rtp::{ExtSeqNo, SeqNo, Ssrc};
use switchyard_wire::rtp::header_len;

use super::outbound::{packet_index, ssrc_at};
use crate::srtp::cipher::{ENCRYPTED, PacketCipher, RTCP_CLEAR};
use crate::srtp::error::DecryptError;
use crate::srtp::keys::MasterKey;
use crate::srtp::profile::SrtpProfile;
use crate::srtp::replay::{RTCP_WINDOW, RTP_WINDOW, ReplayWindow};

/// SSRCs under which a peer may report about what it gets. Firefox uses one for each m-line, and a
/// description has at most 200 of them; others use one for all.
const MAX_LISTENING: usize = 256;

/// Senders of RTCP of one peer whose replay windows are kept: every stream of its own, and every SSRC
/// under which it reports about ours. Each takes some 40 bytes.
pub const MAX_RTCP_SENDERS: usize = MAX_STREAMS + MAX_LISTENING;

/// Silence after which a stream may give its place to a new one, when all are taken: [`MAX_STREAMS`] of
/// RTP, [`MAX_RTCP_SENDERS`] of RTCP. Nobody who obeys what was negotiated needs more at once.
///
/// Rollover counters live as long as the keys, for a track may come back under its old SSRC;
/// but a peer that published and unpublished all day must not run out of places. What is lost
/// with the place is the counter and the replay window of a stream nobody has heard for so long.
pub const SSRC_IDLE: Duration = Duration::from_secs(60);

/// Shortest RTP header (RFC 3550 §5.1).
const RTP_HEADER: usize = 12;

/// The receiving direction of one peer.
///
/// Nothing is remembered of a packet before its tag matched: no stream is created, no window
/// moves, no rollover counter turns.
pub struct Inbound {
    profile: SrtpProfile,
    rtp: PacketCipher,
    rtcp: PacketCipher,
    rtp_streams: Streams<{ RTP_WINDOW / 64 }, MAX_STREAMS>,
    rtcp_streams: Streams<{ RTCP_WINDOW / 64 }, MAX_RTCP_SENDERS>,
}

impl Inbound {
    /// Derives the session keys.
    pub fn new(master: &MasterKey) -> Self {
        Self {
            profile: master.profile(),
            rtp: PacketCipher::new(&master.rtp_session()),
            rtcp: PacketCipher::new(&master.rtcp_session()),
            rtp_streams: Streams::default(),
            rtcp_streams: Streams::default(),
        }
    }

    /// Opens one SRTP packet in place and tells the length of the plain packet.
    ///
    /// After an error the bytes behind the header are worthless.
    pub fn unprotect_rtp(&mut self, now: Instant, packet: &mut [u8]) -> Result<usize, DecryptError> {
        let (ssrc, index, len) = self.open_rtp(packet)?;
        self.rtp_streams.remember(now, ssrc, index)?;
        Ok(len)
    }

    /// Opens one SRTCP packet in place and tells the length of the plain compound packet.
    ///
    /// After an error the bytes behind the first header are worthless.
    pub fn unprotect_rtcp(&mut self, now: Instant, packet: &mut [u8]) -> Result<usize, DecryptError> {
        let (ssrc, index, len) = self.open_rtcp(packet)?;
        self.rtcp_streams.remember(now, ssrc, index)?;
        Ok(len)
    }

    /// Whether an SRTP packet is authentic and the newest of its stream. Nothing is remembered of it, and
    /// the bytes behind the header are worthless afterwards.
    pub fn is_newest_rtp(&self, packet: &mut [u8]) -> bool {
        self.open_rtp(packet).is_ok_and(|(ssrc, index, _)| self.rtp_streams.is_newest(ssrc, index))
    }

    /// The same of an SRTCP packet.
    pub fn is_newest_rtcp(&self, packet: &mut [u8]) -> bool {
        self.open_rtcp(packet).is_ok_and(|(ssrc, index, _)| self.rtcp_streams.is_newest(ssrc, index))
    }

    fn open_rtp(&self, packet: &mut [u8]) -> Result<(Ssrc, ExtSeqNo, usize), DecryptError> {
        check_len(packet, RTP_HEADER + self.profile.rtp_overhead())?;
        let header_len = header_len(packet).map_err(|_| DecryptError::MalformedHeader)?;
        check_len(packet, header_len + self.profile.rtp_overhead())?;
        let ssrc = ssrc_at(packet, 8).ok_or(DecryptError::MalformedHeader)?;
        let seq = SeqNo(u16::from_be_bytes([packet[2], packet[3]]));

        let index = self.rtp_streams.guess(ssrc, seq);
        let index48 = packet_index(index).ok_or(DecryptError::Replayed(index))?;
        self.rtp_streams.admit(ssrc, index)?;
        let len = self
            .rtp
            .open_rtp(ssrc, index48, packet, header_len)
            .map_err(|_| DecryptError::Unauthentic(ssrc))?;
        Ok((ssrc, index, len))
    }

    fn open_rtcp(&self, packet: &mut [u8]) -> Result<(Ssrc, ExtSeqNo, usize), DecryptError> {
        check_len(packet, RTCP_CLEAR + self.profile.rtcp_overhead())?;
        let ssrc = ssrc_at(packet, 4).ok_or(DecryptError::MalformedHeader)?;
        let word = self.rtcp.rtcp_index_word(packet);

        let index = ExtSeqNo(u64::from(word & !ENCRYPTED));
        self.rtcp_streams.admit(ssrc, index)?;
        let len = self.rtcp.open_rtcp(ssrc, word, packet).map_err(|_| DecryptError::Unauthentic(ssrc))?;
        Ok((ssrc, index, len))
    }

    /// Streams heard so far whose counters are kept, RTP and RTCP apart.
    pub fn streams(&self) -> (usize, usize) {
        (self.rtp_streams.by_ssrc.len(), self.rtcp_streams.by_ssrc.len())
    }
}

fn check_len(packet: &[u8], min: usize) -> Result<(), DecryptError> {
    if packet.len() < min {
        return Err(DecryptError::TooShort { len: packet.len(), min });
    }
    Ok(())
}

/// What is remembered of each stream, of `MAX` at most.
struct Streams<const WORDS: usize, const MAX: usize> {
    by_ssrc: FxHashMap<Ssrc, Stream<WORDS>>,
}

struct Stream<const WORDS: usize> {
    window: ReplayWindow<WORDS>,
    last_heard: Instant,
}

impl<const WORDS: usize, const MAX: usize> Default for Streams<WORDS, MAX> {
    fn default() -> Self {
        Self { by_ssrc: FxHashMap::default() }
    }
}

impl<const WORDS: usize, const MAX: usize> Streams<WORDS, MAX> {
    /// The full number of `seq` (RFC 3711 appendix A): the turn that puts it nearest to the
    /// highest number so far. A stream's first packet is in turn zero.
    fn guess(&self, ssrc: Ssrc, seq: SeqNo) -> ExtSeqNo {
        let Some(stream) = self.by_ssrc.get(&ssrc) else {
            return ExtSeqNo::starting_at(seq);
        };
        let highest = stream.window.highest();
        let (turn, low) = (highest >> 16, (highest & 0xFFFF) as u16);
        let turn = if low < 0x8000 && seq.0.saturating_sub(low) > 0x8000 {
            turn - 1
        } else if low >= 0x8000 && low - 0x8000 > seq.0 {
            turn + 1
        } else {
            turn
        };
        ExtSeqNo(turn << 16 | u64::from(seq.0))
    }

    fn admit(&self, ssrc: Ssrc, index: ExtSeqNo) -> Result<(), DecryptError> {
        match self.by_ssrc.get(&ssrc) {
            Some(stream) if !stream.window.admits(index.0) => Err(DecryptError::Replayed(index)),
            _ => Ok(()),
        }
    }

    fn is_newest(&self, ssrc: Ssrc, index: ExtSeqNo) -> bool {
        self.by_ssrc.get(&ssrc).is_none_or(|stream| index.0 > stream.window.highest())
    }

    /// Called with authentic packets only.
    fn remember(&mut self, now: Instant, ssrc: Ssrc, index: ExtSeqNo) -> Result<(), DecryptError> {
        if let Some(stream) = self.by_ssrc.get_mut(&ssrc) {
            stream.window.insert(index.0);
            stream.last_heard = now;
            return Ok(());
        }
        if self.by_ssrc.len() >= MAX && !self.make_room(now) {
            return Err(DecryptError::TooManySsrcs(ssrc));
        }
        let window = ReplayWindow::starting_at(index.0);
        self.by_ssrc.insert(ssrc, Stream { window, last_heard: now });
        Ok(())
    }

    fn make_room(&mut self, now: Instant) -> bool {
        let longest_silent = self
            .by_ssrc
            .iter()
            .min_by_key(|(ssrc, stream)| (stream.last_heard, ssrc.0))
            .map(|(ssrc, stream)| (*ssrc, stream.last_heard));
        match longest_silent {
            Some((ssrc, heard)) if now.saturating_duration_since(heard) >= SSRC_IDLE => {
                self.by_ssrc.remove(&ssrc);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
