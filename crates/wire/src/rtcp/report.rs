//! Sender and receiver reports (RFC 3550 §6.4).

use std::time::Duration;

use switchyard_vocab::rtp::{RtpTimestamp, Ssrc};
use switchyard_vocab::wall_clock::NtpTime;

use super::ntp;
use crate::bytes::{Cursor, NoRoom, u24_at, u24_bytes, u32_at, u64_at};

const BLOCK_LEN: usize = 24;

/// A sender's own numbers, and what it receives itself.
#[derive(Clone, Copy, Debug)]
pub struct SenderReport<'a> {
    /// What it has sent.
    pub info: SenderInfo,
    /// What it has received.
    pub blocks: ReportBlocks<'a>,
}

/// What a sender says of one of its streams.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SenderInfo {
    /// The stream.
    pub ssrc: Ssrc,
    /// The sender's wall clock at this moment.
    pub ntp: NtpTime,
    /// The stream's media clock at the same moment.
    pub rtp: RtpTimestamp,
    /// Packets sent so far; wraps.
    pub packets: u32,
    /// Payload bytes sent so far, without headers and padding; wraps.
    pub octets: u32,
}

impl SenderInfo {
    pub(super) fn write(&self, out: &mut Cursor<'_>) -> Result<(), NoRoom> {
        out.put(&self.ssrc.0.to_be_bytes())?;
        out.put(&self.ntp.0.to_be_bytes())?;
        out.put(&self.rtp.0.to_be_bytes())?;
        out.put(&self.packets.to_be_bytes())?;
        out.put(&self.octets.to_be_bytes())
    }
}

impl<'a> SenderReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let info = SenderInfo {
            ssrc: Ssrc(u32_at(body, 0)?),
            ntp: NtpTime(u64_at(body, 4)?),
            rtp: RtpTimestamp(u32_at(body, 12)?),
            packets: u32_at(body, 16)?,
            octets: u32_at(body, 20)?,
        };
        Some(Self { info, blocks: ReportBlocks::parse(count, body.get(24..)?)? })
    }
}

/// What somebody who sends nothing has received.
#[derive(Clone, Copy, Debug)]
pub struct ReceiverReport<'a> {
    /// Who reports.
    pub sender: Ssrc,
    /// What it has received.
    pub blocks: ReportBlocks<'a>,
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn parse(count: u8, body: &'a [u8]) -> Option<Self> {
        let sender = Ssrc(u32_at(body, 0)?);
        Some(Self { sender, blocks: ReportBlocks::parse(count, body.get(4..)?)? })
    }
}

/// Iterator over report blocks, at most 31.
#[derive(Clone, Copy, Debug)]
pub struct ReportBlocks<'a>(&'a [u8]);

impl<'a> ReportBlocks<'a> {
    /// Bytes behind the blocks are an extension of some profile, and left alone.
    fn parse(count: u8, bytes: &'a [u8]) -> Option<Self> {
        bytes.get(..BLOCK_LEN * usize::from(count)).map(Self)
    }
}

impl Iterator for ReportBlocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.0.split_first_chunk::<BLOCK_LEN>()?;
        self.0 = rest;
        ReportBlock::parse(block)
    }
}

/// How well one stream arrives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReportBlock {
    /// The stream reported on.
    pub ssrc: Ssrc,
    /// Share lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the beginning, −2^23…2^23−1; duplicates make it shrink.
    pub cumulative_lost: i32,
    /// Highest sequence number received; the upper 16 bits count wraps.
    pub highest_seq: u32,
    /// Variation of transit times, in ticks of the media clock.
    pub jitter: u32,
    /// The sender report heard last, if any was.
    pub last_report: Option<LastReport>,
}

/// Which report was heard last, and how long ago.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LastReport {
    /// The middle 32 bits of its NTP time; never 0.
    pub ntp_middle: u32,
    /// Time from hearing it to answering, exact to 1/65536 s.
    pub delay: Duration,
}

impl LastReport {
    fn parse(ntp_middle: u32, delay: u32) -> Option<Self> {
        (ntp_middle != 0).then(|| Self { ntp_middle, delay: ntp::duration(delay) })
    }
}

impl ReportBlock {
    /// Time on the network there and back, if this answers a report of ours and `now` is the clock
    /// it was made with. `None` for nonsense: negative, or more than ten seconds.
    pub fn round_trip(&self, now: NtpTime) -> Option<Duration> {
        let last = self.last_report?;
        ntp::round_trip(now, last.ntp_middle, last.delay)
    }

    fn parse(bytes: &[u8; BLOCK_LEN]) -> Option<Self> {
        let lost = u24_at(bytes, 5)?;
        Some(Self {
            ssrc: Ssrc(u32_at(bytes, 0)?),
            fraction_lost: bytes[4],
            // The sign is bit 23: shifted to the top and back it fills the upper byte.
            cumulative_lost: (lost << 8).cast_signed() >> 8,
            highest_seq: u32_at(bytes, 8)?,
            jitter: u32_at(bytes, 12)?,
            last_report: LastReport::parse(u32_at(bytes, 16)?, u32_at(bytes, 20)?),
        })
    }

    pub(super) fn write(&self, out: &mut Cursor<'_>) -> Result<(), NoRoom> {
        let lost = self.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff);
        out.put(&self.ssrc.0.to_be_bytes())?;
        out.put(&[self.fraction_lost])?;
        out.put(&u24_bytes(lost.cast_unsigned()))?;
        out.put(&self.highest_seq.to_be_bytes())?;
        out.put(&self.jitter.to_be_bytes())?;
        let (last_sr, delay) = self.last_report.map_or((0, 0), |l| (l.ntp_middle, ntp::units(l.delay)));
        out.put(&last_sr.to_be_bytes())?;
        out.put(&delay.to_be_bytes())
    }
}
