use std::collections::BTreeSet;

use super::*;

#[test]
fn no_two_metrics_share_a_name() {
    let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();

    assert_eq!(names.len(), METRICS.len());
}

#[test]
fn names_say_whose_they_are_and_counters_say_that_they_count() {
    for metric in METRICS {
        let name = metric.name;

        assert!(name.starts_with("switchyard_"), "{name}");
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), metric.kind == Kind::Counter, "{name}");
        assert!(metric.help.ends_with('.') && !metric.help.contains("  "), "{name}: {}", metric.help);
    }
}

#[test]
fn only_durations_and_rates_make_a_histogram() {
    for metric in METRICS {
        let is_histogram = metric.kind == Kind::Histogram;

        assert_eq!(
            is_histogram,
            matches!(metric.read, Read::Durations(_) | Read::Bitrates(_)),
            "{}",
            metric.name
        );
    }
}

#[test]
fn the_page_for_operators_equals_the_catalogue() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, document()).expect("docs/metrics.md can be written");
    }

    let committed = std::fs::read_to_string(path).unwrap_or_default();

    assert!(
        committed == document(),
        "docs/metrics.md is not what the catalogue says: run UPDATE_DOCS=1 cargo test -p switchyard-metrics"
    );
}
