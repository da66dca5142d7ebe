//! Puts the server together: sockets, workers, control, gateway; then waits for its end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, anyhow, bail};
use switchyard_bus::lane::lane;
use switchyard_bus::mesh::mesh;
use switchyard_bus::wake::Wake;
use switchyard_bus::{command, event, snapshot};
use switchyard_control::config::{ControlConfig, WorkerAddress};
use switchyard_control::driver::Control;
use switchyard_gateway::admin::config::AdminListen;
use switchyard_gateway::listener::{BindError, Gateway, Listeners};
use switchyard_gateway::port::ControlPort;
use switchyard_metrics::Exporter;
use switchyard_net::{BufferSizes, EventFd, addresses, clock};
use switchyard_transport::dtls::{Certificate, DtlsVersions};
use switchyard_transport::ice_lite::issue_credentials;
use switchyard_vocab::ids::WorkerId;
use switchyard_vocab::redundancy::AudioRedundancy;
use switchyard_worker::{Lanes, Worker, WorkerConfig};
use tokio::runtime;
use tokio::sync::watch;

use crate::config::{Config, DtlsChoice, MediaConfig, RedundancyChoice};
use crate::control_task::{ControlTask, HeldBack, Nudge, WorkerLanes};
use crate::journal::Journal;
use crate::ports::Ports;
use crate::shutdown::StopSignals;
use crate::watchdog::{Leashes, Watchdog, watchdog};
use crate::worker_thread::WorkerThread;

/// Runs the server until it is told to stop.
///
/// # Errors
/// When a socket, a thread or the certificate cannot be had, or a part of the server ends early.
pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    let certificate = Arc::new(Certificate::generate()?);
    let nudge = Arc::new(Nudge::default());
    let (leashes, watchdog) = watchdog();
    let workers = Workers::start(&config.media, &certificate, &nudge, &leashes)?;
    let control = Control::new(
        ControlConfig {
            limits: config.control.limits.clone(),
            codecs: config.control.codecs.clone(),
            quotas: config.gateway.auth.quotas(),
            redundancy: redundancy(config.media.audio_redundancy),
            ccfb: config.media.ccfb,
            placement: config.control.placement,
            join_timeout: config.gateway.join_timeout,
            resume_for: config.gateway.resume_for,
            workers: workers.addresses.clone(),
            fingerprint: certificate.fingerprint().clone(),
        },
        seed()?,
        issue_credentials,
    );
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (lanes, snapshots, threads) = (workers.lanes, workers.snapshots, workers.threads);
    let parts = Parts { control, lanes, snapshots, nudge, leashes, watchdog };
    let ended_early = runtime.block_on(serve(config, parts))?;
    for thread in threads {
        // A thread that panicked has said so itself.
        let _ = thread.join();
    }
    if let Some(part) = ended_early {
        bail!("{part} ended before the server was told to stop");
    }
    tracing::info!("stopped");
    Ok(())
}

/// What runs beside the workers, before it runs.
struct Parts {
    control: Control,
    lanes: Vec<WorkerLanes>,
    snapshots: Vec<snapshot::Reader>,
    nudge: Arc<Nudge>,
    leashes: Leashes,
    watchdog: Watchdog,
}

/// Serves until told to stop, or until a part ends that should not have; then names it.
async fn serve(config: &Config, parts: Parts) -> anyhow::Result<Option<String>> {
    let Parts { control, lanes, snapshots, nudge, leashes, mut watchdog } = parts;
    let listeners = Listeners::bind(&config.gateway).await.map_err(cannot_listen)?;
    let (port, from_gateway) = ControlPort::open(&config.gateway);
    let (stop_control, stop) = watch::channel(false);
    let sessions = port.sessions.clone();
    let task = ControlTask {
        control,
        from_gateway,
        sessions,
        workers: lanes,
        nudge,
        held_back: HeldBack::default(),
        journal: Journal::default(),
        stop,
    };
    let leash = leashes.leash("control");
    let control = tokio::spawn(async move {
        let _leash = leash;
        task.run().await;
    });
    let mut signals = StopSignals::install().context("can't listen for signals")?;
    let signalling = listeners.signalling.local_addr()?;
    let metrics = listeners.metrics.local_addr()?;
    let admin = listeners.admin.as_ref().map(|admin| admin.local_addr()).transpose()?;
    let admin = admin.map_or(AdminListen::Off, AdminListen::At);
    tracing::info!(%signalling, %metrics, %admin, page = %page(signalling), "ready");

    let exporter = Exporter::new(snapshots, env!("CARGO_PKG_VERSION"));
    let gateway = Gateway::new(config.gateway.clone(), port, exporter);
    let mut ended_early = None;
    let told_to_stop = async {
        tokio::select! {
            () = signals.received() => {}
            part = watchdog.first_end() => {
                tracing::error!(part, "ended early; stopping everything else");
                ended_early = Some(part);
            }
        }
    };
    // First the gateway tells everybody and closes; what its sessions leave behind is control's to end.
    gateway.serve(listeners, told_to_stop).await;
    stop_control.send_replace(true);
    control.await.context("the control task failed")?;
    Ok(ended_early)
}

fn cannot_listen(error: BindError) -> anyhow::Error {
    let BindError { address, key, source } = error;
    anyhow!("gateway.{key}: TCP {address} can't be listened on: {source}")
}

/// Where a browser on this machine finds the page.
fn page(signalling: SocketAddr) -> String {
    match signalling.ip().is_unspecified() {
        true => format!("http://localhost:{}/", signalling.port()),
        false => format!("http://{signalling}/"),
    }
}

/// All workers, running.
struct Workers {
    addresses: Vec<WorkerAddress>,
    lanes: Vec<WorkerLanes>,
    snapshots: Vec<snapshot::Reader>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    fn start(
        media: &MediaConfig,
        certificate: &Arc<Certificate>,
        nudge: &Arc<Nudge>,
        leashes: &Leashes,
    ) -> anyhow::Result<Self> {
        let count = media.worker_count();
        let announced = announced(media);
        let wakes = (0..count).map(|_| EventFd::new().map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
        let links = mesh(&wakes.iter().map(|wake| wake.clone() as Arc<dyn Wake>).collect::<Vec<_>>());
        let sizes = BufferSizes { receive: media.receive_buffer, send: media.send_buffer };
        let wall = clock::anchor();
        let mut workers =
            Self { addresses: Vec::new(), lanes: Vec::new(), snapshots: Vec::new(), threads: Vec::new() };
        for ((number, wake), links) in (0_u8..).zip(wakes).zip(links) {
            let port = media.port_base + u16::from(number);
            let ports = Ports::open(&media.bind, port, sizes)
                .with_context(|| format!("media.port_base: no port for worker {number}"))?;
            let (to_worker, commands) = lane(command::CAPACITY, wake.clone());
            let (events, from_worker) = lane(event::CAPACITY, nudge.clone());
            let (snapshot, reader) = snapshot::place();
            let (downlinks, figures) = snapshot::place();
            let config = WorkerConfig {
                id: WorkerId(number),
                certificate: certificate.clone(),
                dtls: versions(media.dtls),
                adapts: media.adapt,
                redundancy: redundancy(media.audio_redundancy),
                wall,
                seed: seed()?,
            };
            let worker = Worker::new(config, Lanes { commands, events, links, snapshot, downlinks });
            workers.threads.push(WorkerThread { wake, worker, ports }.start(leashes)?);
            workers.lanes.push(WorkerLanes::new(to_worker, from_worker, figures));
            workers.snapshots.push(reader);
            let candidates = announced.iter().map(|&address| SocketAddr::new(address, port)).collect();
            workers.addresses.push(WorkerAddress { candidates });
        }
        if announced.is_empty() {
            tracing::warn!("no address to announce: clients can't send media; set media.announce");
        }
        tracing::info!(workers = count, first_port = media.port_base, ?announced, "media ports open");
        Ok(workers)
    }
}

/// Where clients reach us: as configured, else at the addresses of the default route.
fn announced(media: &MediaConfig) -> Vec<IpAddr> {
    if media.announce.is_empty() { addresses::default_addresses() } else { media.announce.clone() }
}

const fn versions(choice: DtlsChoice) -> DtlsVersions {
    match choice {
        DtlsChoice::Auto => DtlsVersions::Auto,
        DtlsChoice::OnlyV12 => DtlsVersions::Only12,
    }
}

const fn redundancy(choice: RedundancyChoice) -> AudioRedundancy {
    match choice {
        RedundancyChoice::Off => AudioRedundancy::Off,
        RedundancyChoice::OnLoss => AudioRedundancy::OnLoss,
        RedundancyChoice::Always => AudioRedundancy::Always,
    }
}

/// 32 bytes from the system's generator.
fn seed() -> anyhow::Result<[u8; 32]> {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).context("the system gives no random numbers")?;
    Ok(seed)
}
