//! Media over an open line: packets in, packets out, in place.

use std::time::Instant;

use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::rtp::ExtSeqNo;

use super::event::LineEvent;
use super::state::{Line, Media, Stage};
use crate::demux::Protocol;
use crate::srtp::SrtpProfile;

impl Line {
    /// Opens one RTP packet in place and tells the length of the plain one.
    ///
    /// An authentic packet is a sign of life, but does not renew consent.
    pub fn decrypt_rtp(
        &mut self,
        now: Instant,
        tuple: Tuple,
        packet: &mut [u8],
    ) -> Result<usize, DropReason> {
        let place = self.ice.tuples().place(tuple).ok_or(DropReason::UnknownAddress)?;
        let len = self.media()?.inbound.unprotect_rtp(now, packet)?;
        self.on_media(now, place);
        Ok(len)
    }

    /// Opens one RTCP packet in place and tells the length of the plain compound packet.
    pub fn decrypt_rtcp(
        &mut self,
        now: Instant,
        tuple: Tuple,
        packet: &mut [u8],
    ) -> Result<usize, DropReason> {
        let place = self.ice.tuples().place(tuple).ok_or(DropReason::UnknownAddress)?;
        let len = self.media()?.inbound.unprotect_rtcp(now, packet)?;
        self.on_media(now, place);
        Ok(len)
    }

    /// Whether an unknown path could be the peer's behind a NAT that gave it another port: it is of a host of
    /// the peer's, and the peer is heard nowhere else any more.
    pub fn may_be_rebound(&self, now: Instant, tuple: Tuple) -> bool {
        matches!(self.stage, Stage::Open(_)) && self.ice.tuples().may_be_rebound(now, tuple)
    }

    /// Whether a packet from an unknown address shows that a NAT gave the peer another port. If so, the
    /// path is known from now on, and media goes there.
    ///
    /// It [may be](Self::may_be_rebound) so, and the packet is authentic and newer than all that came of its
    /// stream; what was recorded and is sent again from elsewhere shows nothing. The packet is opened in
    /// place for that and is worthless afterwards: give it a copy.
    pub fn follow(&mut self, now: Instant, tuple: Tuple, protocol: Protocol, copy: &mut [u8]) -> bool {
        let Stage::Open(media) = &self.stage else { return false };
        let is_shown = self.may_be_rebound(now, tuple)
            && match protocol {
                Protocol::Rtp => media.inbound.is_newest_rtp(copy),
                Protocol::Rtcp => media.inbound.is_newest_rtcp(copy),
                Protocol::Stun | Protocol::Dtls | Protocol::Unknown => false,
            };
        if is_shown {
            let followed = self.ice.follow(now, tuple);
            self.note(followed);
        }
        is_shown
    }

    /// Protects the plain RTP packet `buf[..len]` in place and tells its new length.
    ///
    /// See [`Outbound::protect_rtp`](crate::srtp::Outbound::protect_rtp) for `index` and room.
    pub fn encrypt_rtp(&mut self, index: ExtSeqNo, buf: &mut [u8], len: usize) -> Result<usize, DropReason> {
        Ok(self.media()?.outbound.protect_rtp(index, buf, len)?)
    }

    /// Protects the plain compound RTCP packet `buf[..len]` in place and tells its new length.
    pub fn encrypt_rtcp(&mut self, buf: &mut [u8], len: usize) -> Result<usize, DropReason> {
        Ok(self.media()?.outbound.protect_rtcp(buf, len)?)
    }

    /// The profile, once the line is open.
    pub const fn profile(&self) -> Option<SrtpProfile> {
        match &self.stage {
            Stage::Open(media) => Some(media.outbound.profile()),
            _ => None,
        }
    }

    const fn media(&mut self) -> Result<&mut Media, DropReason> {
        match &mut self.stage {
            Stage::Open(media) => Ok(media),
            Stage::Closed => Err(DropReason::PeerGone),
            _ => Err(DropReason::NoKeys),
        }
    }

    fn on_media(&mut self, now: Instant, place: usize) {
        if let Some(path) = self.ice.on_media(now, place) {
            self.events.push_back(LineEvent::PathChanged(path));
        }
        self.on_heard();
    }
}
