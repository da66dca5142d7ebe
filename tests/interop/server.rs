//! The server under test: the built binary, as a process of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// How long the server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server. It is killed when this goes away.
pub(crate) struct Server {
    process: Child,
    listen: SocketAddr,
    overflows_before: u64,
}

impl Server {
    /// Starts a server on free ports, with `workers` workers, one session after the other on each.
    pub(crate) fn start(workers: u16) -> Result<Self> {
        let listen = free_tcp_port()?;
        let metrics = free_tcp_port()?;
        let mut process = Command::new(binary()?)
            .args(["--dev", "--listen", &listen.to_string()])
            .args(["--workers", &workers.to_string()])
            .args(["--port-base", &free_udp_ports(workers)?.to_string()])
            .args(["--announce", "127.0.0.1"])
            .env("SWITCHYARD_GATEWAY__METRICS_LISTEN", metrics.to_string())
            .env("SWITCHYARD_CONTROL__PLACEMENT", "spread")
            .env("SWITCHYARD_LOG__FILTER", "warn")
            .stdout(Stdio::null())
            .spawn()
            .context("the server cannot be started")?;

        let began = Instant::now();
        while TcpStream::connect(listen).is_err() {
            if let Some(status) = process.try_wait()? {
                bail!("the server ended before it listened: {status}");
            }
            ensure!(began.elapsed() < PATIENCE, "the server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { process, listen, overflows_before: kernel_overflows()? })
    }

    /// Where participants connect.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}/v1/connect", self.listen)
    }

    /// How many datagrams the kernel has had no room for since the server began, wherever they were going.
    pub(crate) fn overflows(&self) -> Result<u64> {
        Ok(kernel_overflows()?.saturating_sub(self.overflows_before))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server's binary: the one that `SERVER_UNDER_TEST` names, else the one beside this test, built if
/// it has to be.
fn binary() -> Result<&'static PathBuf> {
    static BINARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found =
        BINARY.get_or_init(|| std::env::var_os("SERVER_UNDER_TEST").map(PathBuf::from).or_else(build));
    found.as_ref().context("the server cannot be built")
}

fn build() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO")?;
    let built = Command::new(cargo).args(["build", "--quiet", "--package", "switchyard-server"]).status();
    let folder = std::env::current_exe().ok()?.ancestors().nth(2)?.to_owned();
    built.is_ok_and(|status| status.success()).then(|| folder.join("switchyard"))
}

/// How many UDP datagrams found a socket's buffer full, of all processes in this network namespace.
fn kernel_overflows() -> Result<u64> {
    let page = std::fs::read_to_string("/proc/net/snmp")?;
    let mut udp = page.lines().filter_map(|line| line.strip_prefix("Udp: "));
    let (names, values) = udp.next().zip(udp.next()).context("the kernel does not count datagrams")?;
    let counts = names.split(' ').zip(values.split(' '));
    counts
        .filter(|(name, _)| ["RcvbufErrors", "SndbufErrors"].contains(name))
        .map(|(_, value)| value.parse::<u64>().context("not a count"))
        .sum()
}

fn free_tcp_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// The first of `count` free ports in a row.
fn free_udp_ports(count: u16) -> Result<u16> {
    for _ in 0..100 {
        let first = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        let base = first.local_addr()?.port();
        let others: Vec<_> =
            (1..count).map(|n| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, base.saturating_add(n)))).collect();
        if others.iter().all(Result::is_ok) {
            return Ok(base);
        }
    }
    bail!("no {count} free UDP ports in a row")
}
