//! Cases that RFC 8867 does not have, and calls do.

use switchyard_congestion::probe::schedule::Need;
use switchyard_vocab::units::Bitrate;

use super::measures::{estimate_kbps, exceeds, loses, ms, path, queue, seconds, span, target, uses, waits};
use super::rfc8867::world;
use super::{Bound, Case, Unit};
use crate::elastic::{FlowSpec, Trace};
use crate::network::{Capacity, Queue, QueueLimit};

/// All of them.
pub fn cases() -> Vec<Case<Trace>> {
    vec![
        oscillating(),
        radio_loss(),
        deep_queue(),
        probes(),
        half_of_feedback(),
        feedback_gap(),
        far_and_narrow(),
        keyframes(),
    ]
}

fn oscillating() -> Case<Trace> {
    let rates = [Bitrate::kbps(800), Bitrate::kbps(1_200)];
    let forward = path(&[]).with_capacity(Capacity::trace(seconds(5), &rates));
    let targets =
        vec![uses(20..600, 70.0), waits(20..600, 400.0), loses(20..600, 2.0), exceeds(20..600, 2.0)];
    let about = "One flow; capacity 0.8 and 1.2 Mbit/s by turns, 5 s each, for ten minutes";
    Case::elastic(
        "oscillating",
        "swinging capacity",
        about,
        world(forward, vec![FlowSpec::default()], 600),
        targets,
    )
}

fn radio_loss() -> Case<Trace> {
    let targets = vec![
        estimate_kbps(span(10, 60), Bound::AtLeast(2_000.0)),
        estimate_kbps(span(50, 60), Bound::AtLeast(2_000.0)),
        waits(5..60, 150.0),
    ];
    let about = "One flow; 3 Mbit/s, and 3 % of all packets lost whatever is sent";
    let forward = path(&[(0, 3_000)]).with_loss(0.03);
    Case::elastic(
        "radio-loss",
        "loss without congestion",
        about,
        world(forward, vec![FlowSpec::default()], 60),
        targets,
    )
}

fn deep_queue() -> Case<Trace> {
    let flow = FlowSpec { max: Bitrate::kbps(2_500), ..FlowSpec::default() };
    let targets = vec![waits(5..60, 200.0), waits(0..60, 400.0), uses(10..60, 70.0)];
    let about = "One flow that could use 2.5 Mbit/s; 1 Mbit/s, and a queue of 1 s";
    let forward = path(&[(0, 1_000)]).with_queue(queue(1_000));
    Case::elastic("deep-queue", "bufferbloat", about, world(forward, vec![flow], 60), targets)
}

fn probes() -> Case<Trace> {
    let (max, need) = (Bitrate::kbps(700), Need::For(Bitrate::kbps(1_100)));
    let flow = FlowSpec { max, need, ..FlowSpec::default() };
    let targets = vec![
        estimate_kbps(span(10, 600), Bound::Between(700.0, 1_100.0)),
        target("padding, of all bytes 10–600 s", Unit::Percent, Bound::AtMost(5.0), |trace| {
            trace.flows[0].padding_in(span(10, 600)) * 100.0
        }),
        waits(10..600, 30.0),
        target("wait in the queue 10–600 s, p99", Unit::Millis, Bound::AtMost(100.0), |trace| {
            trace.flows[0].wait_in(span(10, 600), 0.99).as_secs_f64() * 1e3
        }),
        loses(10..600, 0.1),
    ];
    let about = "One flow that sends 0.7 Mbit/s and could use 1.1; 1 Mbit/s, for ten minutes";
    let forward = path(&[(0, 1_000)]);
    Case::elastic("probes", "what probes cost", about, world(forward, vec![flow], 600), targets)
}

fn half_of_feedback() -> Case<Trace> {
    let flow = FlowSpec { reports_lost: 0.5, ..FlowSpec::default() };
    let targets = vec![
        estimate_kbps(span(15, 60), Bound::Between(750.0, 1_100.0)),
        exceeds(5..60, 2.0),
        waits(0..60, 400.0),
    ];
    let about = "One flow; 1 Mbit/s, and every other report is lost";
    Case::elastic(
        "half-of-feedback",
        "lost feedback",
        about,
        world(path(&[(0, 1_000)]), vec![flow], 60),
        targets,
    )
}

fn feedback_gap() -> Case<Trace> {
    let flow = FlowSpec { silence: vec![span(20, 22)], ..FlowSpec::default() };
    let targets = vec![
        exceeds(20..40, 2.0),
        waits(20..40, 400.0),
        estimate_kbps(span(30, 40), Bound::Between(750.0, 1_100.0)),
        target("back at 75 % of capacity after the gap", Unit::Seconds, Bound::AtMost(10.0), |trace| {
            let mut at = seconds(22);
            while at < seconds(39) && trace.flows[0].estimate_in(at..at + seconds(1)) < Bitrate::kbps(750) {
                at += ms(100);
            }
            (at - seconds(22)).as_secs_f64()
        }),
    ];
    let about = "One flow; 1 Mbit/s, and no report arrives from 20 to 22 s";
    Case::elastic("feedback-gap", "lost feedback", about, world(path(&[(0, 1_000)]), vec![flow], 40), targets)
}

fn far_and_narrow() -> Case<Trace> {
    let flow =
        FlowSpec { max: Bitrate::kbps(700), need: Need::For(Bitrate::kbps(1_600)), ..FlowSpec::default() };
    let mut world = world(path(&[(0, 460)]).with_queue(queue(900)), vec![flow], 60);
    world.flows[0].bounds.start = Bitrate::mbps(1);
    (world.forward.delay, world.backward.delay) = (ms(140), ms(140));
    let targets = vec![exceeds(0..60, 2.0), waits(5..60, 400.0), loses(5..60, 2.0), uses(10..60, 70.0)];
    let about = "One flow that begins with 1 Mbit/s and sends up to 0.7; 460 kbit/s, 140 ms one way, a queue of 900 ms";
    Case::elastic("far-and-narrow", "too much from the start", about, world, targets)
}

fn keyframes() -> Case<Trace> {
    let (max, keyframes) = (Bitrate::kbps(1_200), Some((seconds(10), 150_000)));
    let need = Need::For(Bitrate::kbps(1_600));
    let flow = FlowSpec { max, keyframes, need, has_sound: true, ..FlowSpec::default() };
    let mut world = world(path(&[(0, 2_000)]), vec![flow], 65);
    world.forward.queue = Queue::DropTail(QueueLimit::Bytes(64_000));
    let targets = vec![
        loses(5..65, 1.0),
        target("of pictures refused by the pacer", Unit::Kilobytes, Bound::AtMost(0.0), |trace| {
            trace.flows[0].refused as f64 / 1e3
        }),
        target("wait of sound in the pacer 5–65 s, longest", Unit::Millis, Bound::AtMost(10.0), |trace| {
            trace.flows[0].longest_wait_of_sound(span(5, 65)).as_secs_f64() * 1e3
        }),
        target("bytes in 40 ms beyond the paced rate, most", Unit::Kilobytes, Bound::AtMost(10.0), |trace| {
            trace.flows[0].beyond_pace(span(0, 65), ms(40)) / 1e3
        }),
        waits(5..65, 150.0),
    ];
    let about = "One flow of 1.2 Mbit/s with sound, and a keyframe of 150 kB every 10 s; 2 Mbit/s, and a queue of 64 kB";
    Case::elastic("keyframes", "pacing", about, world, targets)
}
