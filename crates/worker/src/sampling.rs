//! Once a second: what is known of the ways to subscribers, for people to look at.

use std::time::{Duration, Instant};

use switchyard_bus::snapshot::Downlinks;
use switchyard_transport::line::LineState;
use switchyard_vocab::counters::WorkerCounters;
use switchyard_vocab::downlink::DownlinkFigures;

use crate::Worker;

/// How often. More often would tell bursts apart that nobody asks for.
const INTERVAL: Duration = Duration::from_secs(1);

impl Worker {
    /// Leaves the figures of all subscribers for whoever asks, and counts them.
    pub(crate) fn sample_downlinks(&mut self, now: Instant) {
        if self.next_sample.is_some_and(|due| now < due) {
            return;
        }
        self.next_sample = Some(now + INTERVAL);
        let mut downlinks = Downlinks::with_capacity(self.peers.len());
        for key in self.peers.keys() {
            let Some(peer) = self.peers.get_mut(key) else { continue };
            if peer.subscriptions.is_empty() || peer.line.state() != LineState::Open {
                peer.downlink.forget_figures();
                continue;
            }
            if let Some(figures) = peer.downlink.take_figures(now, peer.pacer.wait(), peer.rtt) {
                count(&mut self.counters, &figures);
                downlinks.push((peer.id, figures));
            }
        }
        self.downlinks.publish(downlinks);
    }
}

fn count(counters: &mut WorkerCounters, figures: &DownlinkFigures) {
    counters.subscriber_rates.add(figures.sent);
    counters.queue_delays.add(figures.queue_delay);
    if let Some(estimated) = figures.estimated {
        counters.estimates.add(estimated.bitrate);
        counters.estimates_held[estimated.held_by as usize] += 1;
    }
}

#[cfg(test)]
mod tests;
