//! The committed figures: whoever makes one worse learns of it.

use std::fmt::Write;

use super::{Bound, Score};

const HEAD: &str = "# The figures that every change is compared with: case, measure, figure.
# Written by UPDATE_DOCS=1 cargo test -p switchyard-simulator --test scorecard
";

/// Committed figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    lines: Vec<(String, f64)>,
}

/// How scores differ from the committed ones, a sentence each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// What is worse, or measured and not committed, or committed and not measured.
    pub worse: Vec<String>,
    /// What is better.
    pub better: Vec<String>,
}

impl Baseline {
    /// Reads what [`text`](Self::text) wrote; what does not look so is left out.
    pub fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let parts = lines.filter_map(|line| line.rsplit_once(" = "));
        Self {
            lines: parts.filter_map(|(key, figure)| Some((key.to_owned(), figure.parse().ok()?))).collect(),
        }
    }

    /// These scores, to be committed.
    pub fn text(scores: &[Score]) -> String {
        let mut text = HEAD.to_owned();
        for score in scores {
            writeln!(text, "{} = {}", key(score), score.figure).expect("a string takes any text");
        }
        text
    }

    /// The same score with the committed figure, if there is one.
    pub fn committed(&self, score: &Score) -> Option<Score> {
        let key = key(score);
        let (_, figure) = self.lines.iter().find(|(committed, _)| *committed == key)?;
        Some(Score { figure: *figure, ..score.clone() })
    }

    /// What has changed by more than other machines' rounding may.
    pub fn compare(&self, scores: &[Score]) -> Comparison {
        let mut comparison = Comparison::default();
        for score in scores {
            match self.committed(score) {
                None => comparison.worse.push(format!("{} is measured and not committed", key(score))),
                Some(committed) => comparison.note(score, &committed),
            }
        }
        let keys: Vec<String> = scores.iter().map(key).collect();
        let gone = self.lines.iter().filter(|(committed, _)| !keys.contains(committed));
        comparison.worse.extend(gone.map(|(key, _)| format!("{key} is committed and not measured")));
        comparison
    }
}

impl Comparison {
    fn note(&mut self, score: &Score, committed: &Score) {
        let by = goodness(committed) - goodness(score);
        let tolerance = score.unit.tolerance().max(committed.figure.abs() * 0.03);
        let sentence =
            || format!("{}: {} was committed, now it is {}", key(score), committed.figure, score.figure);
        if by > tolerance || score.figure.is_nan() {
            self.worse.push(sentence());
        } else if -by > tolerance {
            self.better.push(sentence());
        }
    }
}

/// More is better. Within a band all is equally good.
fn goodness(score: &Score) -> f64 {
    let miss = score.bound.miss(score.figure);
    match score.bound {
        Bound::Between(..) => -miss.max(0.0),
        Bound::AtLeast(_) | Bound::AtMost(_) => -miss,
    }
}

fn key(score: &Score) -> String {
    format!("{}: {}", score.case, score.measure)
}

#[cfg(test)]
mod tests;
