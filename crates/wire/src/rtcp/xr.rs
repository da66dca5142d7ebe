//! Extended reports: the round trip as somebody measures it who only receives (RFC 3611 §4.4, §4.5).

use std::time::Duration;

use switchyard_vocab::rtp::Ssrc;
use switchyard_vocab::wall_clock::NtpTime;

use super::ntp;
use crate::bytes::{Cursor, NoRoom, u16_at, u32_at, u64_at};

pub(super) const REFERENCE_TIME: u8 = 4;
pub(super) const DLRR: u8 = 5;
const BLOCK_HEAD: usize = 4;
const ITEM_LEN: usize = 12;

/// Extended reports of one sender.
#[derive(Clone, Copy, Debug)]
pub struct Xr<'a> {
    /// Who reports.
    pub sender: Ssrc,
    blocks: &'a [u8],
}

impl<'a> Xr<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        Some(Self { sender: Ssrc(u32_at(body, 0)?), blocks: body.get(4..)? })
    }

    /// The blocks that are understood; ends early where one reaches behind the end.
    pub const fn blocks(&self) -> XrBlocks<'a> {
        XrBlocks(self.blocks)
    }
}

/// A block that is understood.
#[derive(Clone, Debug)]
pub enum XrBlock<'a> {
    /// The receiver's clock, to be answered with how long ago it was heard (RFC 3611 §4.4).
    ReferenceTime(NtpTime),
    /// Such answers (RFC 3611 §4.5).
    Dlrr(DlrrItems<'a>),
}

/// Iterator over the blocks that are understood.
#[derive(Clone, Debug)]
pub struct XrBlocks<'a>(&'a [u8]);

impl<'a> Iterator for XrBlocks<'a> {
    type Item = XrBlock<'a>;

    fn next(&mut self) -> Option<XrBlock<'a>> {
        loop {
            let kind = *self.0.first()?;
            let len = 4 * usize::from(u16_at(self.0, 2)?);
            let (block, rest) = self.0.split_at_checked(BLOCK_HEAD + len)?;
            self.0 = rest;
            let body = block.get(BLOCK_HEAD..)?;
            match kind {
                REFERENCE_TIME => return Some(XrBlock::ReferenceTime(NtpTime(u64_at(body, 0)?))),
                DLRR => return Some(XrBlock::Dlrr(DlrrItems(body))),
                _ => {}
            }
        }
    }
}

/// How long ago the clock of one receiver was heard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DlrrItem {
    /// The receiver.
    pub ssrc: Ssrc,
    /// The middle 32 bits of its clock, as heard.
    pub ntp_middle: u32,
    /// Time from hearing it to answering, exact to 1/65536 s.
    pub delay: Duration,
}

impl DlrrItem {
    /// Time on the network there and back, when `now` is the clock that the receiver sent.
    /// `None` for nonsense: negative, or more than ten seconds, or never heard.
    pub fn round_trip(&self, now: NtpTime) -> Option<Duration> {
        (self.ntp_middle != 0).then(|| ntp::round_trip(now, self.ntp_middle, self.delay))?
    }

    pub(super) fn write(&self, out: &mut Cursor<'_>) -> Result<(), NoRoom> {
        out.put(&self.ssrc.0.to_be_bytes())?;
        out.put(&self.ntp_middle.to_be_bytes())?;
        out.put(&ntp::units(self.delay).to_be_bytes())
    }
}

/// Iterator over answers to receivers' clocks.
#[derive(Clone, Debug)]
pub struct DlrrItems<'a>(&'a [u8]);

impl Iterator for DlrrItems<'_> {
    type Item = DlrrItem;

    fn next(&mut self) -> Option<DlrrItem> {
        let (item, rest) = self.0.split_first_chunk::<ITEM_LEN>()?;
        self.0 = rest;
        Some(DlrrItem {
            ssrc: Ssrc(u32_at(item, 0)?),
            ntp_middle: u32_at(item, 4)?,
            delay: ntp::duration(u32_at(item, 8)?),
        })
    }
}
