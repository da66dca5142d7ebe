//! The probe: somebody publishes and somebody watches, by each dialect in turn.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use switchyard_canary::{Canary, End, Options, Pattern, Report, WhipCanary, endpoint};
use tokio::time::{Instant, sleep};

use crate::values;

/// Who publishes, and who watches.
const NAMES: [&str; 2] = ["canary-publisher", "canary-viewer"];

/// How to probe.
#[derive(Args, Debug)]
pub(crate) struct Probe {
    /// The server to probe, as in http://127.0.0.1:7880.
    pub(crate) url: Option<String>,
    /// The room to meet in.
    #[arg(long, default_value = "canary")]
    room: String,
    /// What proves that somebody may publish; a server in development mode needs none.
    #[arg(long, env = "CANARY_PUBLISHER_TOKEN", hide_env_values = true)]
    publisher_token: Option<String>,
    /// What proves that somebody may watch.
    #[arg(long, env = "CANARY_VIEWER_TOKEN", hide_env_values = true)]
    viewer_token: Option<String>,
    /// The identity of the publisher's token.
    #[arg(long, default_value = NAMES[0])]
    publisher: String,
    /// The identity of the viewer's token.
    #[arg(long, default_value = NAMES[1])]
    viewer: String,
    /// How long to watch by each dialect, as in 10s.
    #[arg(long, default_value = "10s", value_parser = values::duration)]
    duration: Duration,
    /// Time without a packet after which media counts as stopped.
    #[arg(long, default_value = "3s", value_parser = values::duration)]
    stall: Duration,
}

/// What one dialect did.
#[derive(Debug, Serialize)]
struct Leg {
    dialect: &'static str,
    /// Until the publisher was let in, in milliseconds.
    publisher_joined_ms: Option<u64>,
    /// Until the viewer was let in.
    viewer_joined_ms: Option<u64>,
    /// Until the viewer's first packet.
    first_packet_ms: Option<u64>,
    packets: u64,
    lost: u64,
    /// From publisher to viewer, by the marks in the media.
    mean_latency_ms: f64,
    longest_latency_ms: u64,
    /// Why media stopped, when it did.
    stopped: Option<String>,
}

impl Probe {
    /// Probes by each dialect and prints what came of it. Returns whether media flowed until the end.
    pub(crate) async fn run(&self) -> Result<bool> {
        let url = self.url.as_deref().context("name the server to probe, as in http://127.0.0.1:7880")?;
        let base = url.trim_end_matches('/').replacen("ws://", "http://", 1);
        let native = self.native(&base).await?;
        // Once media has flowed, what does not begin has stopped.
        let whip = self.whip(&base).await.unwrap_or_else(|error| Leg {
            stopped: Some(format!("{error:#}")),
            ..Leg::new("whip", &Report::default(), &Report::default(), None)
        });
        let legs = [native, whip];
        let ok = legs.iter().all(|leg| leg.stopped.is_none());
        for leg in &legs {
            eprintln!("{leg}");
        }
        println!("{}", serde_json::json!({ "ok": ok, "url": url, "legs": legs }));
        Ok(ok)
    }

    async fn native(&self, base: &str) -> Result<Leg> {
        let url = format!("{}/v1/connect", base.replacen("http://", "ws://", 1));
        let options = |identity: &str, token: &Option<String>, subscribe| Options {
            token: token.clone(),
            subscribe,
            ..Options::new(&url, &self.room, identity)
        };
        let mut publisher = Canary::join(options(&self.publisher, &self.publisher_token, false)).await?;
        publisher.publish(Pattern::default()).await?;
        let viewer = Canary::join(options(&self.viewer, &self.viewer_token, true)).await?;
        let stopped = tokio::select! {
            end = publisher.ended() => Some(format!("the publisher's session ended: {end:?}")),
            end = viewer.ended() => Some(format!("the viewer's session ended: {end:?}")),
            stopped = self.watched(|| viewer.report()) => stopped,
        };
        let (seen, sent) = (viewer.leave().await, publisher.leave().await);
        Ok(Leg::new("native", &sent, &seen, stopped))
    }

    async fn whip(&self, base: &str) -> Result<Leg> {
        let Self { room, publisher: by, viewer: watcher, .. } = self;
        let without = |token: &Option<String>, identity| token.is_none().then_some(identity);
        let whip = endpoint(base, &["v1", "whip", room], without(&self.publisher_token, by.as_str()));
        let whep = endpoint(base, &["v1", "whep", room, by], without(&self.viewer_token, watcher.as_str()));
        let publisher =
            WhipCanary::publish(&whip, self.publisher_token.as_deref(), Pattern::default()).await?;
        let viewer = WhipCanary::watch(&whep, self.viewer_token.as_deref()).await?;
        let stopped = tokio::select! {
            End::MediaLost(why) | End::Ended(why) = publisher.ended() => Some(why),
            End::MediaLost(why) | End::Ended(why) = viewer.ended() => Some(why),
            stopped = self.watched(|| viewer.report()) => stopped,
        };
        let (seen, sent) = (viewer.report(), publisher.report());
        let left = viewer.leave().await.and(publisher.leave().await);
        let stopped = stopped.or_else(|| left.err().map(|error| format!("{error:#}")));
        Ok(Leg::new("whip", &sent, &seen, stopped))
    }

    /// Looks on for as long as asked; says so when sound or video stops before, or never comes.
    async fn watched(&self, report: impl Fn() -> Report) -> Option<String> {
        let until = Instant::now() + self.duration;
        let mut seen = [(0, Instant::now()); 2];
        while Instant::now() < until {
            sleep(Duration::from_millis(100)).await;
            let report = report();
            for (kind, (packets, since)) in ["audio", "video"].into_iter().zip(&mut seen) {
                let streams = report.received.streams.values().filter(|stream| stream.kind == kind);
                let now: u64 = streams.map(|stream| stream.packets).sum();
                if now != *packets {
                    (*packets, *since) = (now, Instant::now());
                } else if since.elapsed() >= self.stall {
                    return Some(format!("no {kind} arrives"));
                }
            }
        }
        None
    }
}

impl Leg {
    fn new(dialect: &'static str, sent: &Report, seen: &Report, stopped: Option<String>) -> Self {
        let streams = || seen.received.streams.values();
        let packets = seen.received.packets();
        let way: f64 = streams().map(|stream| stream.mean_way().as_secs_f64() * stream.packets as f64).sum();
        let mean_latency_ms = if packets == 0 { 0.0 } else { way * 1_000.0 / packets as f64 };
        Self {
            dialect,
            publisher_joined_ms: sent.timings.joined_ms,
            viewer_joined_ms: seen.timings.joined_ms,
            first_packet_ms: seen.timings.first_packet_ms,
            packets,
            lost: seen.lost(),
            mean_latency_ms: (mean_latency_ms * 100.0).round() / 100.0,
            longest_latency_ms: streams().map(|stream| stream.longest_ms).max().unwrap_or(0),
            stopped,
        }
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |value: Option<u64>| value.map_or_else(|| "never".to_owned(), |ms| format!("{ms} ms"));
        write!(
            f,
            "{:6}  publisher in after {}, viewer in after {}, first packet after {}; \
             {} packets, {} lost, {} ms mean, {} ms longest",
            self.dialect,
            ms(self.publisher_joined_ms),
            ms(self.viewer_joined_ms),
            ms(self.first_packet_ms),
            self.packets,
            self.lost,
            self.mean_latency_ms,
            self.longest_latency_ms,
        )?;
        self.stopped.as_ref().map_or(Ok(()), |why| write!(f, "; media stopped: {why}"))
    }
}
