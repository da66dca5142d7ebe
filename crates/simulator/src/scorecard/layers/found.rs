//! Links with which a sweep once found that something goes wrong.

use std::time::Duration;

use super::{NEVER, call, narrow, seconds, sound_lost, target};
use crate::client::media::Media;
use crate::invariants;
use crate::network::{LinkConditions, Queue, QueueLimit};
use crate::scenario::Scenario;
use crate::scorecard::{Bound, Case, Target, Unit};
use crate::world::World;

/// All of them.
pub(super) fn cases() -> Vec<Case<World>> {
    vec![narrow_and_far(), three_narrow_and_far(), early_drops(), nearer_and_narrower()]
}

/// What is asked of them, but for the first seconds and the last.
fn of_hard_links(from: u64, to: u64) -> Vec<Target<World>> {
    let span = seconds(from)..seconds(to);
    vec![
        target("sent above capacity + 10 %, longest", Unit::Seconds, Bound::AtMost(2.0), |world| {
            invariants::longest_excess(world.looks("bob")).as_secs_f64()
        }),
        target("wait in the queue, p95 of the longest", Unit::Millis, Bound::AtMost(400.0), move |world| {
            let looks = world.looks("bob").iter().filter(|look| span.contains(&look.at));
            let mut waits: Vec<Duration> = looks.map(|look| look.tally.longest_wait).collect();
            waits.sort_unstable();
            waits.get(waits.len() * 95 / 100).map_or(NEVER, |wait| wait.as_secs_f64() * 1e3)
        }),
        sound_lost(1.0),
    ]
}

fn far(kbps: u64, queue: u64) -> LinkConditions {
    let queue = Queue::DropTail(QueueLimit::Wait(Duration::from_millis(queue)));
    let delay = Duration::from_millis(140);
    LinkConditions { delay, ..narrow(kbps) }.with_jitter(Duration::from_millis(25)).with_queue(queue)
}

fn narrow_and_far() -> Case<World> {
    let scenario = call("narrow-and-far", far(460, 900)).runs(seconds(40));
    let about = "One picture; 460 kbit/s from the start, 140 ms one way, 25 ms of jitter, a queue of 900 ms";
    Case::call("narrow-and-far", "layers", about, scenario, of_hard_links(5, 40))
}

fn three_narrow_and_far() -> Case<World> {
    let scenario = Scenario::called("three-narrow-and-far").adapting();
    let enters = |scenario: Scenario, who| scenario.enters(who, Media::camera_and_microphone());
    let scenario = ["ada", "eve", "fay"].into_iter().fold(scenario, enters).behind(far(500, 275));
    let scenario = scenario.enters("bob", Media::none()).watches("bob").runs(seconds(40));
    let about = "Three pictures and sounds; 500 kbit/s from the start, 140 ms one way, 25 ms of jitter, a queue of 275 ms";
    Case::call("three-narrow-and-far", "layers", about, scenario, of_hard_links(5, 40))
}

fn early_drops() -> Case<World> {
    let queue = Queue::CoDel(QueueLimit::Wait(Duration::from_millis(900)));
    let link = LinkConditions { queue, ..far(590, 900) }.with_loss(0.045);
    let scenario = call("early-drops", link).runs(seconds(60));
    let about = "One picture; 590 kbit/s, 140 ms one way, a queue that drops early (CoDel), and 4.5 % of all packets lost";
    let mut targets = of_hard_links(5, 60);
    // What the link loses whatever is sent is lost.
    targets.retain(|target| target.measure != "sound lost");
    targets.push(sound_lost(5.5));
    Case::call("early-drops", "layers", about, scenario, targets)
}

fn nearer_and_narrower() -> Case<World> {
    let far = LinkConditions { delay: Duration::from_millis(124), ..far(2_070, 690) };
    let near = LinkConditions { delay: Duration::from_millis(42), ..far.clone() }
        .with_capacity(narrow(900).capacity);
    let scenario = Scenario::called("nearer-and-narrower").adapting();
    let enters = |scenario: Scenario, who| scenario.enters(who, Media::camera_and_microphone());
    let scenario = ["ada", "eve", "fay"].into_iter().fold(scenario, enters).behind(far);
    let scenario = scenario.enters("bob", Media::none()).watches("bob");
    let scenario = scenario.runs(seconds(20)).moves_to("bob", near).runs(seconds(20));
    let about = "Three pictures and sounds; 2.1 Mbit/s and 124 ms one way, and from 20 s on 0.9 Mbit/s and 42 ms; a queue of 690 ms";
    Case::call("nearer-and-narrower", "layers", about, scenario, of_hard_links(22, 40))
}
