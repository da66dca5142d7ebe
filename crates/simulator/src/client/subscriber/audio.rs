//! One subscribed sound.

use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, PayloadType, RtpTimestamp};
use switchyard_vocab::wall_clock::WallClock;

use super::delays::Delays;
use super::faults::Faults;
use super::reception::{Reception, nanos};
use super::spoken::Spoken;
use super::video::Packet;
use crate::client::oracle::Fault;
use crate::client::red;
use crate::client::stamp::{Stamp, StampError};

/// By how much media time may move against capture time from one packet to the next.
const MAX_DRIFT: Duration = Duration::from_millis(25);

/// What a user heard of one publication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Packets received.
    pub packets: u64,
    /// Packets that should have come.
    pub expected: u64,
    /// Packets that told how loud they are.
    pub with_level: u64,
    /// When the first one came.
    pub first: Option<Duration>,
    /// When the latest one came.
    pub last: Option<Duration>,
    /// The longest time between two packets that arrived.
    pub longest_gap: Duration,
    /// How long each packet took from the microphone, for a percentile to be taken of it.
    pub delays: Delays,
    /// By how much the sender reports misplaced a packet in time, at worst.
    pub worst_sync: Duration,
    /// Packets that had earlier ones in them once more.
    pub with_repeats: u64,
    /// Packets' worth of sound that its user should have heard since the first one.
    pub spoken: u64,
    /// … of which none came in time, in whatever packet: it was concealed.
    pub concealed: u64,
    /// What the server did wrong.
    pub faults: Faults,
}

/// One subscribed sound.
pub(super) struct Audio {
    pub(super) reception: Reception,
    /// The payload type of packets with earlier ones in them.
    red: Option<PayloadType>,
    spoken: Spoken,
    newest: Option<(ExtSeqNo, RtpTimestamp, Stamp)>,
    heard: Heard,
}

impl Audio {
    pub(super) fn new(red: Option<PayloadType>) -> Self {
        let (reception, spoken) = (Reception::new(ClockRate::OPUS), Spoken::default());
        Self { reception, red, spoken, newest: None, heard: Heard::default() }
    }

    pub(super) fn handle_packet(
        &mut self,
        now: Instant,
        (packet, payload_type): (Packet<'_>, PayloadType),
        level: bool,
        wall: &WallClock,
    ) {
        let seq = self.reception.on_packet(now, packet.seq, packet.timestamp);
        let at = now.saturating_duration_since(wall.anchor);
        self.heard.packets += 1;
        self.heard.with_level += u64::from(level);
        self.heard.first.get_or_insert(at);
        let gap = self.heard.last.map_or(Duration::ZERO, |last| at - last);
        self.heard.longest_gap = self.heard.longest_gap.max(gap);
        self.heard.last = Some(at);
        match self.read(at, packet, payload_type) {
            Ok(stamp) => {
                self.spoken.on_arrival(at, stamp);
                self.heard.delays.note(at.saturating_sub(stamp.captured));
                self.check_order(seq, packet.timestamp, stamp);
                self.check_sync(packet.timestamp, stamp, wall);
            }
            Err(error) => self.note(Fault::Corrupt { at: seq, error }),
        }
    }

    /// What is new in a packet, after a look at what is in it once more.
    fn read(
        &mut self,
        at: Duration,
        packet: Packet<'_>,
        payload_type: PayloadType,
    ) -> Result<Stamp, StampError> {
        if self.red != Some(payload_type) {
            return Stamp::read(packet.payload);
        }
        let (repeats, new) = red::read(packet.payload).ok_or(StampError::NotStamped)?;
        let new = Stamp::read(new)?;
        self.heard.with_repeats += u64::from(!repeats.is_empty());
        for red::Repeat { earlier, payload } in repeats {
            let stamp = Stamp::read(payload)?;
            let media = ClockRate::OPUS.duration(earlier.into());
            if media.abs_diff(new.captured.saturating_sub(stamp.captured)) > MAX_DRIFT {
                return Err(StampError::Corrupt);
            }
            self.spoken.on_arrival(at, stamp);
        }
        Ok(new)
    }

    /// Compares a packet with the newest one before it, when it is newer.
    fn check_order(&mut self, seq: ExtSeqNo, timestamp: RtpTimestamp, stamp: Stamp) {
        if let Some((newest, before, last)) = self.newest {
            if seq <= newest {
                return;
            }
            if stamp.frame <= last.frame {
                self.note(Fault::Repeated { at: seq });
            }
            let ticks = timestamp.since(before);
            if ticks <= 0 {
                self.note(Fault::TimeStandsStill { at: seq });
            }
            let media = ClockRate::OPUS.duration(ticks.into());
            let by = media.abs_diff(stamp.captured.saturating_sub(last.captured));
            if by > MAX_DRIFT {
                self.note(Fault::OffPace { at: seq, by });
            }
        }
        self.newest = Some((seq, timestamp, stamp));
    }

    fn check_sync(&mut self, timestamp: RtpTimestamp, stamp: Stamp, wall: &WallClock) {
        let Some(told) = self.reception.wall_time(timestamp) else { return };
        let truth = nanos(wall.ntp(wall.anchor + stamp.captured));
        self.heard.worst_sync = self.heard.worst_sync.max(Duration::from_nanos(told.abs_diff(truth)));
    }

    pub(super) fn note(&mut self, fault: Fault) {
        self.heard.faults.note(fault);
    }

    /// What its user heard so far.
    pub(super) fn heard(&self) -> Heard {
        let (spoken, concealed) = self.spoken.counts();
        Heard { expected: self.reception.expected(), spoken, concealed, ..self.heard.clone() }
    }
}
