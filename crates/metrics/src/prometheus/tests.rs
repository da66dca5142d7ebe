use std::time::Duration;

use switchyard_bus::snapshot::{self, Writer};
use switchyard_vocab::counters::{LaneDepths, LineEnd, PacketKind, WorkerCounters};
use switchyard_vocab::drop_reason::DropReason;

use super::*;
use crate::catalogue::METRICS;
use crate::shells::{ControlTotals, GatewayTotals};

fn two_workers() -> (Exporter, [Writer; 2]) {
    let (first, first_reader) = snapshot::place();
    let (second, second_reader) = snapshot::place();
    (Exporter::new(vec![first_reader, second_reader], "1.2.3"), [first, second])
}

fn with_control() -> Shells {
    Shells {
        control: Some(ControlTotals { rooms: 3, joins_refused: 2, ..Default::default() }),
        gateway: GatewayTotals { messages_sent: 9, ..Default::default() },
    }
}

#[track_caller]
fn assert_line(page: &str, line: &str) {
    assert!(page.lines().any(|found| found == line), "no line {line:?} in:\n{page}");
}

#[test]
fn every_metric_of_the_catalogue_is_on_the_page() {
    let (exporter, _writers) = two_workers();

    let page = exporter.page(with_control());

    for metric in METRICS {
        assert_line(&page, &format!("# TYPE {} {}", metric.name, metric.kind.as_str()));
    }
}

#[test]
fn what_workers_count_is_added_up() {
    let (exporter, writers) = two_workers();
    for writer in &writers {
        let mut counters = WorkerCounters::default();
        counters.received.add(PacketKind::Video, 1_200);
        counters.drops.add(DropReason::Replayed);
        counters.lines_ended[LineEnd::DtlsTimeout as usize] = 2;
        writer.publish(counters);
    }

    let page = exporter.page(Shells::default());

    assert_line(&page, r#"switchyard_receive_packets_total{kind="video"} 2"#);
    assert_line(&page, r#"switchyard_receive_bytes_total{kind="video"} 2400"#);
    assert_line(&page, r#"switchyard_dropped_packets_total{reason="replayed"} 2"#);
    assert_line(&page, r#"switchyard_line_ended_total{reason="dtls_timeout"} 4"#);
}

#[test]
fn load_is_told_worker_by_worker() {
    let (exporter, [first, second]) = two_workers();
    first.publish(WorkerCounters { busy: Duration::from_millis(1_500), ..Default::default() });
    second.publish(WorkerCounters { kernel_drops: 4, ..Default::default() });

    let page = exporter.page(Shells::default());

    assert_line(&page, r#"switchyard_worker_busy_seconds_total{worker="0"} 1.5"#);
    assert_line(&page, r#"switchyard_receive_kernel_dropped_packets_total{worker="1"} 4"#);
}

#[test]
fn quantiles_can_be_taken_of_the_time_to_open_a_line() {
    let (exporter, [first, second]) = two_workers();
    let opened = |millis: &[u64]| {
        let mut counters = WorkerCounters::default();
        millis.iter().for_each(|&millis| counters.line_open_times.add(Duration::from_millis(millis)));
        counters
    };
    first.publish(opened(&[20, 100, 130]));
    second.publish(opened(&[20_000]));

    let page = exporter.page(Shells::default());

    for (bound, count) in [("0.025", 1), ("0.05", 1), ("0.1", 2), ("0.15", 3), ("10", 3), ("+Inf", 4)] {
        assert_line(&page, &format!("switchyard_line_open_seconds_bucket{{le=\"{bound}\"}} {count}"));
    }
    assert_line(&page, "switchyard_line_open_seconds_sum 20.25");
    assert_line(&page, "switchyard_line_open_seconds_count 4");
}

#[test]
fn every_lane_and_queue_tells_how_much_waits() {
    let (exporter, [first, _second]) = two_workers();
    let lane_depths = LaneDepths { command: 1, media: 2, demand: 3, stray: 4 };
    first.publish(WorkerCounters { lane_depths, ..Default::default() });
    let control = ControlTotals { event_lane_depth: 5, waiting_commands: 6, ..Default::default() };
    let gateway = GatewayTotals { waiting_requests: 7, waiting_notices: 8, ..Default::default() };

    let page = exporter.page(Shells { control: Some(control), gateway });

    for (lane, depth) in [("command", 1), ("media", 2), ("demand", 3), ("stray", 4)] {
        assert_line(&page, &format!("switchyard_worker_{lane}_lane_depth{{worker=\"0\"}} {depth}"));
    }
    assert_line(&page, "switchyard_control_event_lane_depth 5");
    assert_line(&page, "switchyard_control_waiting_commands 6");
    assert_line(&page, "switchyard_gateway_waiting_requests 7");
    assert_line(&page, "switchyard_gateway_waiting_notices 8");
}

#[test]
fn control_and_gateway_have_their_say() {
    let (exporter, _writers) = two_workers();

    let page = exporter.page(with_control());

    assert_line(&page, "switchyard_control_up 1");
    assert_line(&page, "switchyard_control_rooms 3");
    assert_line(&page, r#"switchyard_control_joins_total{outcome="refused"} 2"#);
    assert_line(&page, "switchyard_gateway_messages_sent_total 9");
    assert_line(&page, r#"switchyard_build_info{version="1.2.3"} 1"#);
}

#[test]
fn a_silent_control_leaves_gaps_instead_of_zeros() {
    let (exporter, _writers) = two_workers();

    let page = exporter.page(Shells::default());

    assert_line(&page, "switchyard_control_up 0");
    assert!(!page.contains("switchyard_control_rooms"));
}

#[test]
fn a_server_without_workers_still_has_a_page() {
    let page = Exporter::new(Vec::new(), "1.2.3").page(Shells::default());

    assert_line(&page, r#"switchyard_receive_packets_total{kind="video"} 0"#);
    assert!(!page.contains("switchyard_worker_turns_total"));
}
