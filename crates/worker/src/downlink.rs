//! The way to one subscriber: numbers on what is sent, what its feedback says of how much fits, and when that
//! has to be divided anew.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use switchyard_congestion::ccfb::{Names, stretches};
use switchyard_congestion::delay::Usage;
use switchyard_congestion::estimator::{Bounds, Estimator};
use switchyard_congestion::loss::LossState;
use switchyard_congestion::packet::ClusterId;
use switchyard_congestion::probe::cluster::Cluster;
use switchyard_congestion::probe::schedule::Need;
use switchyard_congestion::twcc::numbering::Numbering;
use switchyard_forward::allocation::{Allocation, Budget};
use switchyard_forward::publication::encoding::Rate;
use switchyard_vocab::counters::PacketKind;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::downlink::{DownlinkFigures, Estimated, HeldBy};
use switchyard_vocab::rtp::{SeqNo, Ssrc};
use switchyard_vocab::units::{Bitrate, DataSize};
use switchyard_wire::rtcp::twcc::Feedback;
use switchyard_wire::rtcp::{ReportBlock, ccfb};

use crate::calm::Calm;

/// How often the estimator looks at its timers while something is sent. Finer than the pacer's bursts is of
/// no use; coarser, and a probe or a fall for want of feedback comes late.
const LOOK_INTERVAL: Duration = Duration::from_millis(25);

/// How often is looked whether more fits by now. What fits less is seen at once.
const RAISE_INTERVAL: Duration = Duration::from_millis(250);

/// As long as nothing is known, packets leave so many times faster than what is guessed to fit: the first
/// picture must not wait for a guess. Later they leave as fast as fits, and no faster: keyframes would make a
/// queue, and that would be taken for too narrow a link.
const PACING_UNHEARD: f64 = 8.0;

/// The share of what fits that sound may take with its repeats. They are against the loss of the network: on a link
/// that is too narrow for them they would make the loss they are against.
const MOST_FOR_SOUND: f64 = 0.25;

/// A queue that grew so lately says that the link is narrow. A link that loses and shows no queue is not: what is taken
/// to fit there follows the loss, and there repeats are needed most.
const NARROW_FOR: Duration = Duration::from_secs(10);

/// What a repeat takes of what the packet takes that it repeats: at usual rates a good third of that is headers.
const REPEAT_SIZE: f64 = 0.6;

/// One subscriber's path, as seen from here.
#[derive(Debug)]
pub(crate) struct Downlink {
    numbering: Numbering,
    /// Whether what is found out is acted upon.
    adapts: bool,
    estimator: Estimator,
    /// Where the subscriber is.
    host: Option<IpAddr>,
    /// What sound takes, as far as feedback tells of it.
    sound: Rate,
    /// What all sound takes without its repeats.
    sound_alone: Rate,
    /// Pictures have been sent: there is something to adapt, and to fill probes with.
    has_shown: bool,
    next_look: Option<Instant>,
    /// What was divided last, and what of it is spent.
    divided: Bitrate,
    spent: Bitrate,
    /// What could be had, or what is wanted, has changed since it was divided.
    is_stale: bool,
    next_raise: Option<Instant>,
    /// Less fits than is spent.
    is_falling: bool,
    calm: Calm,
    /// What it would take to give somebody more.
    wanted: Option<Bitrate>,
    /// Queues were seen to grow since it was looked at last.
    has_grown: bool,
    /// Bytes sent since the beginning, with all headers.
    sent: u64,
    /// When it was looked at last, and how much was sent by then.
    looked: Option<(Instant, u64)>,
    /// When queues were seen to grow last.
    grew: Option<Instant>,
    /// How often sound is repeated.
    repeats: u8,
    /// What packets are called where feedback tells of them stream by stream.
    names: Option<Box<Names>>,
}

impl Downlink {
    /// A path of which nothing is known. Unless it `adapts` nothing ever will be.
    pub(crate) fn new(adapts: bool) -> Self {
        Self {
            adapts,
            numbering: Numbering::default(),
            estimator: Estimator::new(Bounds::default()),
            host: None,
            sound: Rate::default(),
            sound_alone: Rate::default(),
            has_shown: false,
            next_look: None,
            divided: Bitrate::default(),
            spent: Bitrate::default(),
            is_stale: true,
            next_raise: None,
            is_falling: false,
            calm: Calm::default(),
            wanted: None,
            has_grown: false,
            sent: 0,
            looked: None,
            grew: None,
            repeats: 0,
            names: None,
        }
    }

    /// Whether what is sent follows what fits.
    pub(crate) const fn adapts(&self) -> bool {
        self.adapts
    }

    /// The number of the next packet.
    pub(crate) const fn next_number(&self) -> SeqNo {
        self.numbering.peek().on_wire()
    }

    /// A packet has left, whatever it was. `size` is with all headers.
    pub(crate) const fn count(&mut self, size: DataSize) {
        self.sent += size.as_bytes();
    }

    /// It was sound, and repeats were so much of it.
    pub(crate) fn count_sound(&mut self, now: Instant, size: DataSize, repeats: usize) {
        self.sound_alone.add(now, (size.as_bytes() as usize).saturating_sub(repeats));
    }

    /// The packet with the next number has left. `size` is with all headers.
    pub(crate) fn on_sent(
        &mut self,
        now: Instant,
        size: DataSize,
        kind: PacketKind,
        probe: Option<ClusterId>,
    ) {
        let number = self.numbering.peek();
        self.numbering.advance();
        if !self.adapts {
            return;
        }
        self.estimator.on_sent(now, number, size, probe);
        match kind {
            PacketKind::Audio => self.sound.add(now, size.as_bytes() as usize),
            _ => self.has_shown = true,
        }
    }

    /// The packet with the next number leaves under this name, by which feedback will tell of it.
    pub(crate) fn on_named(&mut self, ssrc: Ssrc, seq: SeqNo) {
        let number = self.numbering.peek();
        self.names.get_or_insert_default().on_sent((ssrc, seq), number);
    }

    /// The subscriber tells stream by stream when packets arrived. Of how many it tells, and how many of them did not.
    pub(crate) fn on_feedback_by_stream(
        &mut self,
        now: Instant,
        feedback: &ccfb::Feedback<'_>,
    ) -> (u32, u32) {
        let Some(names) = &mut self.names else { return (0, 0) };
        let reports = feedback.reports().filter_map(|report| match report.fate {
            ccfb::Fate::Missing => Some(((report.ssrc, report.seq), None)),
            ccfb::Fate::Arrived(before) => Some(((report.ssrc, report.seq), Some(before))),
            ccfb::Fate::ArrivedSometime => None,
        });
        let told = names.translate(feedback.micros(), reports);
        let lost = told.iter().filter(|told| told.arrival.is_none()).count();
        if self.adapts {
            for stretch in stretches(told) {
                let ([first, ..], [.., last]) = (stretch, stretch) else { continue };
                let (base, end) = (first.number.on_wire(), last.number.plus(1).on_wire());
                let arrivals = stretch.iter().filter_map(|told| Some((told.number.on_wire(), told.arrival?)));
                self.estimator.on_feedback(now, base, end, arrivals);
            }
        }
        let told = told.len() as u32;
        self.note_usage(now);
        (told, lost as u32)
    }

    /// The subscriber tells when packets arrived.
    pub(crate) fn on_feedback(&mut self, now: Instant, feedback: &Feedback<'_>) {
        let arrivals = feedback.received().map(|received| (received.seq, received.at_micros));
        self.estimator.on_feedback(now, feedback.head.base, feedback.end(), arrivals);
        self.note_usage(now);
    }

    fn note_usage(&mut self, now: Instant) {
        if self.estimator.usage() == Usage::Over {
            self.has_grown = true;
            self.grew = Some(now);
        }
    }

    /// The subscriber tells its own estimate.
    pub(crate) fn on_remb(&mut self, now: Instant, limit: Bitrate) {
        self.estimator.on_remb(now, limit);
    }

    /// The subscriber reports on one stream.
    pub(crate) fn on_report_block(&mut self, now: Instant, block: &ReportBlock, rtt: Option<Duration>) {
        self.estimator.on_receiver_report(now, f64::from(block.fraction_lost) / 256.0, rtt);
    }

    /// How often sound is repeated.
    pub(crate) const fn repeats(&self) -> u8 {
        self.repeats
    }

    /// Sound should be repeated so often: it is, on a narrow link as far as it takes no more than
    /// [its share](MOST_FOR_SOUND) then.
    pub(crate) fn set_repeats(&mut self, now: Instant, wanted: u8) {
        let is_narrow = self.grew.is_some_and(|at| now.saturating_duration_since(at) < NARROW_FOR);
        if wanted == 0 || !self.adapts || !is_narrow {
            self.repeats = wanted;
            return;
        }
        let once = self.sound_alone.bitrate(now).as_bps() as f64;
        let most = self.estimator.bitrate().as_bps() as f64 * MOST_FOR_SOUND;
        let fits = |&repeats: &u8| once * (1.0 + f64::from(repeats) * REPEAT_SIZE) <= most;
        self.repeats = (0..=wanted).rev().find(fits).unwrap_or(0);
    }

    /// It is reached by another path. Another port of the same host is a NAT's doing and changes nothing.
    pub(crate) fn on_path_changed(&mut self, now: Instant, path: Tuple) {
        let host = path.remote.ip();
        if self.host.replace(host).is_some_and(|before| before != host) {
            self.estimator.on_route_change(now);
            self.calm = Calm::default();
            (self.has_grown, self.grew) = (false, None);
        }
    }

    /// What could be had, or what is wanted, is another.
    pub(crate) const fn on_wishes_changed(&mut self) {
        self.is_stale = true;
    }

    /// Does what is due. A new rate for the pacer, if it was time.
    pub(crate) fn on_time(&mut self, now: Instant) -> Option<Bitrate> {
        if !self.has_shown || self.next_look.is_some_and(|due| now < due) {
            return None;
        }
        self.next_look = Some(now + LOOK_INTERVAL);
        self.estimator.on_time(now);
        let factor = if self.estimator.is_heard() { 1.0 } else { PACING_UNHEARD };
        Some(Bitrate::bps((self.estimator.bitrate().as_bps() as f64 * factor) as u64))
    }

    /// The next probe to send.
    pub(crate) fn poll_probe(&mut self) -> Option<Cluster> {
        self.estimator.poll_probe()
    }

    /// What is to be divided among pictures and sound, if it is time to.
    pub(crate) fn poll_division(&mut self, now: Instant) -> Option<Budget> {
        let fits = self.estimator.bitrate();
        let has_fallen = fits < self.spent && fits < self.divided;
        let is_time = self.next_raise.is_none_or(|due| now >= due);
        if !self.is_stale && !has_fallen && !is_time {
            return None;
        }
        self.next_raise = Some(now + RAISE_INTERVAL);
        self.is_falling = has_fallen;
        let may_raise = std::mem::take(&mut self.is_stale) || self.calm.is_over(now);
        self.divided = fits;
        Some(Budget { fits, sound: self.sound.bitrate(now), may_raise })
    }

    /// It was divided so.
    pub(crate) fn on_divided(&mut self, now: Instant, allocation: &Allocation) {
        if std::mem::take(&mut self.is_falling) && allocation.has_lowered {
            self.calm.on_fall(now);
        }
        self.spent = allocation.spent;
        self.wanted = allocation.need;
        self.estimator.set_need(allocation.need.map_or(Need::Nothing, Need::For));
    }

    /// Nothing was sent for a while: what is looked at next is not of one second.
    pub(crate) const fn forget_figures(&mut self) {
        self.looked = None;
        self.has_grown = false;
    }

    /// What is known of the path since this was asked last; nothing the first time. `queue_delay` is the pacer's,
    /// `rtt` what the subscriber's reports tell.
    pub(crate) fn take_figures(
        &mut self,
        now: Instant,
        queue_delay: Duration,
        rtt: Duration,
    ) -> Option<DownlinkFigures> {
        let (since, before) = self.looked.replace((now, self.sent))?;
        let sent = DataSize::bytes(self.sent - before) / now.saturating_duration_since(since);
        let has_grown = std::mem::take(&mut self.has_grown);
        if !self.adapts {
            return Some(DownlinkFigures { sent, queue_delay, rtt, estimated: None });
        }
        let known = self.estimator.estimate();
        let held_by = if !self.estimator.is_heard() {
            HeldBy::Unheard
        } else if known.is_silent {
            HeldBy::Silence
        } else if known.is_receivers_limit {
            HeldBy::Receiver
        } else if known.loss_state != LossState::NotLimiting {
            HeldBy::Loss
        } else if has_grown {
            HeldBy::Delay
        } else if known.is_application_limited {
            HeldBy::Demand
        } else {
            HeldBy::Nothing
        };
        let estimated = Estimated {
            bitrate: known.bitrate,
            arriving: known.acknowledged,
            loss: known.loss,
            spent: self.spent,
            wanted: self.wanted,
            held_by,
        };
        let rtt = if self.estimator.is_heard() { known.rtt } else { rtt };
        Some(DownlinkFigures { sent, queue_delay, rtt, estimated: Some(estimated) })
    }
}

#[cfg(test)]
mod tests;
