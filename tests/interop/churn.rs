//! People come and go, most of them without a word: nothing of them stays.

use anyhow::{Result, ensure};
use switchyard_canary::{Canary, Pattern};

use crate::server::Server;
use crate::{enter, setting, streams, until};

/// How many come and go in one round, the publisher among them.
const GUESTS: u64 = 20;

/// The most that memory may grow from the first round to the last, in bytes. A session with its connections takes
/// some tens of kilobytes while it lasts.
const GROWTH: u64 = 8 << 20;

/// What is counted of those who are there.
const GAUGES: [&str; 11] = [
    "switchyard_control_rooms",
    "switchyard_control_sessions",
    "switchyard_control_peers",
    "switchyard_control_publications",
    "switchyard_control_subscriptions",
    "switchyard_worker_peers",
    "switchyard_worker_addresses",
    "switchyard_worker_publications",
    "switchyard_worker_mirrors",
    "switchyard_worker_subscriptions",
    "switchyard_gateway_connections",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stays_of_those_who_come_and_go() -> Result<()> {
    let server = Server::start_alone(2, &[])?;
    ensure!(counted(&server)?.is_empty(), "somebody is there before anybody came");
    let descriptors = server.descriptors()?;

    come_and_go(&server).await?;
    let memory = server.memory()?;
    for _ in 1..setting("ROUNDS", 3) {
        come_and_go(&server).await?;
    }

    let open = || server.descriptors().is_ok_and(|now| now <= descriptors);
    until(&format!("no more than {descriptors} open files"), open).await?;
    let grown = server.memory()?.saturating_sub(memory);
    ensure!(grown <= GROWTH, "memory has grown by {grown} bytes");
    Ok(())
}

/// A round: everybody comes and receives, every other one leaves, the others just vanish.
async fn come_and_go(server: &Server) -> Result<()> {
    let mut ada = enter(server, "ada").await?;
    ada.publish(Pattern::default()).await?;
    let mut guests = Vec::new();
    for number in 1..GUESTS {
        guests.push(enter(server, &format!("guest-{number}")).await?);
    }
    until("sound and picture for everybody", || guests.iter().all(|guest| streams(guest) == 2)).await?;
    until("everything to be counted", || counted(server).is_ok_and(|counted| counted.len() == GAUGES.len()))
        .await?;

    for (number, guest) in guests.into_iter().enumerate() {
        if number % 2 == 0 {
            guest.leave().await;
        } else {
            drop::<Canary>(guest);
        }
    }
    ada.leave().await;
    until("everybody to be forgotten", || counted(server).is_ok_and(|left| left.is_empty())).await
}

/// The gauges that are above zero.
fn counted(server: &Server) -> Result<Vec<(&'static str, u64)>> {
    let metrics = server.metrics()?;
    let mut above = Vec::new();
    for name in GAUGES {
        let count = metrics.sum(name, "")?;
        if count > 0 {
            above.push((name, count));
        }
    }
    Ok(above)
}
