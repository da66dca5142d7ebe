//! What a worker counts: plain fields, added up by their one owner and copied out as a snapshot.

mod bitrates;

use std::time::Duration;

pub use bitrates::BitrateHistogram;

use crate::downlink::HeldBy;
use crate::drop_reason::DropReason;

/// What a packet is, as far as counting goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PacketKind {
    /// ICE connectivity checks and their answers.
    Stun,
    /// Handshake records and alerts.
    Dtls,
    /// Reports and feedback.
    Rtcp,
    /// Sound.
    Audio,
    /// Picture.
    Video,
    /// Retransmissions on a stream of their own (RFC 4588).
    Rtx,
    /// RTP without media.
    Padding,
    /// RTP that no publication claimed yet.
    Unbound,
}

impl PacketKind {
    /// All of them, in the order of their indexes.
    pub const ALL: [Self; 8] = [
        Self::Stun,
        Self::Dtls,
        Self::Rtcp,
        Self::Audio,
        Self::Video,
        Self::Rtx,
        Self::Padding,
        Self::Unbound,
    ];

    /// The label in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stun => "stun",
            Self::Dtls => "dtls",
            Self::Rtcp => "rtcp",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Rtx => "rtx",
            Self::Padding => "padding",
            Self::Unbound => "unbound",
        }
    }
}

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// How many.
    pub packets: u64,
    /// How large together, as UDP payloads.
    pub bytes: u64,
}

impl Tally {
    /// Counts one packet of `bytes`.
    pub const fn add(&mut self, bytes: usize) {
        self.packets += 1;
        self.bytes += bytes as u64;
    }
}

/// Tallies by kind of packet.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TallyByKind([Tally; PacketKind::ALL.len()]);

impl TallyByKind {
    /// Counts one packet.
    pub const fn add(&mut self, kind: PacketKind, bytes: usize) {
        self.0[kind as usize].add(bytes);
    }

    /// What was counted of a kind.
    pub const fn get(&self, kind: PacketKind) -> Tally {
        self.0[kind as usize]
    }
}

/// How many packets died of what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Drops([u64; DropReason::COUNT]);

impl Default for Drops {
    fn default() -> Self {
        Self([0; DropReason::COUNT])
    }
}

impl Drops {
    /// Counts one.
    pub const fn add(&mut self, reason: DropReason) {
        self.0[reason.index()] += 1;
    }

    /// How many died of it.
    pub const fn get(&self, reason: DropReason) -> u64 {
        self.0[reason.index()]
    }
}

/// Why a handshake or an open line came to an end.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum LineEnd {
    /// No authenticated connectivity check came at all.
    IceTimeout,
    /// Checks stopped: consent to send is gone (RFC 7675).
    ConsentLost,
    /// The handshake did not finish in time.
    DtlsTimeout,
    /// The handshake broke down.
    DtlsFailed,
    /// The peer's certificate is not the one its fingerprint announced (RFC 8122 §6).
    FingerprintMismatch,
    /// The peer has an RSA certificate, which is not supported.
    RsaCertificate,
    /// No SRTP profile in common.
    NoSrtpProfile,
    /// The peer said goodbye.
    ClosedByPeer,
    /// We closed it.
    ClosedByUs,
}

impl LineEnd {
    /// All of them, in the order of their indexes.
    pub const ALL: [Self; 9] = [
        Self::IceTimeout,
        Self::ConsentLost,
        Self::DtlsTimeout,
        Self::DtlsFailed,
        Self::FingerprintMismatch,
        Self::RsaCertificate,
        Self::NoSrtpProfile,
        Self::ClosedByPeer,
        Self::ClosedByUs,
    ];

    /// The label in metrics and notices.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IceTimeout => "ice_timeout",
            Self::ConsentLost => "consent_lost",
            Self::DtlsTimeout => "dtls_timeout",
            Self::DtlsFailed => "dtls_failed",
            Self::FingerprintMismatch => "fingerprint_mismatch",
            Self::RsaCertificate => "rsa_certificate",
            Self::NoSrtpProfile => "no_srtp_profile",
            Self::ClosedByPeer => "closed_by_peer",
            Self::ClosedByUs => "closed_by_us",
        }
    }
}

/// How long something took, counted in buckets, so that the slowest of a hundred can be told from the mean.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DurationHistogram {
    /// How many were up to each bound and above the one before it; the last are above all bounds.
    buckets: [u64; Self::BOUNDS_MS.len() + 1],
    sum: Duration,
}

impl DurationHistogram {
    /// Upper bounds of the buckets in milliseconds. Closest where joins on good networks end, and up to
    /// what a client waits at most; each one is a series per metric.
    pub const BOUNDS_MS: [u64; 14] =
        [25, 50, 100, 150, 200, 300, 400, 500, 750, 1_000, 1_500, 2_500, 5_000, 10_000];

    /// Counts one that took this long.
    pub fn add(&mut self, took: Duration) {
        let index = Self::BOUNDS_MS.partition_point(|&bound| Duration::from_millis(bound) < took);
        if let Some(bucket) = self.buckets.get_mut(index) {
            *bucket += 1;
        }
        self.sum = self.sum.saturating_add(took);
    }

    /// Counts everything that another one has counted.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, more) in self.buckets.iter_mut().zip(other.buckets) {
            *bucket += more;
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// How long all of them took together.
    pub const fn sum(&self) -> Duration {
        self.sum
    }

    /// Each bound with how many took no longer.
    pub fn cumulative(&self) -> impl Iterator<Item = (Duration, u64)> {
        let mut so_far = 0;
        Self::BOUNDS_MS.iter().zip(self.buckets).map(move |(&bound, count)| {
            so_far += count;
            (Duration::from_millis(bound), so_far)
        })
    }
}

/// How much waited on the lanes that lead to a worker: the most that one of its turns found since the
/// snapshot before, on any lane of the kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LaneDepths {
    /// Commands of control.
    pub command: u64,
    /// Batches of media from another worker.
    pub media: u64,
    /// Demands of another worker.
    pub demand: u64,
    /// Datagrams that came to another worker.
    pub stray: u64,
}

/// Everything one worker has counted since it started, and what it holds now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WorkerCounters {
    /// Stage *receive*: datagrams taken from the socket.
    pub received: TallyByKind,
    /// Stage *decrypt*: packets that authenticated.
    pub decrypted: TallyByKind,
    /// Stage *route*: packets handed to another worker.
    pub crossed: Tally,
    /// Stage *send*: datagrams handed to the socket.
    pub sent: TallyByKind,
    /// Packets refused, by reason.
    pub drops: Drops,
    /// Messages handed to the kernel; with segmentation offload one carries several datagrams.
    pub send_messages: u64,
    /// Datagrams the kernel dropped because the receive buffer was full.
    pub kernel_drops: u64,

    /// Lines opened: ICE and DTLS done.
    pub lines_opened: u64,
    /// Lines ended, by [`LineEnd`].
    pub lines_ended: [u64; LineEnd::ALL.len()],
    /// Time from a peer's command to its open line.
    pub line_open_times: DurationHistogram,

    /// Keyframes requested from publishers (PLI or FIR sent).
    pub keyframe_requests_sent: u64,
    /// Keyframe requests received from subscribers (PLI).
    pub plis_received: u64,
    /// Keyframe requests received from subscribers (FIR).
    pub firs_received: u64,
    /// … of both, those beyond the budget of their subscriber: put off until it has room again.
    pub keyframe_requests_suppressed: u64,
    /// Keyframes seen from publishers.
    pub keyframes_received: u64,
    /// Packets asked of publishers again.
    pub nacks_sent: u64,
    /// Packets subscribers asked for again.
    pub nacks_received: u64,
    /// … of which were no longer, or not yet, in the cache.
    pub nacks_missed: u64,
    /// … of which were asked again too soon and left unanswered.
    pub nacks_suppressed: u64,
    /// Packets resent, as RTX or byte-identical.
    pub resent: Tally,
    /// Packets of pictures, or repairs of them, that waited for a subscriber when another layer took over or the
    /// picture paused, and were left out.
    pub superseded: u64,
    /// Copies of what was sent a moment ago, sent to fill probes.
    pub padding_sent: Tally,
    /// Packets of sound sent with those before them in them once more (RED).
    pub red_wrapped: u64,
    /// Packets of sound taken out of RED for subscribers that don't read it.
    pub red_unwrapped: u64,
    /// Packets of sound that were lost on their way here and found in a later one (RED).
    pub red_recovered: u64,
    /// Transport-wide feedback packets sent to publishers.
    pub twcc_sent: u64,
    /// Transport-wide feedback packets received from subscribers.
    pub twcc_received: u64,
    /// Feedback packets by stream (RFC 8888) received from subscribers.
    pub ccfb_received: u64,
    /// Layer changes that took effect.
    pub layer_switches: u64,

    /// What was estimated to fit to each subscriber, once a second.
    pub estimates: BitrateHistogram,
    /// … by what kept it from being more.
    pub estimates_held: [u64; HeldBy::ALL.len()],
    /// What was sent to each subscriber, once a second.
    pub subscriber_rates: BitrateHistogram,
    /// How long a picture waited here before it left, for each subscriber, once a second.
    pub queue_delays: DurationHistogram,

    /// Peers held now.
    pub peers: u64,
    /// Publications held now that live here.
    pub publications: u64,
    /// Publications held now that live on another worker.
    pub mirrors: u64,
    /// Subscriptions held now.
    pub subscriptions: u64,
    /// Entries of the address table.
    pub addresses: u64,
    /// Peers that were followed to another port because their media came from there.
    pub rebindings: u64,
    /// Addresses of other workers' peers that were forgotten for newer ones; each costs its peer a check.
    pub stray_addresses_evicted: u64,
    /// What other workers wanted of publications unknown here, beyond what is kept until they are announced.
    pub early_demands_dropped: u64,

    /// What waited on the lanes that lead here.
    pub lane_depths: LaneDepths,
    /// Turns taken.
    pub turns: u64,
    /// Time spent working, as opposed to waiting.
    pub busy: Duration,
}

/// How much control holds, and what it has counted since start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ControlTotals {
    /// Rooms that somebody is in.
    pub rooms: u64,
    /// Sessions, joined or about to join.
    pub sessions: u64,
    /// Peers opened and not yet ended.
    pub peers: u64,
    /// Publications.
    pub publications: u64,
    /// Subscriptions.
    pub subscriptions: u64,
    /// Joins that were let in.
    pub joins_accepted: u64,
    /// Joins that were refused.
    pub joins_refused: u64,
    /// … of which because a worker was behind.
    pub joins_overloaded: u64,
    /// Sessions, of those above, that have lost their connection and may be resumed.
    pub sessions_lingering: u64,
    /// Sessions that were resumed.
    pub sessions_resumed: u64,
    /// Sessions that were not resumed in time.
    pub sessions_not_resumed: u64,
    /// Whether joins are refused now for that reason.
    pub overloaded: bool,
    /// … of which because the server is being emptied.
    pub joins_draining: u64,
    /// Whether joins are refused now for that reason.
    pub draining: bool,
    /// Requests refused, of any kind.
    pub requests_refused: u64,
    /// Publications that turned to another codec.
    pub codec_changes: u64,
    /// Most events that control found waiting at once, on any lane from a worker, since this was last asked.
    pub event_lane_depth: u64,
    /// Commands that wait for room on the lane of their worker, for all workers together.
    pub waiting_commands: u64,
    /// Requests that wait in control because a worker is stuck.
    pub held_requests: u64,
}

#[cfg(test)]
mod tests;
