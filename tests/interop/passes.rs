//! What a token allows, how much of it, and for how long.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use switchyard_canary::{Canary, End, Options, Pattern};
use tokio::time::{Instant, sleep, timeout};

use crate::server::Server;
use crate::talk::{Talker, track};
use crate::{streams, until};

const ONE: &str = r#"
[gateway.auth.keys]
main = "main-main-main-main-main-main-main"
[gateway.admin]
secret = "admin-admin-admin-admin-admin-admin"
"#;

/// What opens the admin API of such a server.
const ADMIN: &str = "admin-admin-admin-admin-admin-admin";

/// The options of a token of the one key.
fn pass(identity: &str, more: &str) -> String {
    format!("--key main --room lab --identity {identity} {more}")
}

/// Somebody of the one key's room.
async fn enter(server: &Server, identity: &str, more: &str) -> Result<Talker> {
    Ok(Talker::join(server, &pass(identity, more)).await?.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_granted_is_not_permitted() -> Result<()> {
    let server = Server::start_with(ONE)?;
    let mut ada = enter(&server, "ada", "").await?;
    let published = ada.publish(1).await?.remove(0);

    let grants = "--grant publish=camera --grant subscribe=false --grant messages=false --grant rename=false";
    let mut bob = enter(&server, "bob", grants).await?;

    ensure!(bob.publish(1).await? == [json!("not_permitted")], "a microphone");
    let requests = [
        json!({"type": "subscribe", "publication": published}),
        json!({"type": "message", "text": "hello"}),
        json!({"type": "set_name", "name": "Robert"}),
        json!({"type": "set_metadata", "metadata": "{}"}),
        json!({"type": "kick", "identity": "ada"}),
        json!({"type": "mute", "publication": published, "muted": true}),
        json!({"type": "lock", "locked": true}),
        json!({"type": "set_room_metadata", "metadata": "{}"}),
        json!({"type": "end_room"}),
    ];
    for request in requests {
        ensure!(bob.refused(request.clone()).await? == "not_permitted", "{request}");
    }
    ensure!(!bob.has_heard("offer").await?, "nothing is offered to who may not subscribe");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_cap_is_held() -> Result<()> {
    let server = Server::start_with(ONE)?;
    let mut ada = enter(&server, "ada", "--cap max_tracks=2").await?;

    let outcomes = ada.publish(3).await?;
    ensure!(outcomes[0].is_u64() && outcomes[1].is_u64() && outcomes[2] == "cap_reached", "{outcomes:?}");

    let mut bob = enter(&server, "bob", "--cap max_subscriptions=1").await?;
    let offer = bob.hear("offer").await?;
    ensure!(offer["subscriptions"] == json!([{"mid": "0", "publication": outcomes[0]}]), "{offer}");
    let second = json!({"type": "subscribe", "publication": outcomes[1]});
    ensure!(bob.refused(second.clone()).await? == "cap_reached", "a second subscription");
    bob.ask(json!({"type": "unsubscribe", "publication": outcomes[0]})).await?;
    ensure!(bob.ask(second).await?["type"] == "done", "one in the other's place");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_token_changes_what_is_permitted_in_mid_call() -> Result<()> {
    let server = Server::start_with(ONE)?;
    let mut ada = enter(&server, "ada", "").await?;
    let mut bob = enter(&server, "bob", "").await?;
    let outcomes = ada.offer(&[track(0, "microphone"), track(1, "screen_audio")]).await?;
    let (kept, taken) = (&outcomes[0], &outcomes[1]);

    let less = server.token(&pass("ada", "--grant publish=microphone --grant messages=false"))?;
    ensure!(ada.ask(json!({"type": "refresh_token", "token": less})).await?["type"] == "done");

    let changed = ada.hear("permissions_changed").await?;
    ensure!(changed["permissions"]["publish"] == json!(["microphone"]), "{changed}");
    let removed = ada.hear("publication_removed").await?;
    ensure!(removed["publication"] == *taken && removed["why"] == "not_permitted", "{removed}");
    let removed = bob.hear("publication_removed").await?;
    ensure!(removed["publication"] == *taken && removed["why"].is_null(), "{removed}");
    ensure!(ada.refused(json!({"type": "message", "text": "hello"})).await? == "not_permitted");
    let mute = json!({"type": "mute", "publication": kept, "muted": true});
    ensure!(ada.ask(mute).await?["type"] == "done", "what is still allowed stays");

    let more = server.token(&pass("ada", "--grant admin"))?;
    ada.ask(json!({"type": "refresh_token", "token": more})).await?;
    ensure!(ada.ask(json!({"type": "kick", "identity": "bob"})).await?["type"] == "done");
    ensure!(bob.closed().await? == 4003, "a new moderator");

    for (code, options) in [
        ("token_for_other_room", "--key main --room elsewhere --identity ada"),
        ("token_for_other_identity", "--key main --room lab --identity eve"),
    ] {
        let other = server.token(options)?;
        ensure!(ada.refused(json!({"type": "refresh_token", "token": other})).await? == code, "{options}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_with_its_token_unless_another_is_shown() -> Result<()> {
    /// Clocks may differ by so much, and the session lasts so much longer.
    const LEEWAY: Duration = Duration::from_secs(10);
    let server = Server::start_with(ONE)?;
    let mut bob = enter(&server, "bob", "").await?;
    let began = Instant::now();
    let mut ada = enter(&server, "ada", "--ttl 1s").await?;
    let mut cyd = enter(&server, "cyd", "--ttl 1s").await?;
    let longer = server.token(&pass("cyd", ""))?;
    cyd.ask(json!({"type": "refresh_token", "token": longer})).await?;

    sleep(LEEWAY.saturating_sub(began.elapsed())).await;
    let ended = ada.hear("ended").await?;

    ensure!(ended["reason"] == "token_expired", "{ended}");
    ensure!(ada.closed().await? == 4005);
    ensure!(began.elapsed() < LEEWAY + Duration::from_secs(3), "it took {:?}", began.elapsed());
    ensure!(bob.hear("participant_left").await?["identity"] == "ada");
    ensure!(!cyd.has_heard("ended").await?, "another token was shown");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_revoked_is_out_within_two_seconds_and_stays_out() -> Result<()> {
    let server = Server::start_with(ONE)?;
    let mut ada = enter(&server, "ada", "--id ada-1").await?;
    let mut again = Talker::connect(&server, &server.token(&pass("again", "--id ada-1"))?).await?;
    let mut bob = enter(&server, "bob", "").await?;
    let mut cyd = enter(&server, "cyd", "--id cyd-1").await?;
    let token = Some(server.token(&pass("eve", "--id eve-1"))?);
    let mut eve = Canary::join(Options { token, ..Options::new(&server.url(), "lab", "eve") }).await?;
    eve.publish(Pattern::default()).await?;
    let viewer = server.token(&pass("viewer", ""))?;
    let viewer =
        Canary::join(Options { token: Some(viewer), ..Options::new(&server.url(), "lab", "viewer") }).await?;
    until("sound and picture", || streams(&viewer) == 2).await?;

    let began = Instant::now();
    for what in [("token_id", "ada-1"), ("identity", "bob"), ("token_id", "eve-1")] {
        let what = json!({"tenant": "main", (what.0): what.1});
        server.admin("POST /v1/admin/revocations", ADMIN, &what.to_string())?;
    }
    let took = timeout(Duration::from_secs(2), async {
        for one in [&mut ada, &mut bob] {
            let ended = one.hear("ended").await?;
            ensure!(ended["reason"] == "token_revoked", "{ended}");
            ensure!(one.closed().await? == 4006);
        }
        ensure!(eve.ended().await == End::Ended("token_revoked".into()));
        Ok(began.elapsed())
    });
    println!("everybody was out after {:?}", took.await??);

    let packets = || viewer.report().received.packets();
    let before = packets();
    sleep(Duration::from_secs(1)).await;
    ensure!(packets() - before < 20, "{} packets came afterwards", packets() - before);
    ensure!(
        again.refused(json!({"type": "join"})).await? == "token_revoked",
        "another session by the same token"
    );
    ensure!(!cyd.has_heard("ended").await?, "other tokens still hold");
    server.admin("DELETE /v1/admin/revocations/main/tokens/ada-1", ADMIN, "")?;
    ensure!(again.ask(json!({"type": "join"})).await?["type"] == "joined", "a revocation can be lifted");
    Ok(())
}

/// What each publisher of the next test may have forwarded, in bits per second.
const CAP: u64 = 800_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_its_cap_is_forwarded_of_a_publisher_that_ignores_it() -> Result<()> {
    let server = Server::start_with(ONE)?;
    // They read neither the bitrate in the answer nor feedback: each sends what it likes, with 40 kbit/s of sound.
    let (greedy, modest) =
        tokio::try_join!(watched(&server, "greedy", 1_200_000), watched(&server, "modest", 400_000))?;

    println!("forwarded of 1240 and 440 kbit/s with a cap of 800: {greedy:?}, {modest:?}");
    for [sound, picture] in [greedy, modest] {
        ensure!(sound + picture <= CAP, "{sound} and {picture} bit/s were forwarded");
        ensure!(sound > 36_000, "sound is not what was too much: {sound} bit/s");
    }
    ensure!(modest[1] > 300_000, "a publisher below its cap loses nothing: {modest:?}");
    Ok(())
}

/// What somebody receives in ten seconds, from the first packet on, of who sends a picture of `bitrate`: bits
/// per second of sound and of picture.
async fn watched(server: &Server, room: &str, bitrate: u32) -> Result<[u64; 2]> {
    let canary = async |identity: &str| {
        let options = format!("--key main --room {room} --identity {identity} --cap max_bitrate={CAP}");
        let options =
            Options { token: Some(server.token(&options)?), ..Options::new(&server.url(), room, identity) };
        Canary::join(options).await
    };
    let mut publisher = canary("publisher").await?;
    let viewer = canary("viewer").await?;
    publisher.publish(Pattern { video_bitrate: bitrate, ..Pattern::default() }).await?;
    until("sound and picture", || streams(&viewer) == 2).await?;

    sleep(Duration::from_secs(10)).await;

    let report = viewer.report();
    let rate = |kind| {
        let streams = report.received.streams.values().filter(|stream| stream.kind == kind);
        streams.map(|stream| stream.bytes * 8 / 10).sum()
    };
    Ok([rate("audio"), rate("video")])
}
