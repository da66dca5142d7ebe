//! What an estimator, layers and losses do to those who watch, as the pages in `docs/adaptation` have it.
//!
//! `UPDATE_DOCS=1` writes page, plots and baseline; otherwise they are compared with what is measured.

use std::path::{Path, PathBuf};

use switchyard_simulator::plot::Chart;
use switchyard_simulator::scorecard::baseline::Baseline;
use switchyard_simulator::scorecard::{self, Case, Score, page};

const ESTIMATOR: &str = "# Scorecard of estimation

An elastic source, which sends as much as it may, through the estimator and pacer of `crates/congestion` over the
bottleneck of a simulator: the cases of RFC 8867, cases it does not have, and what libwebrtc's own tests ask of its
estimator. Each is played with three seeds; the result is the worst of them, the plot the first. Where nothing else is
said the path is the RFC's: 50 ms one way, up to 30 ms of jitter, a drop-tail queue of 300 ms.

This page, its plots and `tests/scenarios/estimator.baseline` are generated, and a figure that gets worse fails a test.
After a change for the better: `UPDATE_DOCS=1 cargo test -p switchyard-simulator --test scorecard`.

";

const LAYERS: &str = "# Scorecard of layers

Whole calls through control, worker, pacer and a simulated network, with `media.adapt` on: which layers a subscriber gets
behind a link that changes, how soon, and at what price. Each is played with three seeds; the result is the worst of them,
the plot the first. Links have 20 ms each way and a queue of 300 ms; the picture's layers have 150, 500 and 1500 kbit/s,
before headers.

This page, its plots and `tests/scenarios/layers.baseline` are generated, and a figure that gets worse fails a test.
After a change for the better: `UPDATE_DOCS=1 cargo test -p switchyard-simulator --test scorecard`.

";

const RECOVERY: &str = "# Scorecard of recovery

What is lost on the way, and what becomes of it: whole calls as in the [scorecard of layers](layers.md), with
`media.adapt` on. Ada's camera makes pictures of three sizes, 150, 500 and 1500 kbit/s, thirty times a second. Links lose in both
directions where nothing else is said, carry whatever is sent, and vary by 2 ms. A receiver shows pictures 100 ms late at least and
does not know its round trip, as a browser that only receives; counted is what comes after the first seconds.
Each is played with three seeds; the result is the worst of them.

What is missed at 10 % of loss are changes of layer, each of which leaves behind what was not repaired yet. Freezes in bursts
are repairs that come later than the receiver waits, or are lost with the next burst, with `media.adapt` and without.

This page and `tests/scenarios/recovery.baseline` are generated, and a figure that gets worse fails a test.
After a change for the better: `UPDATE_DOCS=1 cargo test -p switchyard-simulator --test scorecard`.

";

/// A largest size for what a person is to look at.
const LARGEST_PLOT: usize = 60_000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A page that is generated.
struct Page<T> {
    head: &'static str,
    path: &'static str,
    baseline: &'static str,
    tables: fn(&[Case<T>], &[Score], &Baseline) -> String,
    has_plots: bool,
}

#[test]
fn the_estimator_is_nowhere_worse_than_its_scorecard_says() {
    let page = Page {
        head: ESTIMATOR,
        path: "docs/adaptation/scorecard.md",
        baseline: "tests/scenarios/estimator.baseline",
        tables: page::tables,
        has_plots: true,
    };

    check(&scorecard::estimator(), &page);
}

#[test]
fn what_subscribers_get_is_nowhere_worse_than_its_scorecard_says() {
    let page = Page {
        head: LAYERS,
        path: "docs/adaptation/layers.md",
        baseline: "tests/scenarios/layers.baseline",
        tables: page::tables,
        has_plots: true,
    };

    check(&scorecard::layers(), &page);
}

#[test]
fn what_becomes_of_losses_is_nowhere_worse_than_its_scorecard_says() {
    let page = Page {
        head: RECOVERY,
        path: "docs/adaptation/recovery.md",
        baseline: "tests/scenarios/recovery.baseline",
        tables: page::matrices,
        has_plots: false,
    };

    check(&scorecard::recovery(), &page);
}

fn check<T>(cases: &[Case<T>], page: &Page<T>) {
    let Page { path, baseline, has_plots, .. } = *page;
    let played = cases.iter().map(|case| {
        let (scores, run) = case.score();
        (scores, has_plots.then(|| (case.draw)(case, &run)))
    });
    let (scores, charts): (Vec<_>, Vec<Option<Chart>>) = played.unzip();
    let scores = scores.concat();
    let named = cases.iter().map(|case| case.name.as_str()).zip(charts);
    let charts: Vec<(&str, Chart)> = named.filter_map(|(name, chart)| Some((name, chart?))).collect();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        write(&root().join(baseline), &Baseline::text(&scores));
        write(&root().join(path), &document(cases, &scores, page));
        let plots = root().join(path).with_file_name("plots");
        charts.iter().for_each(|(name, chart)| write(&plots.join(format!("{name}.svg")), &chart.svg()));
    }

    for (name, chart) in &charts {
        let size = chart.svg().len();
        assert!(size < LARGEST_PLOT, "the plot of {name} has {size} bytes");
    }
    let comparison = Baseline::read(&read(&root().join(baseline))).compare(&scores);
    let list = |lines: &[String]| lines.iter().map(|line| format!("\n  {line}")).collect::<String>();
    let again = "UPDATE_DOCS=1 cargo test -p switchyard-simulator --test scorecard";
    if !comparison.better.is_empty() {
        println!("Better than committed; write it down with {again}:{}", list(&comparison.better));
    }
    assert!(comparison.worse.is_empty(), "worse than {baseline} says:{}", list(&comparison.worse));
    let is_the_same = read(&root().join(path)) == document(cases, &scores, page);
    assert!(is_the_same, "{path} is not what {baseline} says: run {again}");
}

/// The page, from the committed figures.
fn document<T>(cases: &[Case<T>], scores: &[Score], page: &Page<T>) -> String {
    let baseline = Baseline::read(&read(&root().join(page.baseline)));
    let summary = page::summary(scores, &baseline);
    let tables = (page.tables)(cases, scores, &baseline);
    format!("{}{summary}\n\n{}\n", page.head, tables.trim_end())
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("all of them stand in a folder");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .expect("the tree can be written to");
}
