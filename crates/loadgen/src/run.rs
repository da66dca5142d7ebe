//! A run: everybody comes, stays, stops, and what was counted is added up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use switchyard_transport::dtls::Certificate;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::media_thread::{self, Door, Order, Performance, Tally};
use crate::plan::Plan;
use crate::process::{self, Machine, Usage};
use crate::report::Report;
use crate::signalling::{Attendance, Guest, attend};

/// How long to wait, once everybody has set out, until everybody is connected and receives.
const ARRIVAL: Duration = Duration::from_secs(20);

/// How long packets may be under way after the last one was sent.
const DRAIN: Duration = Duration::from_secs(1);

/// How often to look how far everybody is.
const LOOK: Duration = Duration::from_millis(100);

/// What was seen of a run.
pub(crate) struct Findings {
    pub(crate) attendances: Vec<Attendance>,
    pub(crate) performance: Performance,
    pub(crate) steady: Steady,
}

/// The time in which everybody was there and nobody came or went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Steady {
    /// How long it was.
    pub(crate) lasted: Duration,
    /// Packets that arrived in it.
    pub(crate) received: u64,
    /// Whether everybody was connected when it began.
    pub(crate) all_there: bool,
    /// How long the media thread slept in it.
    pub(crate) slept: Duration,
    /// What the server used in it.
    pub(crate) server: Option<(Usage, Usage)>,
    /// What all cores did in it.
    pub(crate) machine: Machine,
    /// What this process used in it.
    pub(crate) own: Option<(Usage, Usage)>,
}

/// Carries a plan out and reports.
///
/// # Errors
///
/// When it could not begin. What happens later is in the report.
pub fn run(plan: &Plan) -> Result<Report> {
    let certificate = Arc::new(Certificate::generate()?);
    let (door, thread) = media_thread::start(plan.seed).context("the media thread cannot begin")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let findings = runtime.block_on(conduct(plan, certificate, door))?;
    // It has ended, or it has told why not.
    let _ = thread.join();
    Ok(Report::new(plan, &findings))
}

async fn conduct(plan: &Plan, certificate: Arc<Certificate>, door: Door) -> Result<Findings> {
    let (leave, left) = watch::channel(false);
    let mut attending = JoinSet::new();
    let mut pace = interval(Duration::from_secs(1) / plan.joins_per_second);
    for guest in guests(plan, &certificate) {
        pace.tick().await;
        attending.spawn(attend(guest, door.clone(), left.clone()));
    }
    let mut attendances = Vec::new();
    let all_there = arrival(plan, &door, &mut attending, &mut attendances).await?;
    let anybody = tally(&door).await?.open > 0;
    let mut steady = if anybody { stay(plan, &door).await? } else { Steady::default() };
    steady.all_there = all_there;
    door.order(Order::StopSending);
    sleep(if anybody { DRAIN } else { Duration::ZERO }).await;
    let performance = door.ask(Order::AddUp).await.context("the media thread is gone")?;
    // Lines close after the session, as those of a page that leaves do: a line that ends before is a failure.
    leave.send_replace(true);
    attendances.extend(attending.join_all().await);
    door.order(Order::Close);
    Ok(Findings { attendances, performance, steady })
}

/// Everybody who is to come: publishers of all rooms first, so that subscribers find something.
fn guests(plan: &Plan, certificate: &Arc<Certificate>) -> impl Iterator<Item = Guest> {
    let destination = Arc::new(plan.destination.clone());
    let rooms = plan.rooms;
    let run = plan.seed as u32;
    let (seed, media) = (plan.seed, plan.media);
    let certificate = Arc::clone(certificate);
    let publishers =
        (0..plan.publishers).flat_map(move |place| (0..rooms).map(move |room| (room, "p", place)));
    let subscribers =
        (0..plan.subscribers).flat_map(move |place| (0..rooms).map(move |room| (room, "s", place)));
    (0..).zip(publishers.chain(subscribers)).map(move |(number, (room, part, place))| Guest {
        number,
        room: format!("load-{run:08x}-{room}"),
        identity: format!("{part}{place}"),
        publishes: (part == "p").then_some(media),
        destination: Arc::clone(&destination),
        certificate: Arc::clone(&certificate),
        seed: seed.wrapping_add(u64::from(number) + 1),
    })
}

/// Waits until everybody is connected and receives. False when somebody never was; those who have gone
/// already are put into `gone`.
async fn arrival(
    plan: &Plan,
    door: &Door,
    attending: &mut JoinSet<Attendance>,
    gone: &mut Vec<Attendance>,
) -> Result<bool> {
    let subscribers = plan.rooms * plan.subscribers;
    let deadline = Instant::now() + ARRIVAL;
    while Instant::now() < deadline && !attending.is_empty() {
        while let Some(attended) = attending.try_join_next() {
            gone.push(attended?);
        }
        let tally = tally(door).await?;
        if tally.open == plan.clients() && tally.receiving == subscribers {
            return Ok(true);
        }
        sleep(LOOK).await;
    }
    Ok(false)
}

/// Lets the run go on for as long as was asked, or until somebody interrupts it.
async fn stay(plan: &Plan, door: &Door) -> Result<Steady> {
    let look = || (plan.server_pid.and_then(process::usage), process::usage(std::process::id()));
    let (began, before, (server, own)) = (Instant::now(), tally(door).await?, look());
    let machine = process::machine();
    tokio::select! {
        () = sleep(plan.duration) => {}
        _ = tokio::signal::ctrl_c() => eprintln!("switchyard-load: interrupted; adding up"),
    }
    let (after, (server_after, own_after)) = (tally(door).await?, look());
    Ok(Steady {
        lasted: began.elapsed(),
        received: after.received - before.received,
        all_there: false,
        machine: process::machine().since(&machine),
        slept: after.slept.saturating_sub(before.slept),
        server: server.zip(server_after),
        own: own.zip(own_after),
    })
}

async fn tally(door: &Door) -> Result<Tally> {
    door.ask(Order::Tally).await.context("the media thread is gone")
}
