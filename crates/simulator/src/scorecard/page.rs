//! The scorecard as a page: target, result, plot.

use std::fmt::Write;

use super::baseline::Baseline;
use super::{Bound, Case, Score, Unit};

/// One table for each case, with the committed figures. `scores` are those of the cases, in their order.
pub fn tables<T>(cases: &[Case<T>], scores: &[Score], baseline: &Baseline) -> String {
    let mut page = String::new();
    for case in cases {
        let Case { name, source, about, .. } = case;
        put(&mut page, format_args!("### {name}\n\n{about} ({source}). [Plot](plots/{name}.svg)\n\n"));
        page.push_str("| measure | target | result | |\n| --- | --- | --- | --- |\n");
        let committed = scores.iter().filter(|score| score.case == *name);
        for score in committed.filter_map(|score| baseline.committed(score)) {
            let met = if score.is_met() { "met" } else { "**missed**" };
            let (target, result) = (bound(&score), figure(score.unit, score.figure));
            put(&mut page, format_args!("| {} | {target} | {result} | {met} |\n", score.measure));
        }
        page.push('\n');
    }
    page
}

/// One table for all cases in a row that have one source and are asked the same: a line for each case, with the
/// committed figures and how much is good enough.
pub fn matrices<T>(cases: &[Case<T>], scores: &[Score], baseline: &Baseline) -> String {
    let mut page = String::new();
    let asks = |case: &Case<T>| case.targets.iter().map(|target| target.measure.clone()).collect::<Vec<_>>();
    for alike in cases.chunk_by(|a, b| a.source == b.source && asks(a) == asks(b)) {
        let measures = asks(&alike[0]).iter().map(|measure| format!(" {measure} |")).collect::<String>();
        let lines = "--- |".repeat(alike[0].targets.len() + 1);
        put(&mut page, format_args!("### {}\n\n| |{measures}\n|{lines}\n", alike[0].source));
        for case in alike {
            let committed = scores.iter().filter(|score| score.case == case.name);
            let cells = committed.filter_map(|score| baseline.committed(score)).map(|score| cell(&score));
            put(&mut page, format_args!("| {} |{}\n", case.about, cells.collect::<String>()));
        }
        page.push('\n');
    }
    page
}

fn cell(score: &Score) -> String {
    let (result, target) = (figure(score.unit, score.figure), bound(score));
    if score.is_met() { format!(" {result} ({target}) |") } else { format!(" **{result}** ({target}) |") }
}

/// How many targets are met, in a sentence.
pub fn summary(scores: &[Score], baseline: &Baseline) -> String {
    let committed: Vec<Score> = scores.iter().filter_map(|score| baseline.committed(score)).collect();
    let met = committed.iter().filter(|score| score.is_met()).count();
    format!("{met} of {} targets are met.", committed.len())
}

fn bound(score: &Score) -> String {
    let unit = |value| figure(score.unit, value);
    match score.bound {
        Bound::AtLeast(least) => format!("≥ {}", unit(least)),
        Bound::AtMost(most) => format!("≤ {}", unit(most)),
        Bound::Between(least, most) => format!("{} to {}", unit(least), unit(most)),
    }
}

/// A figure with its unit.
pub fn figure(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Percent => format!("{value:.1} %"),
        Unit::FinePercent => format!("{value:.2} %"),
        Unit::Kbps => format!("{value:.0} kbit/s"),
        Unit::Millis => format!("{value:.0} ms"),
        Unit::Seconds => format!("{value:.1} s"),
        Unit::Kilobytes => format!("{value:.1} kB"),
        Unit::Ratio => format!("{value:.2}"),
        Unit::Count => format!("{value:.1}"),
    }
}

fn put(page: &mut String, what: std::fmt::Arguments<'_>) {
    page.write_fmt(what).expect("a string takes any text");
}
