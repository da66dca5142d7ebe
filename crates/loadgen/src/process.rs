//! What the kernel tells of a process: CPU time and memory.

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
