//! The server under test: the built binary, as a process of its own.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::vitals::{self, Metrics};

/// How long the server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// Servers run side by side, but for one under a load that others would feel.
static MACHINE: RwLock<()> = RwLock::new(());

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A running server. It is killed when this goes away.
pub(crate) struct Server {
    process: Child,
    listen: SocketAddr,
    metrics: SocketAddr,
    admin: SocketAddr,
    media: u16,
    overflows_before: u64,
    config: Option<PathBuf>,
    _turn: Turn,
}

/// The part of the machine that a server may use, given back last.
#[expect(dead_code, reason = "guards are only held")]
enum Turn {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

impl Server {
    /// Starts a server on free ports, with `workers` workers, one session after the other on each.
    pub(crate) fn start(workers: u16) -> Result<Self> {
        let turn = Turn::Shared(MACHINE.read().unwrap_or_else(PoisonError::into_inner));
        Self::spawn(turn, workers, LOOPBACK, &[], None)
    }

    /// Starts a server with one worker and the settings of a configuration file, whose text is given.
    pub(crate) fn start_with(config: &str) -> Result<Self> {
        let turn = Turn::Shared(MACHINE.read().unwrap_or_else(PoisonError::into_inner));
        let name = format!("interop-{}.toml", free_tcp_port()?.port());
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&file, config)?;
        Self::spawn(turn, 1, LOOPBACK, &[], Some(file))
    }

    /// Starts a server with more settings from the environment, when no other one runs, and keeps others
    /// from starting.
    pub(crate) fn start_alone(workers: u16, settings: &[(&str, &str)]) -> Result<Self> {
        let turn = Turn::Alone(MACHINE.write().unwrap_or_else(PoisonError::into_inner));
        Self::spawn(turn, workers, LOOPBACK, settings, None)
    }

    /// Starts a server with one worker that is reached at `announced`, for clients that do not use loopback.
    pub(crate) fn start_at(announced: IpAddr) -> Result<Self> {
        let turn = Turn::Shared(MACHINE.read().unwrap_or_else(PoisonError::into_inner));
        Self::spawn(turn, 1, announced, &[], None)
    }

    fn spawn(
        turn: Turn,
        workers: u16,
        announced: IpAddr,
        settings: &[(&str, &str)],
        config: Option<PathBuf>,
    ) -> Result<Self> {
        let (listen, metrics, media) = (free_tcp_port()?, free_tcp_port()?, free_udp_ports(workers)?);
        let admin = free_tcp_port()?;
        let mut process = Command::new(binary()?)
            .args(["--dev", "--listen", &listen.to_string()])
            .args(["--workers", &workers.to_string()])
            .args(["--port-base", &media.to_string()])
            .args(["--announce", &announced.to_string()])
            .env("SWITCHYARD_GATEWAY__METRICS_LISTEN", metrics.to_string())
            .env("SWITCHYARD_GATEWAY__ADMIN__LISTEN", admin.to_string())
            .env("SWITCHYARD_CONTROL__PLACEMENT", "spread")
            // Whoever vanishes is to be forgotten while a test waits for it.
            .env("SWITCHYARD_GATEWAY__RESUME_FOR", "2s")
            .env("SWITCHYARD_LOG__FILTER", "warn")
            .envs(settings.iter().copied())
            .envs(config.iter().map(|file| ("SWITCHYARD_CONFIG", file)))
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
        let overflows_before = vitals::kernel_overflows()?;
        Ok(Self { process, listen, metrics, admin, media, overflows_before, config, _turn: turn })
    }

    /// A token, minted as operators do. `options` are those of the command, in one line.
    pub(crate) fn token(&self, options: &str) -> Result<String> {
        let mut command = Command::new(binary()?);
        command.args(["token", "--dev"]).args(options.split_ascii_whitespace());
        command.envs(self.config.iter().map(|file| ("SWITCHYARD_CONFIG", file)));
        let output = command.output().context("the token command cannot be started")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Asks the admin API for something, as in `POST /v1/admin/drain`.
    ///
    /// # Errors
    ///
    /// When it is not done, with all that was answered.
    pub(crate) fn admin(&self, request: &str, secret: &str, body: &str) -> Result<()> {
        let mut connection = TcpStream::connect(self.admin).context("the admin API cannot be reached")?;
        let length = body.len();
        write!(
            connection,
            "{request} HTTP/1.0\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        ensure!(
            answer.split(' ').nth(1).is_some_and(|status| status.starts_with('2')),
            "{request}: {answer}"
        );
        Ok(())
    }

    /// Where participants connect.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}/v1/connect", self.listen)
    }

    /// Where plain HTTP is served.
    pub(crate) fn site(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// How many datagrams the kernel has had no room for since the server began, wherever they were going.
    pub(crate) fn overflows(&self) -> Result<u64> {
        Ok(vitals::kernel_overflows()?.saturating_sub(self.overflows_before))
    }

    /// Where the first worker receives media.
    pub(crate) const fn media(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), self.media)
    }

    /// What the server says of itself.
    pub(crate) fn metrics(&self) -> Result<Metrics> {
        Metrics::read(self.metrics)
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        vitals::memory(self.process.id())
    }

    /// How many files and sockets are open.
    pub(crate) fn descriptors(&self) -> Result<usize> {
        vitals::descriptors(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(file) = &self.config {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// The server's binary: the one that `SERVER_BINARY` names, else the one beside this test, built if
/// it has to be.
fn binary() -> Result<&'static PathBuf> {
    static BINARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = BINARY.get_or_init(|| std::env::var_os("SERVER_BINARY").map(PathBuf::from).or_else(build));
    found.as_ref().context("the server cannot be built")
}

fn build() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO")?;
    let built = Command::new(cargo).args(["build", "--quiet", "--package", "switchyard-server"]).status();
    let folder = std::env::current_exe().ok()?.ancestors().nth(2)?.to_owned();
    built.is_ok_and(|status| status.success()).then(|| folder.join("switchyard"))
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
