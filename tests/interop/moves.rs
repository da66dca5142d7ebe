//! Renewed ICE credentials, and participants who go on from another address of their machine.
//!
//! What is asserted is that media comes again; for how long it did not is reported.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use switchyard_canary::{Canary, Pattern};
use tokio::time::{Instant, sleep};

use super::{PATIENCE, enter, streams, until};
use crate::server::Server;

/// How often credentials are renewed.
const RESTARTS: usize = 20;

/// How often somebody moves, there and back.
const MOVES: u8 = 6;

/// How often is looked for packets. What is reported is no finer.
const LOOK: Duration = Duration::from_millis(5);

/// Who does it: the participant that sends, or the one that receives.
#[derive(Clone, Copy)]
enum Who {
    Publisher,
    Subscriber,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_that_renews_its_credentials_twenty_times_goes_on_being_heard() -> Result<()> {
    renewals(Who::Publisher).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_renews_its_credentials_twenty_times_goes_on_hearing() -> Result<()> {
    renewals(Who::Subscriber).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publisher_that_moves_to_another_address_is_followed() -> Result<()> {
    moves(Who::Publisher).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_moves_to_another_address_is_followed() -> Result<()> {
    moves(Who::Subscriber).await
}

async fn renewals(who: Who) -> Result<()> {
    let server = Server::start(1)?;
    let (mut ada, bob) = call(&server).await?;
    let unauthentic = || server.metrics()?.sum("switchyard_dropped_packets_total", "unauthentic");
    let before = unauthentic()?;
    let mut gaps = Vec::new();
    for _ in 0..RESTARTS {
        gaps.push(gap_of_restart(who, &mut ada, &bob).await?);
    }

    report("renewals", &gaps);
    ensure!(unauthentic()? == before, "packets came under wrong keys");
    Ok(())
}

async fn moves(who: Who) -> Result<()> {
    let server = Server::start(1)?;
    let (mut ada, bob) = call(&server).await?;
    let mut gaps = Vec::new();
    for turn in 0..MOVES {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2 - turn % 2));
        match who {
            Who::Publisher => ada.move_to(address),
            Who::Subscriber => bob.move_to(address),
        }
        gaps.push(gap_of_restart(who, &mut ada, &bob).await?);
    }

    report("moves", &gaps);
    Ok(())
}

/// Ada publishes, and Bob gets sound and picture.
async fn call(server: &Server) -> Result<(Canary, Canary)> {
    let mut ada = enter(server, "ada").await?;
    ada.publish(Pattern::default()).await?;
    let bob = enter(server, "bob").await?;
    until("sound and picture", || streams(&bob) == 2).await?;
    sleep(Duration::from_secs(1)).await;
    Ok((ada, bob))
}

/// Restarts ICE, and returns the longest time in which Bob got nothing, until media comes steadily again.
async fn gap_of_restart(who: Who, ada: &mut Canary, bob: &Canary) -> Result<Duration> {
    let watch = watch(bob);
    let restart = async {
        match who {
            Who::Publisher => ada.restart_publishing().await,
            Who::Subscriber => bob.restart_receiving().await,
        }
    };
    let (gap, done) = tokio::join!(watch, restart);
    done.context("ICE was not restarted")?;
    gap
}

/// The longest time without a packet, over a second and a half and until some have come since.
async fn watch(bob: &Canary) -> Result<Duration> {
    let began = Instant::now();
    let (mut longest, mut last, mut count) = (Duration::ZERO, began, bob.report().received.packets());
    let mut since_late = 0;
    while began.elapsed() < Duration::from_millis(1_500) || since_late < 20 {
        sleep(LOOK).await;
        let report = bob.report();
        ensure!(report.end.is_none(), "it is over: {report}");
        let now = report.received.packets();
        if now > count {
            longest = longest.max(last.elapsed());
            since_late =
                if last.elapsed() > Duration::from_millis(200) { 0 } else { since_late + now - count };
            (last, count) = (Instant::now(), now);
        }
        ensure!(last.elapsed() < PATIENCE, "nothing came any more");
    }
    Ok(longest)
}

fn report(what: &str, gaps: &[Duration]) {
    let mut sorted: Vec<_> = gaps.iter().map(Duration::as_millis).collect();
    sorted.sort_unstable();
    let (least, median) = (sorted.first(), sorted.get(sorted.len() / 2));
    println!("{} {what}: gaps {least:?} to {:?} ms, median {median:?} ms", sorted.len(), sorted.last());
}
