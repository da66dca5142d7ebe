//! What a canary has seen.

use std::fmt;

use serde::Serialize;

use crate::ledger::Ledger;

/// What a canary has seen so far.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// How long things took.
    pub timings: Timings,
    /// Packets sent.
    pub sent: u64,
    /// Packets received.
    pub received: Ledger,
    /// Keyframes that were asked of us.
    pub keyframe_requests: u64,
    /// Why it is over, when it is.
    pub end: Option<End>,
}

/// How long things took, in milliseconds since the connection was begun.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Timings {
    /// Until the server let us in.
    pub joined_ms: Option<u64>,
    /// Until the connection on which we send was open.
    pub publish_open_ms: Option<u64>,
    /// Until the connection on which we receive was open.
    pub subscribe_open_ms: Option<u64>,
    /// Until the first packet arrived.
    pub first_packet_ms: Option<u64>,
}

/// Why it is over.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The server ended the session and said why.
    Ended(String),
    /// The signalling connection was lost.
    SignallingLost,
    /// A media connection failed.
    MediaLost(String),
}

impl Report {
    /// Packets that the publisher's count or the sequence numbers say are missing, whichever is more.
    pub fn lost(&self) -> u64 {
        let streams = self.received.streams.values();
        streams.map(|stream| stream.rtp.lost().max(stream.marks.lost())).sum()
    }

    /// Packets that arrived more than once.
    pub fn doubled(&self) -> u64 {
        let streams = self.received.streams.values();
        streams.map(|stream| stream.rtp.doubled.max(stream.marks.doubled)).sum()
    }

    /// Packets that arrived after a later one.
    pub fn reordered(&self) -> u64 {
        let streams = self.received.streams.values();
        streams.map(|stream| stream.rtp.reordered.max(stream.marks.reordered)).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Timings { joined_ms, publish_open_ms, subscribe_open_ms, first_packet_ms } = self.timings;
        let known = |value: Option<u64>| value.map_or_else(|| "never".into(), |ms| format!("{ms} ms"));
        writeln!(f, "joined           {}", known(joined_ms))?;
        writeln!(f, "publish open     {}", known(publish_open_ms))?;
        writeln!(f, "subscribe open   {}", known(subscribe_open_ms))?;
        writeln!(f, "first packet     {}", known(first_packet_ms))?;
        writeln!(f, "sent             {} packets, {} keyframes asked", self.sent, self.keyframe_requests)?;
        for (ssrc, stream) in &self.received.streams {
            let (rtp, way) = (&stream.rtp, stream.mean_way());
            writeln!(
                f,
                "{:5} {ssrc:10} {} packets, {} lost, {} doubled, {} reordered, {:.1} ms mean, {} ms longest",
                stream.kind,
                stream.packets,
                rtp.lost().max(stream.marks.lost()),
                rtp.doubled,
                rtp.reordered,
                way.as_secs_f64() * 1_000.0,
                stream.longest_ms,
            )?;
        }
        match &self.end {
            Some(end) => write!(f, "ended            {end:?}"),
            None => write!(f, "lost             {} in all", self.lost()),
        }
    }
}
