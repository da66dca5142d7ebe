//! What the kernel tells of a process and of the machine: CPU time and memory.

use std::fs;
use std::time::Duration;

/// Most threads looked at. A server has some dozens.
const MAX_THREADS: usize = 4_096;

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Usage {
    /// CPU time of all its threads, exact to nanoseconds.
    pub(crate) cpu: Duration,
    /// Resident memory now, in bytes.
    pub(crate) rss: u64,
    /// The most there ever was.
    pub(crate) rss_peak: u64,
}

/// How all cores have spent their time so far, in ticks. Only differences and shares mean something.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Machine {
    /// Everything.
    pub(crate) total: u64,
    /// Nothing to do.
    pub(crate) idle: u64,
    /// The kernel's handling of packets. On loopback that is the receiving half of every send, and
    /// kernels that account for it keep it out of the times of processes.
    pub(crate) softirq: u64,
    /// Given to other machines by the host.
    pub(crate) steal: u64,
}

impl Machine {
    /// What was spent since.
    pub(crate) const fn since(&self, before: &Self) -> Self {
        Self {
            total: self.total.saturating_sub(before.total),
            idle: self.idle.saturating_sub(before.idle),
            softirq: self.softirq.saturating_sub(before.softirq),
            steal: self.steal.saturating_sub(before.steal),
        }
    }

    /// A part of the total, 0–1.
    pub(crate) fn share(&self, part: u64) -> f64 {
        part as f64 / self.total.max(1) as f64
    }
}

/// Looks at the machine.
pub(crate) fn machine() -> Machine {
    fs::read_to_string("/proc/stat").ok().and_then(|text| read_machine(&text)).unwrap_or_default()
}

/// The first line: user, nice, system, idle, iowait, irq, softirq, steal.
fn read_machine(text: &str) -> Option<Machine> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> =
        line.split_ascii_whitespace().take(8).filter_map(|word| word.parse().ok()).collect();
    let &[_, _, _, idle, waiting, _, softirq, steal] = ticks.as_slice() else { return None };
    Some(Machine { total: ticks.iter().sum(), idle: idle + waiting, softirq, steal })
}

/// Looks at a process; `None` when it is gone or belongs to somebody else.
pub(crate) fn usage(pid: u32) -> Option<Usage> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(Usage {
        cpu: cpu_of_threads(pid)?,
        rss: kibibytes(&status, "VmRSS:")? * 1024,
        rss_peak: kibibytes(&status, "VmHWM:")? * 1024,
    })
}

/// The first number of each thread's `schedstat` is the nanoseconds it ran.
fn cpu_of_threads(pid: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanos = threads.take(MAX_THREADS).flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().next()?.parse::<u64>().ok()
    });
    Some(Duration::from_nanos(nanos.sum()))
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests;
