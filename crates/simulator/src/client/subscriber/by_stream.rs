//! What arrived, stream by stream, for feedback by RFC 8888.

use std::collections::BTreeMap;
use std::time::Instant;

use switchyard_vocab::rtp::{ExtSeqNo, SeqNo, SeqNoExtender, Ssrc};
use switchyard_wire::rtcp::ccfb::Fate;

/// Most numbers told of at once: what a datagram holds.
const MOST: usize = 400;

#[derive(Debug, Default)]
struct Stream {
    extender: SeqNoExtender,
    /// The first number that was not told of.
    next: Option<ExtSeqNo>,
    arrived: BTreeMap<ExtSeqNo, Instant>,
}

/// All streams.
#[derive(Debug, Default)]
pub(super) struct ByStream(BTreeMap<Ssrc, Stream>);

impl ByStream {
    pub(super) fn on_packet(&mut self, now: Instant, ssrc: Ssrc, seq: SeqNo) {
        let stream = self.0.entry(ssrc).or_default();
        let number = stream.extender.extend(seq);
        stream.arrived.insert(number, now);
    }

    /// What became of all packets since the last time: of each stream from a first number on.
    pub(super) fn take(&mut self, now: Instant) -> Vec<(Ssrc, SeqNo, Vec<Fate>)> {
        let streams = self.0.iter_mut();
        let told = streams.filter_map(|(&ssrc, stream)| {
            let (first, fates) = stream.take(now)?;
            Some((ssrc, first, fates))
        });
        told.collect()
    }
}

impl Stream {
    fn take(&mut self, now: Instant) -> Option<(SeqNo, Vec<Fate>)> {
        let (&earliest, _) = self.arrived.first_key_value()?;
        let (&latest, _) = self.arrived.last_key_value()?;
        let first = self.next.map_or(earliest, |next| next.min(earliest));
        let fate = |number| match self.arrived.get(&ExtSeqNo(number)) {
            Some(&at) => Fate::Arrived(now.saturating_duration_since(at).as_micros() as i64),
            None => Fate::Missing,
        };
        let fates = (first.0..=latest.0).take(MOST).map(fate).collect();
        self.next = self.next.max(Some(latest.plus(1)));
        self.arrived.clear();
        Some((first.on_wire(), fates))
    }
}
