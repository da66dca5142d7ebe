use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use tokio::time::{sleep, timeout};

use super::{Direction, Peer, Shared};
use crate::home::Home;
use crate::pattern::Pattern;
use crate::publisher::Published;
use crate::report::Report;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Two canaries without a server between them, so that a fault found with one is not a canary's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_gets_every_packet_and_its_first_keyframe() {
    let (here, there) = (Shared::new(), Shared::new());
    let mut sender = Peer::new(here.clone(), Direction::Publish, Home::new(HERE)).await.expect("a sender");
    let mut receiver =
        Peer::new(there.clone(), Direction::Subscribe, Home::new(HERE)).await.expect("a receiver");
    let audio = Published::add(&sender, RtpCodecKind::Audio).await.expect("sound");
    let video = Published::add(&sender, RtpCodecKind::Video).await.expect("video");

    let offer = sender.offer().await.expect("an offer");
    let answer = receiver.answer(offer).await.expect("an answer");
    sender.handle_answer(answer).await.expect("a usable answer");
    wait_until(&here, |report| report.timings.publish_open_ms.is_some()).await;
    let sound = audio.start(Pattern::default(), here.clone()).await.expect("sound flows");
    let picture = video.start(Pattern::default(), here.clone()).await.expect("video flows");
    wait_until(&there, |report| report.received.packets() > 150).await;
    sound.abort();
    picture.abort();

    let report = there.with(|report| report.clone());
    assert_eq!(report.received.streams.len(), 2, "{report}");
    assert_eq!((report.lost(), report.doubled(), report.reordered()), (0, 0, 0), "{report}");
    assert!(report.received.streams.values().all(|stream| stream.marks.unique > 0), "{report}");
}

async fn wait_until(shared: &Shared, done: impl Fn(&Report) -> bool) {
    let poll = async {
        while !shared.with(|report| done(report)) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = timeout(Duration::from_secs(10), poll).await;
    waited.unwrap_or_else(|_| panic!("waited in vain: {}", shared.with(|report| report.clone())));
}
