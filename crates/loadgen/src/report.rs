//! The report: what was sent, what became of it, and whether the figures can be trusted.

mod table;

use std::time::Duration;

use serde::Serialize;
use switchyard_vocab::codec::MediaKind;

use crate::histogram::Histogram;
use crate::media_thread::Performance;
use crate::plan::{MediaPlan, Plan};
use crate::publisher::Sent;
use crate::run::{Findings, Steady};
use crate::subscriber::Outcome;

/// Most failures that are told one by one.
const MAX_FAILURES: usize = 20;

/// Share of late frames above which delays say more of the generator than of the server.
const TOLERABLE_LATENESS: f64 = 0.01;

/// Share of idle time below which generator and server take cores from one another.
const MIN_IDLE: f64 = 0.2;

/// Share of its time that the media thread may be busy before its own queue shows in the delays.
const TOLERABLE_BUSY: f64 = 0.8;

/// What became of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Rooms.
    pub rooms: u32,
    /// Publishers per room.
    pub publishers: u32,
    /// Subscribers per room.
    pub subscribers: u32,
    /// What each publisher sent.
    pub media: MediaPlan,
    /// Seconds in which everybody was there.
    pub steady_seconds: f64,
    /// How long joining took.
    pub joins: Joins,
    /// Sound.
    pub audio: KindReport,
    /// Pictures.
    pub video: KindReport,
    /// What publishers heard: keyframes asked for.
    pub keyframe_requests: u64,
    /// What publishers heard: packets asked for again.
    pub nacks: u64,
    /// What publishers heard: transport-wide feedback.
    pub transport_feedback: u64,
    /// Datagrams that subscribers could not open, and packets of streams never announced.
    pub strays: u64,
    /// The server's process, if it was watched.
    pub server: Option<ServerUse>,
    /// This process.
    pub generator: Generator,
    /// Clients that failed, and why.
    pub failures: Vec<String>,
}

/// How long joining took, in milliseconds since a client began to connect.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Joins {
    /// Clients that were to join.
    pub wanted: u32,
    /// Clients that were let in.
    pub joined: u32,
    /// Until the server let them in.
    pub joined_ms: Percentiles,
    /// Until the media connection was open.
    pub open_ms: Percentiles,
    /// Until a subscriber had its first packet of media.
    pub first_packet_ms: Percentiles,
    /// Until a subscriber had its first packet of a picture, which is a keyframe.
    pub first_picture_ms: Percentiles,
}

/// Half, nearly all, and the worst.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Percentiles {
    /// Half of all are not above this.
    pub p50: f64,
    /// 95 of 100 are not above this.
    pub p95: f64,
    /// 99 of 100 are not above this.
    pub p99: f64,
    /// None is above this.
    pub max: f64,
}

/// What became of one kind of media. Packets, unless it says otherwise.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct KindReport {
    /// Sent by publishers.
    pub sent: u64,
    /// Bytes of payload in them.
    pub sent_bytes: u64,
    /// Sent again by publishers because the server asked.
    pub resent: u64,
    /// Keyframes sent.
    pub keyframes: u64,
    /// Streams that the server announced to subscribers.
    pub streams: u64,
    /// … on which nothing came.
    pub silent: u64,
    /// Received by subscribers, doubles left out.
    pub received: u64,
    /// Never received, though sent after the stream had begun.
    pub lost: u64,
    /// Received again.
    pub duplicated: u64,
    /// Received after a later one.
    pub reordered: u64,
    /// Received on streams of retransmissions.
    pub retransmitted: u64,
    /// Received without media: padding.
    pub padding: u64,
    /// Changes of the encoding.
    pub switches: u64,
    /// Time from publisher to subscriber, in milliseconds.
    pub latency_ms: Percentiles,
}

/// What the server used while everybody was there.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ServerUse {
    /// CPU seconds.
    pub cpu_seconds: f64,
    /// CPU seconds per second.
    pub cores: f64,
    /// Resident memory at the end, in bytes.
    pub rss_bytes: u64,
    /// The most there ever was, in bytes.
    pub rss_peak_bytes: u64,
    /// Packets forwarded to subscribers.
    pub forwarded: u64,
    /// … per CPU second.
    pub forwarded_per_cpu_second: f64,
}

/// What the generator used, and whether it kept up.
#[derive(Clone, Debug, Serialize)]
pub struct Generator {
    /// CPU seconds of this process.
    pub cpu_seconds: f64,
    /// Share of its time that the media thread was busy.
    pub busy: f64,
    /// Share of the time of all cores in which there was nothing to do.
    pub machine_idle: f64,
    /// … in which the kernel handled packets. On loopback it does the receiving half of the server's
    /// sending there, which then is in nobody's CPU seconds.
    pub machine_softirq: f64,
    /// … that the host gave to other machines.
    pub machine_steal: f64,
    /// Frames and sound packets that were due.
    pub due: u64,
    /// … sent more than 10 ms late.
    pub late: u64,
    /// … left out because they were much too late.
    pub skipped: u64,
    /// The latest of all, in milliseconds.
    pub latest_ms: f64,
    /// Datagrams that this process' own sockets dropped.
    pub kernel_drops: u64,
    /// Datagrams that the kernel did not take from us.
    pub send_failures: u64,
    /// Reasons not to trust the figures above; empty when the generator kept up.
    pub bottlenecks: Vec<String>,
}

impl Report {
    pub(crate) fn new(plan: &Plan, findings: &Findings) -> Self {
        let Findings { attendances, performance, steady } = findings;
        let mut joined: Vec<Duration> = attendances.iter().filter_map(|one| one.joined_after).collect();
        let [(_, audio_sent, audio), (_, video_sent, video)] = &performance.kinds;
        Self {
            rooms: plan.rooms,
            publishers: plan.publishers,
            subscribers: plan.subscribers,
            media: plan.media,
            steady_seconds: steady.lasted.as_secs_f64(),
            joins: Joins {
                wanted: plan.clients(),
                joined: joined.len() as u32,
                joined_ms: Percentiles::of(&mut joined),
                open_ms: Percentiles::of(&mut performance.open_after.clone()),
                first_packet_ms: Percentiles::of(&mut performance.first_packet_after.clone()),
                first_picture_ms: Percentiles::of(&mut performance.first_picture_after.clone()),
            },
            audio: KindReport::new(audio_sent, audio, &performance.delays.audio),
            video: KindReport::new(video_sent, video, &performance.delays.video),
            keyframe_requests: performance.heard.keyframe_requests,
            nacks: performance.heard.nacks,
            transport_feedback: performance.heard.transport_feedback,
            strays: performance.strays + performance.refused,
            server: server_use(steady),
            generator: Generator::new(performance, steady),
            failures: failures(plan, findings),
        }
    }

    /// Whether everything that was sent arrived once and in order, at everybody.
    pub fn is_faultless(&self) -> bool {
        let is_clean = |kind: &KindReport| kind.lost == 0 && kind.duplicated == 0 && kind.reordered == 0;
        self.failures.is_empty() && is_clean(&self.audio) && is_clean(&self.video)
    }
}

impl Percentiles {
    /// Of these times; zeros when there are none.
    fn of(times: &mut [Duration]) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
            times.get(rank).copied().map_or(0.0, millis)
        };
        Self { p50: at(50), p95: at(95), p99: at(99), max: at(100) }
    }

    fn of_histogram(histogram: &Histogram) -> Self {
        let at = |percent| millis(histogram.percentile(percent));
        Self { p50: at(50.0), p95: at(95.0), p99: at(99.0), max: millis(histogram.longest()) }
    }
}

impl KindReport {
    fn new(sent: &Sent, outcome: &Outcome, delays: &Histogram) -> Self {
        Self {
            sent: sent.packets,
            sent_bytes: sent.bytes,
            resent: sent.resent,
            keyframes: sent.keyframes,
            streams: outcome.streams,
            silent: outcome.silent,
            received: outcome.account.received,
            lost: outcome.account.lost,
            duplicated: outcome.account.duplicated,
            reordered: outcome.account.reordered,
            retransmitted: outcome.resent,
            padding: outcome.unstamped,
            switches: outcome.account.switches,
            latency_ms: Percentiles::of_histogram(delays),
        }
    }
}

impl Generator {
    fn new(performance: &Performance, steady: &Steady) -> Self {
        let slept = steady.slept.as_secs_f64() / steady.lasted.as_secs_f64().max(1e-9);
        let mut generator = Self {
            cpu_seconds: steady.own.map_or(0.0, |(from, to)| (to.cpu.saturating_sub(from.cpu)).as_secs_f64()),
            busy: (1.0 - slept).clamp(0.0, 1.0),
            machine_idle: steady.machine.share(steady.machine.idle),
            machine_softirq: steady.machine.share(steady.machine.softirq),
            machine_steal: steady.machine.share(steady.machine.steal),
            due: performance.punctuality.due,
            late: performance.punctuality.late,
            skipped: performance.punctuality.skipped,
            latest_ms: millis(performance.punctuality.latest),
            kernel_drops: performance.kernel_drops,
            send_failures: performance.send_failures,
            bottlenecks: Vec::new(),
        };
        generator.bottlenecks = generator.find_bottlenecks();
        generator
    }

    fn find_bottlenecks(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.kernel_drops > 0 {
            found.push(format!(
                "{} datagrams were dropped at the generator's own sockets and count as lost: raise net.core.rmem_max",
                self.kernel_drops
            ));
        }
        if self.send_failures > 0 {
            found.push(format!("{} datagrams could not be sent and count as lost", self.send_failures));
        }
        if self.late as f64 > self.due as f64 * TOLERABLE_LATENESS {
            found.push(format!("{} of {} frames left more than 10 ms late", self.late, self.due));
        }
        if self.machine_idle < MIN_IDLE {
            found.push(format!(
                "the machine was idle for {:.0} % of its time: whatever runs on it waited for a core",
                self.machine_idle * 100.0
            ));
        }
        if self.busy > TOLERABLE_BUSY {
            found.push(format!("the media thread was busy {:.0} % of its time", self.busy * 100.0));
        }
        found
    }
}

fn server_use(steady: &Steady) -> Option<ServerUse> {
    let (before, after) = steady.server?;
    let cpu_seconds = after.cpu.saturating_sub(before.cpu).as_secs_f64();
    Some(ServerUse {
        cpu_seconds,
        cores: cpu_seconds / steady.lasted.as_secs_f64().max(1e-9),
        rss_bytes: after.rss,
        rss_peak_bytes: after.rss_peak,
        forwarded: steady.received,
        forwarded_per_cpu_second: if cpu_seconds > 0.0 { steady.received as f64 / cpu_seconds } else { 0.0 },
    })
}

fn failures(plan: &Plan, findings: &Findings) -> Vec<String> {
    let Findings { attendances, performance, steady } = findings;
    let mut failures: Vec<String> = attendances.iter().filter_map(|one| one.failure.clone()).collect();
    failures.extend(
        performance.ended.iter().map(|(client, why)| format!("client {client}: the line ended: {why}")),
    );
    if performance.deaf > 0 {
        failures.push(format!("{} subscribers never received anything", performance.deaf));
    }
    for (kind, _, outcome) in &performance.kinds {
        let published = match kind {
            MediaKind::Audio => plan.media.audio,
            MediaKind::Video => plan.media.video.is_some(),
        };
        let expected = u64::from(plan.rooms * plan.publishers * plan.subscribers) * u64::from(published);
        let came = outcome.streams - outcome.silent;
        if came != expected {
            failures.push(format!("{} of {expected} streams of {} came", came, kind.as_str()));
        }
    }
    if !steady.all_there && failures.is_empty() {
        failures.push("not everybody was connected when the measurement began".into());
    }
    let rest = failures.len().saturating_sub(MAX_FAILURES);
    failures.truncate(MAX_FAILURES);
    if rest > 0 {
        failures.push(format!("… and {rest} more"));
    }
    failures
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests;
