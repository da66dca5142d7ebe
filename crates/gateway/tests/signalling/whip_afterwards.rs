//! What may still happen to a session of WHIP or WHEP: fragments, deletion, loss, and guessing.

use std::time::Duration;

use switchyard_control::intent::{Connection, Intent};
use switchyard_control::notice::{Addressed, ConnectionState, EndReason, Notice};
use switchyard_control::refusal::Refusal;
use switchyard_gateway::config::GatewayConfig;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::ids::{Identity, PublicationId};

use crate::http::{Answer, Ask};
use crate::support::{Harness, development, get, joined};
use crate::whip::{FRAGMENT, SDP, WHEP, WHIP, ada, answer, let_in, post, published, quick};

/// Sends a fragment, and gives control's answer to it where control is asked.
async fn patch(harness: &mut Harness, url: &str, if_match: Option<&str>, reply: Option<Notice>) -> Answer {
    let mut ask = Ask::new("PATCH", url).header(FRAGMENT).body("a=ice-ufrag:abcd");
    if let Some(tag) = if_match {
        ask = ask.header(("if-match", tag));
    }
    let asked = ask.send(harness.address);
    if let Some(notice) = reply {
        let request = harness.heard().await;
        let Intent::Fragment { connection, fragment, .. } = &request.intent else { panic!("{request:?}") };
        assert_eq!((*connection, fragment.as_str()), (Connection::Publish, "a=ice-ufrag:abcd"));
        harness.reply(&request, notice);
    }
    asked.await.unwrap()
}

#[tokio::test]
async fn candidates_trickle_with_and_without_a_precondition() {
    let mut harness = Harness::open(quick()).await;
    let (url, tag, _) = published(&mut harness).await;

    for said in [Some(tag.as_str()), None, Some("*"), Some("\"*\"")] {
        let trickled = patch(&mut harness, &url, said, Some(Notice::Done)).await;
        assert_eq!((trickled.status, trickled.body.as_str()), (204, ""), "{said:?}");
        assert!(!trickled.has("etag"));
    }
    let other = patch(&mut harness, &url, Some("\"other\""), None).await;
    assert_eq!((other.status, other.error().as_str()), (412, "precondition_failed"));
    let refused = patch(&mut harness, &url, None, Some(Notice::Refused(Refusal::RestartNotAsked))).await;
    assert_eq!((refused.status, refused.error().as_str()), (428, "restart_not_asked"));
    let wrong = Ask::new("PATCH", &url).header(SDP).body("v=0").send(harness.address).await.unwrap();
    assert_eq!(wrong.status, 415);
}

#[tokio::test]
async fn a_restart_is_answered_with_a_fragment_and_a_new_tag() {
    let mut harness = Harness::open(quick()).await;
    let (url, before, _) = published(&mut harness).await;
    let ours = Notice::Answer { sdp: "a=ice-ufrag:ours".into(), publications: Vec::new() };

    let restarted = patch(&mut harness, &url, Some("*"), Some(ours)).await;

    assert_eq!((restarted.status, restarted.body.as_str()), (200, "a=ice-ufrag:ours"));
    assert_eq!(restarted.header("content-type"), "application/trickle-ice-sdpfrag");
    let after = restarted.header("etag");
    assert_ne!(after, before);
    assert_eq!(patch(&mut harness, &url, Some(&before), None).await.status, 412);
    assert_eq!(patch(&mut harness, &url, Some(after), Some(Notice::Done)).await.status, 204);
}

#[tokio::test]
async fn a_flood_of_fragments_is_slowed_down() {
    let mut harness = Harness::open(quick()).await;
    let (url, tag, _) = published(&mut harness).await;
    let mut last = 204;

    for _ in 0..200 {
        let asked = Ask::new("PATCH", &url)
            .header(FRAGMENT)
            .header(("if-match", &tag))
            .body("")
            .send(harness.address);
        tokio::select! {
            request = harness.heard() => { harness.reply(&request, Notice::Done); }
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
        let answer = asked.await.unwrap();
        last = answer.status;
        if last == 429 {
            assert!(answer.has("retry-after"));
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_deleted_resource_leaves_at_once_and_is_gone() {
    let mut harness = Harness::open(quick()).await;
    let (url, _, session) = published(&mut harness).await;

    let deleted = Ask::new("DELETE", &url).send(harness.address).await.unwrap();

    assert_eq!(deleted.status, 200);
    let request = harness.heard().await;
    assert_eq!((request.session, request.intent), (session, Intent::Leave));
    let again = Ask::new("DELETE", &url).send(harness.address).await.unwrap();
    assert_eq!((again.status, again.error().as_str()), (404, "not_found"));
    assert_eq!(patch(&mut harness, &url, None, None).await.status, 404);
    assert_eq!(harness.sessions.count(), 0);
}

#[tokio::test]
async fn a_lost_connection_ends_its_resource() {
    let mut harness = Harness::open(quick()).await;
    let (url, _, session) = published(&mut harness).await;

    let state = ConnectionState::Ended(LineEnd::IceTimeout);
    harness.tell(session, Notice::ConnectionChanged { connection: Connection::Publish, state });

    assert_eq!(harness.heard().await.intent, Intent::Leave);
    assert_eq!(Ask::new("DELETE", &url).send(harness.address).await.unwrap().status, 404);
}

#[tokio::test]
async fn a_session_that_control_ends_is_gone_and_nobody_leaves_twice() {
    let mut harness = Harness::open(quick()).await;
    let (url, _, session) = published(&mut harness).await;

    harness.tell(session, Notice::Ended(EndReason::Replaced));
    tokio::time::sleep(Duration::from_millis(100)).await;

    assert_eq!(Ask::new("DELETE", &url).send(harness.address).await.unwrap().status, 404);
    assert!(harness.heard_nothing_more());
}

#[tokio::test]
async fn a_viewer_with_nothing_left_to_see_is_let_go() {
    let mut harness = Harness::open(quick()).await;
    let asked = post(&harness, WHEP);
    let request = let_in(&mut harness, vec![ada(&[7, 8])]).await;
    harness.reply(&request, answer(&[7, 8]));
    asked.await.unwrap();
    let removed = |id| Notice::PublicationRemoved {
        identity: Identity::new("ada"),
        publication: PublicationId(id),
        why: None,
    };

    harness.tell(request.session, removed(7));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(harness.heard_nothing_more());
    harness.tell(request.session, removed(8));

    assert_eq!(harness.heard().await.intent, Intent::Leave);
}

#[tokio::test]
async fn whoever_gives_up_waiting_leaves() {
    let mut harness = Harness::open(development()).await;
    let asked = Ask::new("POST", WHEP).header(SDP).body("v=0").abandon(harness.address);

    let request = harness.heard().await;
    harness.sessions.deliver(Addressed {
        session: request.session,
        in_reply_to: request.id,
        notice: joined("lab", "viewer"),
        at_fault: None,
    });
    asked.await.unwrap();

    assert_eq!(harness.heard().await.intent, Intent::Leave);
}

#[tokio::test]
async fn guessing_names_is_slowed_down_and_knowing_one_is_not() {
    let mut harness = Harness::open(quick()).await;
    let (url, ..) = published(&mut harness).await;
    let mut statuses = Vec::new();

    for number in 0..80 {
        let guess = format!("/v1/whip/lab/{number:040x}");
        statuses.push(Ask::new("DELETE", &guess).send(harness.address).await.unwrap().status);
    }

    assert_eq!(statuses.first(), Some(&404));
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(patch(&mut harness, &url, None, Some(Notice::Done)).await.status, 204);
}

#[tokio::test]
async fn a_full_server_says_when_to_come_again() {
    let mut harness = Harness::open(GatewayConfig { max_connections: 1, ..quick() }).await;
    let (url, ..) = published(&mut harness).await;

    let full = post(&harness, WHIP).await.unwrap();
    assert_eq!((full.status, full.error().as_str()), (503, "full"));
    assert!(full.has("retry-after"));

    Ask::new("DELETE", &url).send(harness.address).await.unwrap();
    assert_eq!(harness.heard().await.intent, Intent::Leave);
    published(&mut harness).await;
}

#[tokio::test]
async fn a_server_that_stops_lets_its_resources_leave() {
    let mut harness = Harness::open(quick()).await;
    published(&mut harness).await;

    harness.stop();

    assert_eq!(harness.heard().await.intent, Intent::Leave);
    harness.stopped().await;
}

#[tokio::test]
async fn requests_are_counted_by_dialect_method_and_outcome_and_resources_while_they_are_open() {
    let mut harness = Harness::open(quick()).await;
    let (url, ..) = published(&mut harness).await;
    let ask = |method, path: &str| Ask::new(method, path).send(harness.address);
    ask("OPTIONS", WHIP).await.unwrap();
    ask("BREW", WHEP).await.unwrap();
    Ask::new("POST", WHEP).body("v=0").send(harness.address).await.unwrap();

    let open = get(harness.metrics, "/metrics").await;
    ask("DELETE", &url).await.unwrap();
    let closed = get(harness.metrics, "/metrics").await;

    for (dialect, method, status) in [
        ("whip", "POST", "2xx"),
        ("whip", "OPTIONS", "2xx"),
        ("whep", "other", "4xx"),
        ("whep", "POST", "4xx"),
    ] {
        let labels = format!(r#"{{dialect="{dialect}",method="{method}",status="{status}"}} 1"#);
        assert!(open.contains(&format!("switchyard_resource_requests_total{labels}")), "{labels}: {open}");
    }
    assert!(open.contains(r#"switchyard_resource_open{dialect="whip"} 1"#), "{open}");
    assert!(closed.contains(r#"switchyard_resource_open{dialect="whip"} 0"#), "{closed}");
    assert!(closed.contains(r#"method="DELETE",status="2xx"} 1"#), "{closed}");
}
