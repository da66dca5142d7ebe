//! Writing of packets, one behind the other.

use std::time::Instant;

use switchyard_vocab::rtp::{SeqNo, Ssrc};
use switchyard_vocab::units::Bitrate;
use switchyard_vocab::wall_clock::NtpTime;

use super::{DlrrItem, FirEntry, Pli, ReportBlock, SenderInfo, ccfb, format, kind, remb, source, twcc, xr};
use crate::bytes::{Cursor, NoRoom};

/// Fills one datagram with RTCP packets.
///
/// A packet that finds no room leaves nothing behind: send what is there, then begin another
/// datagram. Nothing is padded, so any packet may follow any other.
#[derive(Debug)]
pub struct Writer<'o> {
    out: Cursor<'o>,
}

impl<'o> Writer<'o> {
    /// Starts at the front of `out`, whose length is the most the datagram may have.
    pub const fn new(out: &'o mut [u8]) -> Self {
        Self { out: Cursor::new(out) }
    }

    /// Bytes written so far.
    pub const fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing was written yet.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that still fit.
    pub const fn room(&self) -> usize {
        self.out.room()
    }

    /// What we have sent of one stream, and what we receive. At most 31 blocks.
    pub fn sender_report(&mut self, info: &SenderInfo, blocks: &[ReportBlock]) -> Result<(), NoRoom> {
        self.packet(kind::SENDER_REPORT, count(blocks)?, |out| {
            info.write(out)?;
            blocks.iter().try_for_each(|block| block.write(out))
        })
    }

    /// What we receive. At most 31 blocks.
    pub fn receiver_report(&mut self, sender: Ssrc, blocks: &[ReportBlock]) -> Result<(), NoRoom> {
        self.packet(kind::RECEIVER_REPORT, count(blocks)?, |out| {
            out.put(&sender.0.to_be_bytes())?;
            blocks.iter().try_for_each(|block| block.write(out))
        })
    }

    /// The canonical name of one source, at most 255 bytes.
    pub fn cname(&mut self, ssrc: Ssrc, cname: &str) -> Result<(), NoRoom> {
        let len = u8::try_from(cname.len()).map_err(|_| NoRoom)?;
        self.packet(kind::SOURCE_DESCRIPTION, 1, |out| {
            out.put(&ssrc.0.to_be_bytes())?;
            out.put(&[source::ITEM_CNAME, len])?;
            out.put(cname.as_bytes())?;
            // At least one zero ends the list of items.
            out.put(&[0])
        })
    }

    /// Sources that end, at most 31.
    pub fn bye(&mut self, ssrcs: &[Ssrc]) -> Result<(), NoRoom> {
        self.packet(kind::GOODBYE, count(ssrcs)?, |out| put_ssrcs(out, ssrcs))
    }

    /// Asks for packets again and returns how many of `lost` found room.
    ///
    /// Numbers that ascend, up to 16 apart, share four bytes. Nothing is written when there are
    /// none.
    pub fn nack(
        &mut self,
        sender: Ssrc,
        media: Ssrc,
        lost: impl IntoIterator<Item = SeqNo>,
    ) -> Result<usize, NoRoom> {
        let mut lost = lost.into_iter().peekable();
        if lost.peek().is_none() {
            return Ok(0);
        }
        let mut taken = 0;
        self.packet(kind::TRANSPORT_FEEDBACK, format::NACK, |out| {
            put_ssrcs(out, &[sender, media])?;
            while let Some(first) = lost.next_if(|_| out.room() >= 4 || taken == 0) {
                let mut mask = 0_u16;
                taken += 1;
                while let Some(seq) = lost.next_if(|seq| bit_after(first, *seq).is_some()) {
                    mask |= bit_after(first, seq).unwrap_or(0);
                    taken += 1;
                }
                out.put(&first.0.to_be_bytes())?;
                out.put(&mask.to_be_bytes())?;
            }
            Ok(())
        })?;
        Ok(taken)
    }

    /// Asks for a keyframe.
    pub fn pli(&mut self, pli: Pli) -> Result<(), NoRoom> {
        self.packet(kind::PAYLOAD_FEEDBACK, format::PLI, |out| put_ssrcs(out, &[pli.sender, pli.media]))
    }

    /// Asks for keyframes, the older way.
    pub fn fir(&mut self, sender: Ssrc, entries: &[FirEntry]) -> Result<(), NoRoom> {
        self.packet(kind::PAYLOAD_FEEDBACK, format::FIR, |out| {
            // The media source stands in the entries; its own field is zero (RFC 5104 §4.3.1.2).
            put_ssrcs(out, &[sender, Ssrc(0)])?;
            entries.iter().try_for_each(|entry| {
                out.put(&entry.ssrc.0.to_be_bytes())?;
                out.put(&[entry.request, 0, 0, 0])
            })
        })
    }

    /// Reports arrivals on a whole transport and returns how many of them found room.
    ///
    /// `arrivals[i]` is when number `base + i` arrived, if it did; times are told relative to
    /// `epoch`, which must be the same for all feedback on one transport. Less than all are taken
    /// when the datagram is full, and where two arrivals lie more than 8 s apart: call again with
    /// the rest and the next feedback number. Nothing is written when nothing has arrived.
    pub fn transport_feedback(
        &mut self,
        head: &twcc::FeedbackHead,
        epoch: Instant,
        arrivals: &[Option<Instant>],
    ) -> Result<usize, NoRoom> {
        if arrivals.iter().all(Option::is_none) {
            return Ok(0);
        }
        let plan = twcc::Plan::new(epoch, arrivals, self.room())?;
        self.packet(kind::TRANSPORT_FEEDBACK, format::TRANSPORT_WIDE, |out| plan.write(head, out))?;
        Ok(plan.count())
    }

    /// Reports what became of the packets of some streams, each from a first number on, at most
    /// [`MAX_REPORTS`](ccfb::MAX_REPORTS) of each. `timestamp` counts 1/65536 s of our clock.
    pub fn congestion_feedback(
        &mut self,
        sender: Ssrc,
        timestamp: u32,
        streams: &[(Ssrc, SeqNo, &[ccfb::Fate])],
    ) -> Result<(), NoRoom> {
        self.packet(kind::TRANSPORT_FEEDBACK, format::CONGESTION, |out| {
            put_ssrcs(out, &[sender])?;
            for (ssrc, first, fates) in streams {
                let count = u16::try_from(fates.len()).ok().filter(|&count| count <= ccfb::MAX_REPORTS);
                put_ssrcs(out, &[*ssrc])?;
                out.put(&first.0.to_be_bytes())?;
                out.put(&count.ok_or(NoRoom)?.to_be_bytes())?;
                fates.iter().try_for_each(|&fate| out.put(&ccfb::pack(fate).to_be_bytes()))?;
                // The packet began on a multiple of four.
                out.align()?;
            }
            out.put(&timestamp.to_be_bytes())
        })
    }

    /// Says how much these streams together may send, rounded down to 18 significant bits. At most
    /// 255 streams.
    pub fn remb(&mut self, sender: Ssrc, bitrate: Bitrate, ssrcs: &[Ssrc]) -> Result<(), NoRoom> {
        let len = u8::try_from(ssrcs.len()).map_err(|_| NoRoom)?;
        let [_, a, b, c] = remb::pack(bitrate).to_be_bytes();
        self.packet(kind::PAYLOAD_FEEDBACK, format::APPLICATION, |out| {
            put_ssrcs(out, &[sender, Ssrc(0)])?;
            out.put(&remb::NAME)?;
            out.put(&[len, a, b, c])?;
            put_ssrcs(out, ssrcs)
        })
    }

    /// Tells our clock, as somebody does who only receives.
    pub fn xr_reference_time(&mut self, sender: Ssrc, now: NtpTime) -> Result<(), NoRoom> {
        self.packet(kind::EXTENDED_REPORT, 0, |out| {
            out.put(&sender.0.to_be_bytes())?;
            out.put(&[xr::REFERENCE_TIME, 0, 0, 2])?;
            out.put(&now.0.to_be_bytes())
        })
    }

    /// Answers receivers' clocks.
    pub fn xr_dlrr(&mut self, sender: Ssrc, items: &[DlrrItem]) -> Result<(), NoRoom> {
        let words = u16::try_from(3 * items.len()).map_err(|_| NoRoom)?;
        self.packet(kind::EXTENDED_REPORT, 0, |out| {
            out.put(&sender.0.to_be_bytes())?;
            out.put(&[xr::DLRR, 0])?;
            out.put(&words.to_be_bytes())?;
            items.iter().try_for_each(|item| item.write(out))
        })
    }

    /// Writes header and body, fills up to four bytes and sets the length; takes everything back
    /// when there is no room.
    fn packet(
        &mut self,
        kind: u8,
        format: u8,
        body: impl FnOnce(&mut Cursor<'o>) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let start = self.out.len();
        let written = self.try_packet(start, kind, format, body);
        if written.is_err() {
            self.out.rewind(start);
        }
        written
    }

    fn try_packet(
        &mut self,
        start: usize,
        kind: u8,
        format: u8,
        body: impl FnOnce(&mut Cursor<'o>) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        self.out.put(&[0x80 | format, kind, 0, 0])?;
        body(&mut self.out)?;
        self.out.align()?;
        let words = (self.out.len() - start) / 4 - 1;
        let words = u16::try_from(words).map_err(|_| NoRoom)?;
        self.out.patch(start + 2, &words.to_be_bytes())
    }
}

/// The length of a list whose count has five bits.
fn count<T>(list: &[T]) -> Result<u8, NoRoom> {
    if list.len() > super::MAX_COUNT { Err(NoRoom) } else { Ok(list.len() as u8) }
}

/// The bit that stands for `seq` in the mask behind `first`; `None` when it needs a mask of its own.
const fn bit_after(first: SeqNo, seq: SeqNo) -> Option<u16> {
    match seq.0.wrapping_sub(first.0) {
        ahead @ 1..=16 => Some(1 << (ahead - 1)),
        _ => None,
    }
}

fn put_ssrcs(out: &mut Cursor<'_>, ssrcs: &[Ssrc]) -> Result<(), NoRoom> {
    ssrcs.iter().try_for_each(|ssrc| out.put(&ssrc.0.to_be_bytes()))
}
