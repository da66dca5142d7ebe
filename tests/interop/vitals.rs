//! What can be seen of a server from outside: its metrics, and what the kernel tells of its process.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result};

/// The metrics page as it was at one moment.
pub(crate) struct Metrics(String);

impl Metrics {
    /// Reads the page at `address`.
    pub(crate) fn read(address: SocketAddr) -> Result<Self> {
        let mut connection = TcpStream::connect(address).context("the metrics page cannot be reached")?;
        connection.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
        let mut page = String::new();
        connection.read_to_string(&mut page)?;
        Ok(Self(page))
    }

    /// A metric by its full name, summed over those of its labels that contain `label`.
    ///
    /// # Errors
    ///
    /// When the page has no such line, or no number in it.
    pub(crate) fn sum(&self, name: &str, label: &str) -> Result<u64> {
        let lines = self.0.lines().filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
        let values: Vec<_> = lines
            .filter(|(labels, _)| (labels.is_empty() || labels.starts_with('{')) && labels.contains(label))
            .map(|(_, value)| value.parse::<f64>().map(|value| value as u64))
            .collect::<Result<_, _>>()?;
        (!values.is_empty()).then(|| values.iter().sum()).with_context(|| format!("no {name} {label}"))
    }
}

/// Resident memory of a process, in bytes.
pub(crate) fn memory(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok());
    Ok(kibibytes.context("the kernel does not tell how much memory is used")? * 1024)
}

/// How many files, sockets included, a process has open.
pub(crate) fn descriptors(pid: u32) -> Result<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

/// How many UDP datagrams found a socket's buffer full, of all processes in this network namespace.
pub(crate) fn kernel_overflows() -> Result<u64> {
    let page = fs::read_to_string("/proc/net/snmp")?;
    let mut udp = page.lines().filter_map(|line| line.strip_prefix("Udp: "));
    let (names, values) = udp.next().zip(udp.next()).context("the kernel does not count datagrams")?;
    let counts = names.split(' ').zip(values.split(' '));
    counts
        .filter(|(name, _)| ["RcvbufErrors", "SndbufErrors"].contains(name))
        .map(|(_, value)| value.parse::<u64>().context("not a count"))
        .sum()
}
