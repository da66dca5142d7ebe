use std::time::Duration;

use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::rtp::{SeqNo, Ssrc};
use switchyard_wire::rtcp::{FirEntry, Pli};

use crate::testing::call::{Call, Viewer};

fn running_call() -> (Call, [Viewer; 2]) {
    let mut call = Call::on(1);
    let viewers = [call.join(0), call.join(0)];
    call.run(1_000);
    (call, viewers)
}

/// Shortest time between two requests for a keyframe of one layer.
fn least_gap(call: &mut Call) -> Duration {
    let plis = call.publisher().plis();
    let gap = |ssrc: u32| {
        let times: Vec<_> = plis.iter().filter(|(_, of)| *of == Ssrc(ssrc)).map(|(at, _)| *at).collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).min()
    };
    (2_000..2_003).filter_map(gap).min().unwrap_or(Duration::MAX)
}

#[test]
fn who_subscribes_needs_a_keyframe_and_it_is_asked_for() {
    let mut call = Call::on(1);
    call.run(1_000);
    assert_eq!(call.publisher().plis().len(), 0);

    call.join(0);
    call.run(100);

    assert_eq!(call.publisher().plis().first().map(|(_, ssrc)| *ssrc), Some(Ssrc(2_002)));
}

#[test]
fn a_flood_of_requests_reaches_the_publisher_a_few_times_and_then_once_in_three_seconds() {
    let (mut call, [impatient, patient]) = running_call();
    let media = impatient.video.ssrc;

    let before = call.publisher().plis().len();
    for round in 0..1_200_u32 {
        call.client(&impatient).report(|out| {
            for _ in 0..40 {
                out.pli(Pli { sender: Ssrc(1), media }).expect("room");
            }
            out.fir(Ssrc(1), &[FirEntry { ssrc: media, request: round as u8 }]).expect("room");
        });
        call.run(10);
    }
    call.run(1_000);

    assert!(least_gap(&mut call) >= Duration::from_millis(1_000));
    let asked = call.publisher().plis().len() - before;
    assert!((5..=3 + 12 / 3).contains(&asked), "{asked}");
    let counters = call.world.counters(0);
    assert!(counters.plis_received > 4_000);
    assert!(counters.keyframe_requests_suppressed > 4_000);
    call.assert_unharmed(&impatient);
    call.assert_unharmed(&patient);
}

#[test]
fn a_publisher_that_makes_no_keyframes_is_not_pressed_harder() {
    let mut call = Call::on(1);
    call.run(100);
    call.is_stubborn = true;
    (0..10).for_each(|_| {
        call.join(0);
    });

    call.run(5_000);

    assert!(least_gap(&mut call) >= Duration::from_millis(500));
    assert!(call.publisher().plis().len() >= 8);
}

#[test]
fn a_flood_of_requests_is_answered_three_times_a_packet_at_most() {
    let (mut call, [greedy, modest]) = running_call();
    let (media, before) = (greedy.video.ssrc, call.client(&greedy).rtp.len());
    let first = call.seen(&greedy).first().expect("a picture").seq;

    for _ in 0..100 {
        let newest = call.seen(&greedy).last().expect("a picture").seq;
        let count = newest.wrapping_sub(first).wrapping_add(600);
        call.client(&greedy).report(|out| {
            let lost = (0..count).map(|ahead| SeqNo(first.wrapping_add(ahead)));
            out.nack(Ssrc(1), media, lost).expect("room");
        });
        call.run(10);
    }
    call.run(1_000);

    let again = call.stream(greedy.client, greedy.video.rtx_ssrc).len();
    let new = call.client(&greedy).rtp.len() - before - again;
    assert!(again <= 3 * (new + before), "{again} again, {new} new");
    let counters = call.world.counters(0);
    assert_eq!(counters.resent.packets as usize, again);
    let others = counters.nacks_received as usize - again;
    let unanswered = counters.nacks_suppressed + counters.nacks_missed;
    // What was overwritten while it waited for its turn to leave is counted as such.
    assert_eq!((unanswered + counters.drops.get(DropReason::TooOld)) as usize, others);
    assert!(others > 20 * again, "{again} again, {others} not");
    call.assert_unharmed(&modest);
    call.assert_unharmed(&greedy);
}

#[test]
fn reports_beyond_the_budget_are_dropped() {
    let (mut call, [loud, quiet]) = running_call();
    let dropped = |call: &Call| call.world.drops(0, DropReason::RtcpRateLimited);

    for _ in 0..200 {
        (0..50)
            .for_each(|_| call.client(&loud).report(|out| out.receiver_report(Ssrc(1), &[]).expect("room")));
        call.run(10);
    }

    assert!(dropped(&call) >= 10_000 - 3 * 200, "{}", dropped(&call));
    call.assert_unharmed(&loud);
    call.assert_unharmed(&quiet);
}

#[test]
fn what_cannot_be_read_inside_authentic_reports_is_counted() {
    let (mut call, [liar, honest]) = running_call();
    let mut sent = 0;

    for kind in 192..=223_u8 {
        for (count, words) in [(31, 0), (0x1f, 500), (1, 2), (15, 3)] {
            let mut bytes = vec![0x80 | count, kind];
            bytes.extend_from_slice(&(words as u16).to_be_bytes());
            bytes.extend((0..40_u32).map(|at| (at * 57 + u32::from(kind)) as u8));
            call.client(&liar).send_rtcp(bytes);
            sent += 1;
        }
        call.run(20);
    }
    call.run(500);

    let malformed = call.world.drops(0, DropReason::MalformedRtcp);
    assert!(malformed > sent / 2, "{malformed} of {sent}");
    call.assert_unharmed(&liar);
    call.assert_unharmed(&honest);
}

#[test]
fn reports_about_streams_of_others_change_nothing() {
    let (mut call, [nosy, other]) = running_call();
    let (theirs, publishers) = (other.video.ssrc, Ssrc(call.video[2].ssrc));
    let asked = call.publisher().plis().len();

    call.client(&nosy).report(|out| {
        out.pli(Pli { sender: Ssrc(1), media: theirs }).expect("room");
        out.pli(Pli { sender: Ssrc(1), media: publishers }).expect("room");
        out.nack(Ssrc(1), theirs, (0..100).map(SeqNo)).expect("room");
        out.bye(&[theirs, publishers]).expect("room");
    });
    call.run(1_000);

    assert_eq!(call.publisher().plis().len(), asked);
    assert_eq!(call.world.counters(0).nacks_received, 0);
    call.assert_unharmed(&nosy);
    call.assert_unharmed(&other);
}

#[test]
fn forged_reports_are_dropped() {
    let (mut call, [viewer, _]) = running_call();

    for number in 0..1_000_u32 {
        let mut bytes = vec![0x80, 201, 0, 1];
        bytes.extend(number.to_be_bytes());
        bytes.extend([9; 40]);
        call.client(&viewer).send(bytes);
    }
    call.run(500);

    assert_eq!(call.world.drops(0, DropReason::Unauthentic), 1_000);
    call.assert_unharmed(&viewer);
}

#[test]
fn goodbye_to_a_stream_ends_its_layer_until_it_sends_again() {
    let (mut call, [viewer, _]) = running_call();
    let ssrc = Ssrc(call.video[2].ssrc);

    call.layers = 2;
    call.publisher().report(|out| out.bye(&[ssrc]).expect("room"));
    call.run(700);
    let last = call.last_width(&viewer);
    assert_eq!(last, Some(640), "without waiting for silence");
    call.layers = 3;
    call.run(2_000);

    assert_eq!(call.last_width(&viewer), Some(1_280));
    call.assert_unharmed(&viewer);
}
