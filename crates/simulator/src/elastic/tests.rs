use super::*;
use switchyard_vocab::units::Bitrate;

const SEED: Seed = Seed(1);

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn way(kbps: u64) -> LinkConditions {
    let capacity = Capacity::constant(Bitrate::kbps(kbps));
    LinkConditions::clean(Duration::from_millis(50)).with_capacity(capacity)
}

fn world(flows: Vec<FlowSpec>, lasts: u64) -> Elastic {
    let (changes, tcps) = (Vec::new(), Vec::new());
    Elastic { forward: way(1_000), backward: way(5_000), changes, flows, tcps, lasts: seconds(lasts) }
}

fn kbps(rate: Bitrate) -> f64 {
    rate.as_bps() as f64 / 1e3
}

#[test]
fn a_run_is_decided_by_its_seed() {
    let lossy = way(1_000).with_loss(0.05).with_jitter(Duration::from_millis(20));
    let world = Elastic { forward: lossy, ..world(vec![FlowSpec::default()], 20) };
    let sent = |seed| world.run(Seed(seed)).flows[0].sent_in(seconds(0)..seconds(20));

    assert_eq!(sent(7), sent(7));
    assert_ne!(sent(7), sent(8));
}

#[test]
fn a_flow_the_other_way_waits_in_the_other_queue() {
    let flow = FlowSpec { is_backward: true, ..FlowSpec::default() };
    let trace = world(vec![flow], 20).run(SEED);

    let rate = kbps(trace.flows[0].arrived_in(seconds(10)..seconds(20)));
    assert!(rate > 2_000.0, "{rate} kbit/s of 5000, and 1000 on the way that is not its own");
}

#[test]
fn tcp_alone_fills_the_link() {
    let tcps = vec![TcpSpec { one_way: Duration::from_millis(10), ..TcpSpec::default() }];
    let trace = Elastic { tcps, ..world(Vec::new(), 20) }.run(SEED);

    let rate = kbps(trace.tcps[0].arrived_in(seconds(5)..seconds(20)));
    assert!((900.0..=1_000.0).contains(&rate), "{rate} kbit/s of 1000");
}

#[test]
fn tcp_rests_between_transfers_and_ends_when_it_is_to() {
    let transfers = TcpSpec {
        size: Some(50_000..60_000),
        rests: seconds(5),
        ends: Some(seconds(40)),
        ..TcpSpec::default()
    };
    let trace = Elastic { tcps: vec![transfers], ..world(Vec::new(), 60) }.run(SEED);

    let sent = |from, to| kbps(trace.tcps[0].sent_in(seconds(from)..seconds(to)));
    assert!((20.0..500.0).contains(&sent(0, 40)), "{} kbit/s", sent(0, 40));
    assert_eq!(sent(41, 60), 0.0);
}

#[test]
fn what_a_receiver_takes_is_what_is_sent() {
    let told = vec![(seconds(5), Told::Limit(Bitrate::kbps(200)))];
    let trace = world(vec![FlowSpec { told, ..FlowSpec::default() }], 12).run(SEED);

    let sent = kbps(trace.flows[0].sent_in(seconds(7)..seconds(12)));
    assert!(sent <= 220.0, "{sent} kbit/s");
}

#[test]
fn a_link_that_changes_keeps_what_is_in_its_queue() {
    let changes = vec![(seconds(10), way(300))];
    let trace = Elastic { changes, ..world(vec![FlowSpec::default()], 20) }.run(SEED);

    assert_eq!(trace.capacity.at(seconds(15)), Some(Bitrate::kbps(300)));
    let arrived = kbps(trace.flows[0].arrived_in(seconds(11)..seconds(20)));
    assert!(arrived <= 310.0, "{arrived} kbit/s");
}
