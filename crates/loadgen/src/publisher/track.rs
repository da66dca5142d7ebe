//! One track: when its frames are due, and on which clock.

use std::time::{Duration, Instant};

use switchyard_congestion::twcc::numbering::Numbering;
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::rtp::{RtpTimestamp, SeqNo, Ssrc};

use super::encoding::{Encoding, Frame};
use super::{Punctuality, TrackPlan};
use crate::client::Exit;

/// A frame that leaves this much after its time is counted: the generator cannot keep up.
const LATE: Duration = Duration::from_millis(10);

/// A frame that is late by more is left out, as a camera would: sending all that was missed in one
/// burst would test the server's queues and not its pace.
const TOO_LATE: Duration = Duration::from_millis(500);

/// One track.
#[derive(Debug)]
pub(super) struct Track {
    plan: TrackPlan,
    encodings: Vec<Encoding>,
    began: Instant,
    /// Number of the next frame.
    next: u64,
    punctuality: Punctuality,
}

impl Track {
    pub(super) fn new(plan: TrackPlan, began: Instant) -> Self {
        let encodings = (0..).zip(&plan.encodings).map(|(index, one)| Encoding::new(index, one)).collect();
        Self { plan, encodings, began, next: 0, punctuality: Punctuality::default() }
    }

    pub(super) const fn kind(&self) -> MediaKind {
        self.plan.kind
    }

    pub(super) fn encodings(&self) -> impl Iterator<Item = &Encoding> {
        self.encodings.iter()
    }

    pub(super) fn encoding_mut(&mut self, ssrc: Ssrc) -> Option<&mut Encoding> {
        self.encodings.iter_mut().find(|encoding| encoding.ssrc() == ssrc)
    }

    pub(super) fn has(&self, ssrc: Ssrc) -> bool {
        self.encodings.iter().any(|encoding| encoding.ssrc() == ssrc)
    }

    pub(super) const fn punctuality(&self) -> Punctuality {
        self.punctuality
    }

    /// When the next frame is due. Counted from the beginning, so that rounding never adds up.
    pub(super) fn due(&self) -> Instant {
        self.began + Duration::from_nanos(self.next * 1_000_000_000 / u64::from(self.plan.per_second.max(1)))
    }

    /// The media clock.
    pub(super) fn timestamp(&self, at: Instant) -> RtpTimestamp {
        let rate = match self.plan.kind {
            MediaKind::Audio => Codec::Opus.clock_rate(),
            MediaKind::Video => Codec::Vp8.clock_rate(),
        };
        RtpTimestamp(0).plus(rate.ticks(at.saturating_duration_since(self.began)))
    }

    /// Sends every frame whose time has come.
    pub(super) fn send_due(
        &mut self,
        now: Instant,
        publisher: u32,
        epoch: Instant,
        numbering: &mut Numbering,
        exit: &mut impl Exit,
    ) {
        while self.due() <= now {
            let due = self.due();
            let lateness = now.saturating_duration_since(due);
            self.next += 1;
            self.punctuality.due += 1;
            self.punctuality.latest = self.punctuality.latest.max(lateness);
            self.punctuality.late += u64::from(lateness > LATE);
            if lateness > TOO_LATE {
                self.punctuality.skipped += 1;
                continue;
            }
            let sent = now.saturating_duration_since(epoch);
            let frame = Frame { publisher, timestamp: self.timestamp(due), sent };
            for encoding in &mut self.encodings {
                encoding.send_frame(&self.plan, &frame, numbering, exit);
            }
        }
    }

    /// Sends a packet once more.
    pub(super) fn resend(
        &mut self,
        ssrc: Ssrc,
        lost: SeqNo,
        numbering: &mut Numbering,
        exit: &mut impl Exit,
    ) {
        let encoding = self.encodings.iter_mut().find(|encoding| encoding.ssrc() == ssrc);
        if let Some(encoding) = encoding {
            encoding.resend(&self.plan, lost, numbering, exit);
        }
    }
}
