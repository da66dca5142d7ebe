//! The report for people.

use std::fmt;

use super::{KindReport, Percentiles, Report};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rooms, publishers, subscribers, joins, generator, .. } = self;
        writeln!(
            f,
            "{rooms} rooms of {publishers} publishers and {subscribers} subscribers, {:.1} s with everybody there",
            self.steady_seconds
        )?;
        writeln!(f, "\njoins: {} of {}", joins.joined, joins.wanted)?;
        writeln!(f, "  {:<14}{:>10}{:>10}{:>10}{:>10}", "ms", "p50", "p95", "p99", "max")?;
        write_percentiles(f, "joined", &joins.joined_ms)?;
        write_percentiles(f, "open", &joins.open_ms)?;
        write_percentiles(f, "first packet", &joins.first_packet_ms)?;
        write_percentiles(f, "first picture", &joins.first_picture_ms)?;
        writeln!(f, "latency")?;
        write_percentiles(f, "audio", &self.audio.latency_ms)?;
        write_percentiles(f, "video", &self.video.latency_ms)?;
        writeln!(
            f,
            "\n  {:<8}{:>10}{:>12}{:>8}{:>12}{:>10}{:>9}{:>10}{:>9}{:>10}",
            "packets",
            "sent",
            "received",
            "lost",
            "duplicated",
            "reordered",
            "resent",
            "repeated",
            "padding",
            "switches"
        )?;
        write_kind(f, "audio", &self.audio)?;
        write_kind(f, "video", &self.video)?;
        writeln!(
            f,
            "\npublishers heard: {} keyframe requests ({} keyframes sent), {} packets asked for again, {} feedback packets",
            self.keyframe_requests, self.video.keyframes, self.nacks, self.transport_feedback
        )?;
        if self.strays > 0 {
            writeln!(f, "strays: {} datagrams that nobody had announced or could open", self.strays)?;
        }
        if let Some(server) = &self.server {
            writeln!(
                f,
                "server: {:.2} CPU s ({:.3} cores), {:.1} MiB resident ({:.1} at most), {} packets forwarded, {:.0} per CPU second",
                server.cpu_seconds,
                server.cores,
                mebibytes(server.rss_bytes),
                mebibytes(server.rss_peak_bytes),
                server.forwarded,
                server.forwarded_per_cpu_second
            )?;
        }
        writeln!(
            f,
            "generator: {:.2} CPU s, media thread {:.0} % busy, {} of {} frames late (latest {:.1} ms), {} left out",
            generator.cpu_seconds,
            generator.busy * 100.0,
            generator.late,
            generator.due,
            generator.latest_ms,
            generator.skipped
        )?;
        writeln!(
            f,
            "machine: {:.0} % idle, {:.0} % in the kernel's packet handling, {:.0} % taken by the host",
            generator.machine_idle * 100.0,
            generator.machine_softirq * 100.0,
            generator.machine_steal * 100.0
        )?;
        for bottleneck in &generator.bottlenecks {
            writeln!(f, "THE GENERATOR WAS THE BOTTLENECK: {bottleneck}")?;
        }
        for failure in &self.failures {
            writeln!(f, "failed: {failure}")?;
        }
        let verdict =
            if self.is_faultless() { "everything arrived once and in order" } else { "NOT faultless" };
        write!(f, "{verdict}")
    }
}

fn write_percentiles(f: &mut fmt::Formatter<'_>, name: &str, percentiles: &Percentiles) -> fmt::Result {
    let Percentiles { p50, p95, p99, max } = percentiles;
    writeln!(f, "  {name:<14}{p50:>10.2}{p95:>10.2}{p99:>10.2}{max:>10.2}")
}

fn write_kind(f: &mut fmt::Formatter<'_>, name: &str, kind: &KindReport) -> fmt::Result {
    writeln!(
        f,
        "  {name:<8}{:>10}{:>12}{:>8}{:>12}{:>10}{:>9}{:>10}{:>9}{:>10}",
        kind.sent,
        kind.received,
        kind.lost,
        kind.duplicated,
        kind.reordered,
        kind.resent,
        kind.retransmitted,
        kind.padding,
        kind.switches
    )
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
