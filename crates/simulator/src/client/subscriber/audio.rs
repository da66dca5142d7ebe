//! One subscribed sound.

use std::time::{Duration, Instant};

use switchyard_vocab::rtp::{ClockRate, ExtSeqNo, RtpTimestamp};
use switchyard_vocab::wall_clock::WallClock;

use super::delays::Delays;
use super::faults::Faults;
use super::reception::{Reception, nanos};
use super::video::Packet;
use crate::client::oracle::Fault;
use crate::client::stamp::Stamp;

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
    /// What the server did wrong.
    pub faults: Faults,
}

/// One subscribed sound.
pub(super) struct Audio {
    pub(super) reception: Reception,
    newest: Option<(ExtSeqNo, RtpTimestamp, Stamp)>,
    heard: Heard,
}

impl Audio {
    pub(super) fn new() -> Self {
        Self { reception: Reception::new(ClockRate::OPUS), newest: None, heard: Heard::default() }
    }

    pub(super) fn handle_packet(&mut self, now: Instant, packet: Packet<'_>, level: bool, wall: &WallClock) {
        let seq = self.reception.on_packet(now, packet.seq, packet.timestamp);
        let at = now.saturating_duration_since(wall.anchor);
        self.heard.packets += 1;
        self.heard.with_level += u64::from(level);
        self.heard.first.get_or_insert(at);
        let gap = self.heard.last.map_or(Duration::ZERO, |last| at - last);
        self.heard.longest_gap = self.heard.longest_gap.max(gap);
        self.heard.last = Some(at);
        match Stamp::read(packet.payload) {
            Ok(stamp) => {
                self.heard.delays.note(at.saturating_sub(stamp.captured));
                self.check_order(seq, packet.timestamp, stamp);
                self.check_sync(packet.timestamp, stamp, wall);
            }
            Err(error) => self.note(Fault::Corrupt { at: seq, error }),
        }
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
        Heard { expected: self.reception.expected(), ..self.heard.clone() }
    }
}
