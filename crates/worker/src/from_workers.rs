//! What comes from other workers: media, demand, and datagrams that are ours.

use std::time::Instant;

use switchyard_bus::media::{Batch, Item};
use switchyard_transport::demux::{Protocol, classify};
use switchyard_vocab::drop_reason::DropReason;

use crate::Worker;
use crate::io::{Datagram, Outbox};

/// Batches taken from each other worker in one turn.
const BATCHES_PER_TURN: usize = 16;

/// Strays taken from each other worker in one turn.
const STRAYS_PER_TURN: usize = 64;

/// Demands taken from each other worker in one turn.
const DEMANDS_PER_TURN: usize = 256;

impl Worker {
    /// Takes other workers' media, demand and strays.
    pub(crate) fn take_crossings(&mut self, now: Instant, outbox: &mut impl Outbox) {
        for index in 0..self.crossings.len() {
            self.crossings[index].note_depths(&mut self.counters.lane_depths);
            for _ in 0..BATCHES_PER_TURN {
                let Some(batch) = self.crossings[index].link.media_in.recv() else { break };
                self.take_batch(now, &batch);
                self.crossings[index].give_back(batch);
            }
            let from = self.crossings[index].other();
            for _ in 0..DEMANDS_PER_TURN {
                let Some(demand) = self.crossings[index].link.demand_in.recv() else { break };
                self.on_demand(now, from, demand);
            }
            self.take_strays(now, index, outbox);
        }
    }

    fn take_batch(&mut self, now: Instant, batch: &Batch) {
        for item in batch.iter() {
            match item {
                Item::Packet { publication, observed, payload } => {
                    let Some(route) = self.routes.get_mut(publication) else {
                        self.counters.drops.add(DropReason::StaleMedia);
                        continue;
                    };
                    let kept = route.publication.insert_mirrored(now, &observed, payload);
                    if route.publication.take_layers_changed() {
                        self.on_layers_changed(now, publication);
                    }
                    match kept {
                        Ok(packet) => self.route(now, publication, packet, &observed),
                        Err(reason) => self.counters.drops.add(reason),
                    }
                }
                Item::Clock { publication, encoding, incarnation, pair } => {
                    if let Some(route) = self.routes.get_mut(publication) {
                        route.publication.insert_mirrored_clock((encoding, incarnation), pair);
                    }
                }
                Item::Layers { publication, layers } => {
                    if let Some(route) = self.routes.get_mut(publication) {
                        route.publication.set_mirrored_layers(layers);
                        if route.publication.take_layers_changed() {
                            self.on_layers_changed(now, publication);
                        }
                    }
                }
            }
        }
    }

    fn take_strays(&mut self, now: Instant, index: usize, outbox: &mut impl Outbox) {
        for _ in 0..STRAYS_PER_TURN {
            let Some(mut stray) = self.crossings[index].link.stray_in.recv() else { return };
            match classify(&stray.bytes) {
                // What was handed over once must not travel on, or it might do so forever.
                protocol if protocol != Protocol::Stun && self.peers.is_stray(stray.tuple) => {
                    self.counters.drops.add(DropReason::UnknownAddress);
                }
                Protocol::Stun => self.handle_check(now, stray.tuple, &stray.bytes, outbox),
                Protocol::Dtls => self.handle_handshake(now, stray.tuple, &stray.bytes),
                Protocol::Rtcp => self.handle_rtcp(now, stray.tuple, &mut stray.bytes),
                Protocol::Rtp => {
                    let tuple = stray.tuple;
                    self.handle_rtp(now, Datagram { tuple, arrival: now, bytes: &mut stray.bytes });
                }
                Protocol::Unknown => self.counters.drops.add(DropReason::NotWebRtc),
            }
        }
    }
}

#[cfg(test)]
mod tests;
