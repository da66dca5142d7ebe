//! WHIP and WHEP with another implementation at both ends.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use switchyard_canary::{Canary, Options, Pattern, WhipCanary, endpoint};
use tokio::time::sleep;

use crate::server::Server;
use crate::{nothing_amiss, streams, until};

const ROOM: &str = "interop";

fn whip(server: &Server, identity: &str) -> String {
    endpoint(&server.site(), &["v1", "whip", ROOM], Some(identity))
}

fn whep(server: &Server, whom: &str, identity: &str) -> String {
    endpoint(&server.site(), &["v1", "whep", ROOM, whom], Some(identity))
}

async fn publish(server: &Server, identity: &str) -> Result<WhipCanary> {
    WhipCanary::publish(&whip(server, identity), None, Pattern::default()).await
}

async fn watch(server: &Server, whom: &str, identity: &str) -> Result<WhipCanary> {
    WhipCanary::watch(&whep(server, whom, identity), None).await
}

fn packets(canary: &WhipCanary, kind: &str) -> u64 {
    let report = canary.report();
    let streams = report.received.streams.values().filter(|stream| stream.kind == kind);
    streams.map(|stream| stream.packets).sum()
}

async fn sees_and_hears(viewer: &WhipCanary) -> Result<()> {
    until("sound and picture", || packets(viewer, "audio") > 50 && packets(viewer, "video") > 50).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_published_by_whip_arrives_by_whep_and_by_the_native_dialect() -> Result<()> {
    let server = Server::start(2)?;
    let encoder = publish(&server, "encoder").await?;
    let viewer = watch(&server, "encoder", "viewer").await?;
    let guest = Canary::join(Options::new(&server.url(), ROOM, "guest")).await?;

    sees_and_hears(&viewer).await?;
    until("both tracks for the guest", || streams(&guest) == 2).await?;

    nothing_amiss(&server, &viewer.leave().await?)?;
    nothing_amiss(&server, &guest.leave().await)?;
    nothing_amiss(&server, &encoder.leave().await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whep_shows_who_publishes_by_the_native_dialect() -> Result<()> {
    let server = Server::start(1)?;
    let mut ada = Canary::join(Options::new(&server.url(), ROOM, "ada")).await?;
    ada.publish(Pattern::default()).await?;

    let viewer = watch(&server, "ada", "viewer").await?;

    sees_and_hears(&viewer).await?;
    nothing_amiss(&server, &viewer.leave().await?)?;
    nothing_amiss(&server, &ada.leave().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_may_come_before_who_it_watches() -> Result<()> {
    let server = Server::start(1)?;
    let url = whep(&server, "encoder", "viewer");
    let early = tokio::spawn(async move { WhipCanary::watch(&url, None).await });
    sleep(Duration::from_secs(1)).await;
    let encoder = publish(&server, "encoder").await?;

    let viewer = early.await??;

    sees_and_hears(&viewer).await?;
    viewer.leave().await?;
    encoder.leave().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_within_a_second_of_deleting() -> Result<()> {
    let server = Server::start(1)?;
    let encoder = publish(&server, "encoder").await?;
    let viewer = watch(&server, "encoder", "viewer").await?;
    sees_and_hears(&viewer).await?;
    let gone = whep(&server, "encoder", "late");

    encoder.leave().await?;
    sleep(Duration::from_secs(1)).await;

    let before = viewer.report().received.packets();
    sleep(Duration::from_millis(500)).await;
    ensure!(viewer.report().received.packets() == before, "media goes on");
    let refused = WhipCanary::watch(&gone, None).await.err().context("nobody is there to be watched")?;
    ensure!(refused.to_string().contains("404"), "{refused}");
    let again = viewer.leave().await.err().context("the viewer's session has ended, too")?;
    ensure!(again.to_string().contains("404"), "{again}");
    Ok(())
}
