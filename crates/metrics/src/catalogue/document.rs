//! The catalogue as a page for operators.

use std::fmt::Write;

use switchyard_vocab::counters::{LineEnd, PacketKind};
use switchyard_vocab::drop_reason::DropReason;

use super::{METRICS, Metric, Read};
use crate::shells::{ADMIN_OPERATIONS, RESOURCE_METHODS};

const HEAD: &str = "# Metrics

Served in the Prometheus text format at `/metrics` of the metrics listener (`127.0.0.1:9464` unless
configured otherwise). Every name begins with `switchyard_` and the stage of the packet's journey, or the
part of the server, that it is about. Counters start at zero with the process. No label holds an id or a
name: the number of series depends only on the number of workers.

This page is generated from the catalogue in `crates/metrics`; a test keeps the two equal.
After changing the catalogue: `UPDATE_DOCS=1 cargo test -p switchyard-metrics`.

";

/// The text of `docs/metrics.md`.
pub fn document() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| Metric | Type | Label | Meaning |\n| --- | --- | --- | --- |\n");
    for metric in METRICS {
        let label = quoted(&metric.read.labels());
        let (name, kind, help) = (metric.name, metric.kind.as_str(), metric.help);
        writeln!(page, "| `{name}` | {kind} | {label} | {help} |").expect("a string takes any text");
    }
    page.push_str("\n## Label values\n\n");
    for metric in METRICS.iter().filter(|metric| has_values_worth_listing(metric)) {
        writeln!(page, "* `{}`: {}", metric.name, quoted(&values(metric.read)))
            .expect("a string takes any text");
    }
    page
}

/// Kinds of packet are listed once, with the first metric that has them.
fn has_values_worth_listing(metric: &Metric) -> bool {
    match metric.read {
        Read::PacketsByKind(_) => metric.name == "switchyard_receive_packets_total",
        read => !values(read).is_empty(),
    }
}

fn values(read: Read) -> Vec<&'static str> {
    match read {
        Read::PacketsByKind(_) => PacketKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        Read::DropsByReason => DropReason::ALL.iter().map(|reason| reason.as_str()).collect(),
        Read::LinesByEnd => LineEnd::ALL.iter().map(|end| end.as_str()).collect(),
        Read::WorkersBy(_, values) => values.iter().map(|(name, _)| *name).collect(),
        Read::ControlBy(_, values) => values.iter().map(|(name, _)| *name).collect(),
        Read::GatewayBy(_, values) => values.iter().map(|(name, _)| *name).collect(),
        Read::AdminAnswers => ADMIN_OPERATIONS.to_vec(),
        Read::ResourceAnswers => RESOURCE_METHODS.to_vec(),
        _ => Vec::new(),
    }
}

fn quoted(values: &[&str]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}
