//! Plots of what happened, for a person to look at: a few panels above one another, over one axis of time.
//!
//! The bytes depend on nothing but the run, so that a plot that changed shows in a diff.

mod axis;
mod calls;
mod flows;
mod svg;

use std::time::Duration;

/// Points of one line at most; a panel is not much wider.
const MOST_POINTS: u32 = 360;

/// Points of all lines of a chart at most, so that files stay small.
const MOST_POINTS_OF_ALL: u32 = 3_600;

/// Panels over one axis of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// How long the axis is.
    pub lasts: Duration,
    /// From top to bottom.
    pub panels: Vec<Panel>,
}

/// Lines over one axis of values, which begins at zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What the values are.
    pub what: &'static str,
    /// How tall it is, in pixels.
    pub height: f64,
    /// The axis goes at least this far.
    pub least: f64,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// Seconds and values.
    pub points: Vec<(f64, f64)>,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Look {
    /// What cannot be exceeded: grey, in steps.
    Limit,
    /// What was decided: in the colour of that number.
    Decided(usize),
    /// What happened: in the same colour, thin.
    Happened(usize),
    /// A number that jumps: in steps, in the colour of that number.
    Steps(usize),
}

impl Chart {
    /// The chart as a picture.
    pub fn svg(&self) -> String {
        svg::write(self)
    }
}

/// How long one point of a line stands for, where there are so many lines.
fn step(lasts: Duration, lines: usize) -> Duration {
    let points = (MOST_POINTS_OF_ALL / (lines.max(1) as u32)).min(MOST_POINTS);
    let tenths = (lasts.as_secs_f64() * 10.0 / f64::from(points)).ceil().max(1.0);
    Duration::from_millis(100) * tenths as u32
}

#[cfg(test)]
mod tests;
