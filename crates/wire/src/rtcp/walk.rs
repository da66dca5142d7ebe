//! From a datagram to its packets.

use super::{
    Bye, Fir, MAX_PACKETS, Nack, Pli, ReceiverReport, Remb, RtcpError, RtcpPacket, Sdes, SenderReport, Xr,
    ccfb, format, kind, twcc,
};
use crate::bytes::u16_at;

const HEADER_LEN: usize = 4;

/// The packets of one decrypted datagram.
///
/// A packet whose *contents* are wrong is an error among packets; wrong *framing* is the last
/// item, since nothing behind it can be found. No bytes at all are no packets.
pub const fn packets(datagram: &[u8]) -> Packets<'_> {
    Packets { rest: datagram, taken: 0 }
}

/// Iterator over the packets of one datagram; see [`packets`].
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    rest: &'a [u8],
    taken: usize,
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<RtcpPacket<'a>, RtcpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        if self.taken == MAX_PACKETS {
            self.rest = &[];
            return Some(Err(RtcpError::TooManyPackets));
        }
        self.taken += 1;
        match Frame::split(self.rest) {
            Ok((frame, rest)) => {
                self.rest = rest;
                Some(frame.read().ok_or_else(|| frame.malformed()))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

/// One packet whose framing is sound.
struct Frame<'a> {
    kind: u8,
    /// Count, or format of a feedback message.
    format: u8,
    /// Behind the header, without padding.
    body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The packet at the front of `bytes`, and what follows it.
    fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), RtcpError> {
        let (header, _) = bytes.split_first_chunk::<HEADER_LEN>().ok_or(RtcpError::TooShort(bytes.len()))?;
        let version = header[0] >> 6;
        if version != 2 {
            return Err(RtcpError::Version(version));
        }
        let words = u16_at(header, 2).map_or(0, usize::from);
        let said = HEADER_LEN * (words + 1);
        let (packet, rest) =
            bytes.split_at_checked(said).ok_or(RtcpError::Length { said, len: bytes.len() })?;
        let body = packet.get(HEADER_LEN..).unwrap_or_default();
        let is_padded = header[0] & 0x20 != 0;
        if is_padded && !rest.is_empty() {
            return Err(RtcpError::PaddingNotLast);
        }
        let body = if is_padded { without_padding(body)? } else { body };
        Ok((Self { kind: header[1], format: header[0] & 0x1f, body }, rest))
    }

    /// The packet as a value; `None` when its contents contradict themselves.
    fn read(&self) -> Option<RtcpPacket<'a>> {
        let body = self.body;
        Some(match (self.kind, self.format) {
            (kind::SENDER_REPORT, count) => RtcpPacket::SenderReport(SenderReport::parse(count, body)?),
            (kind::RECEIVER_REPORT, count) => RtcpPacket::ReceiverReport(ReceiverReport::parse(count, body)?),
            (kind::SOURCE_DESCRIPTION, count) => RtcpPacket::Sdes(Sdes::new(count, body)),
            (kind::GOODBYE, count) => RtcpPacket::Bye(Bye::parse(count, body)?),
            (kind::TRANSPORT_FEEDBACK, format::NACK) => RtcpPacket::Nack(Nack::parse(body)?),
            (kind::TRANSPORT_FEEDBACK, format::TRANSPORT_WIDE) => {
                RtcpPacket::TransportFeedback(twcc::Feedback::parse(body)?)
            }
            (kind::TRANSPORT_FEEDBACK, format::CONGESTION) => {
                RtcpPacket::CongestionFeedback(ccfb::Feedback::parse(body)?)
            }
            (kind::PAYLOAD_FEEDBACK, format::PLI) => RtcpPacket::Pli(Pli::parse(body)?),
            (kind::PAYLOAD_FEEDBACK, format::FIR) => RtcpPacket::Fir(Fir::parse(body)?),
            (kind::PAYLOAD_FEEDBACK, format::APPLICATION) if Remb::is_named(body) => {
                RtcpPacket::Remb(Remb::parse(body)?)
            }
            (kind::EXTENDED_REPORT, _) => RtcpPacket::Xr(Xr::parse(body)?),
            (kind, format) => RtcpPacket::Unknown { kind, format },
        })
    }

    const fn malformed(&self) -> RtcpError {
        RtcpError::Malformed { kind: self.kind, format: self.format, len: self.body.len() }
    }
}

fn without_padding(body: &[u8]) -> Result<&[u8], RtcpError> {
    let count = body.last().copied().unwrap_or(0);
    let kept = body.len().checked_sub(usize::from(count)).filter(|_| count > 0);
    kept.and_then(|kept| body.get(..kept)).ok_or(RtcpError::Padding { count, room: body.len() })
}
