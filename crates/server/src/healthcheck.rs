//! `switchyard healthcheck`: asks a running server how it is, where there is no other program to ask.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

/// How long each step may take. Orchestrators give a check a few seconds as a whole.
const PATIENCE: Duration = Duration::from_secs(2);

/// Longest answer that is looked at.
const MAX_ANSWER: u64 = 4 * 1024;

/// Asks the server that listens at `listen`, and gives back what it says when it is well.
///
/// # Errors
/// Nobody answers, or the server is not well: what it says.
pub(crate) fn ask(listen: SocketAddr, alive: bool) -> anyhow::Result<String> {
    let (address, path) = (reachable(listen), if alive { "/healthz" } else { "/readyz" });
    let asked = || format!("http://{address}{path}");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).with_context(asked)?;
    stream.set_read_timeout(Some(PATIENCE)).with_context(asked)?;
    stream.set_write_timeout(Some(PATIENCE)).with_context(asked)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).with_context(asked)?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).with_context(asked)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.starts_with("HTTP/1.1 200") {
        return Ok(body.trim().to_owned());
    }
    bail!("{}: {} {}", asked(), head.lines().next().unwrap_or_default(), body.trim())
}

/// Where the server is found from the same machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
