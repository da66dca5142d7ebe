//! Two tenants on one server: they know nothing of each other, and each has no more than its quota.

use anyhow::{Result, ensure};
use serde_json::json;
use switchyard_canary::{Canary, Options, Pattern, WhipCanary, endpoint};

use crate::server::Server;
use crate::talk::Talker;
use crate::{streams, until};

/// Two tenants without quotas, and two players who need not wait long.
const TWO: &str = r#"
[gateway.auth.keys]
acme = "acme-acme-acme-acme-acme-acme-acme"
beta = "beta-beta-beta-beta-beta-beta-beta"
[gateway.whip]
wait_for_publisher = "1s"
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_with_a_room_of_the_same_name_never_meet() -> Result<()> {
    let server = Server::start_with(TWO)?;
    let (mut ada, _) = Talker::join(&server, "--key acme --room lab --identity ada").await?;
    let published = ada.publish(1).await?.remove(0);

    let (mut eve, joined) =
        Talker::join(&server, "--key beta --room lab --identity eve --grant admin").await?;
    ensure!(joined["participants"] == json!([]), "{joined}");
    let (_other, _) = Talker::join(&server, "--key beta --room lab --identity ada").await?;
    eve.ask(json!({"type": "message", "text": "is anybody there?"})).await?;

    let foreign = [
        ("unknown_publication", json!({"type": "subscribe", "publication": published})),
        ("unknown_publication", json!({"type": "mute", "publication": published, "muted": true})),
    ];
    for (code, request) in foreign {
        ensure!(eve.refused(request.clone()).await? == code, "{request}");
    }
    for request in [
        json!({"type": "kick", "identity": "ada", "ban_seconds": 60}),
        json!({"type": "lock", "locked": true}),
    ] {
        ensure!(eve.ask(request.clone()).await?["type"] == "done", "{request}");
    }
    eve.ask(json!({"type": "end_room"})).await?;

    for kind in ["participant_joined", "participant_left", "message", "room_changed", "ended"] {
        ensure!(!ada.has_heard(kind).await?, "the other tenant was heard: {kind}");
    }
    let (_bob, joined) = Talker::join(&server, "--key acme --room lab --identity bob").await?;
    ensure!(joined["participants"][0]["identity"] == "ada" && joined["locked"] == false, "{joined}");
    let (_again, _) = Talker::join(&server, "--key acme --room lab --identity eve").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_of_one_tenant_reaches_nobody_of_another() -> Result<()> {
    let server = Server::start_with(TWO)?;
    let whip = endpoint(&server.site(), &["v1", "whip", "lab"], None);
    let whep = endpoint(&server.site(), &["v1", "whep", "lab", "encoder"], None);
    let token = |key: &str, who: &str| server.token(&format!("--key {key} --room lab --identity {who}"));
    let encoder = WhipCanary::publish(&whip, Some(&token("acme", "encoder")?), Pattern::default()).await?;

    let friend = WhipCanary::watch(&whep, Some(&token("acme", "friend")?)).await?;
    let options = Options { token: Some(token("beta", "spy")?), ..Options::new(&server.url(), "lab", "spy") };
    let spy = Canary::join(options).await?;
    let refused = WhipCanary::watch(&whep, Some(&token("beta", "watcher")?)).await.err();

    let received = || friend.report().received.packets();
    until("picture and sound for the friend", || received() > 200).await?;
    ensure!(refused.as_ref().is_some_and(|error| error.to_string().contains("404")), "{refused:?}");
    ensure!(streams(&spy) == 0 && spy.report().received.packets() == 0, "{}", spy.report());
    encoder.leave().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_beyond_a_quota_is_refused_and_other_tenants_do_not_notice() -> Result<()> {
    let server = Server::start_with(
        r#"
        [gateway.auth.keys]
        beta = "beta-beta-beta-beta-beta-beta-beta"
        [gateway.auth.keys.acme]
        secret = "acme-acme-acme-acme-acme-acme-acme"
        max_rooms = 2
        max_participants = 3
        max_bitrate = 5000000
        "#,
    )?;
    let join = json!({"type": "join"});
    let visitor = async |key: &str, room: &str, who: &str| {
        let token = server.token(&format!("--key {key} --room {room} --identity {who}"))?;
        Talker::connect(&server, &token).await
    };
    let (mut ada, _) = Talker::join(&server, "--key acme --room one --identity ada").await?;
    let (mut bob, _) = Talker::join(&server, "--key acme --room two --identity bob").await?;

    let mut third_room = visitor("acme", "three", "cyd").await?;
    ensure!(third_room.refused(join.clone()).await? == "quota_reached", "a third room");
    let (_cyd, _) = Talker::join(&server, "--key acme --room two --identity cyd").await?;
    let mut fourth = visitor("acme", "two", "dan").await?;
    ensure!(fourth.refused(join.clone()).await? == "quota_reached", "a fourth participant");

    ensure!(ada.publish(1).await?[0].is_u64(), "the first publisher has 3.5 of 5 Mbit/s");
    ensure!(bob.publish(1).await? == [json!("quota_reached")], "the second would have 3.5, too");
    let modest = server.token("--key acme --room two --identity bob --cap max_bitrate=1500000")?;
    bob.ask(json!({"type": "refresh_token", "token": modest})).await?;
    ensure!(bob.publish(1).await?[0].is_u64(), "with a cap of 1.5 Mbit/s it fits");

    let (mut eve, _) = Talker::join(&server, "--key beta --room three --identity eve").await?;
    ensure!(eve.publish(1).await?[0].is_u64(), "the other tenant has quotas of its own");
    ada.ask(json!({"type": "leave"})).await?;
    ensure!(fourth.ask(join).await?["type"] == "joined", "who leaves makes room");
    Ok(())
}
