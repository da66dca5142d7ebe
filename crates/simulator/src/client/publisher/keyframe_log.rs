//! When keyframes were asked for and made.

use std::time::Duration;

/// The keyframes of one camera, since the start of the run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeyframeLog {
    asked: Vec<(Duration, u8)>,
    made: Vec<Duration>,
}

impl KeyframeLog {
    pub(super) fn note_asked(&mut self, at: Duration, encoding: u8) {
        self.asked.push((at, encoding));
    }

    pub(super) fn note_made(&mut self, at: Duration) {
        self.made.push(at);
    }

    /// Requests that arrived from a moment on, with the encoding that each was for: the position of its rid.
    pub fn asked_since(&self, from: Duration) -> impl Iterator<Item = (Duration, u8)> + '_ {
        self.asked.iter().copied().filter(move |&(at, _)| at >= from)
    }

    /// Captures from a moment on of which every encoding gave a keyframe.
    pub fn made_since(&self, from: Duration) -> impl Iterator<Item = Duration> + '_ {
        self.made.iter().copied().filter(move |&at| at >= from)
    }
}

/// The most of these moments, which are in order, that lie within one such time.
pub fn most_within(moments: impl IntoIterator<Item = Duration>, time: Duration) -> usize {
    let moments: Vec<Duration> = moments.into_iter().collect();
    let within = |(i, &from): (usize, &Duration)| moments[i..].partition_point(|&at| at < from + time);
    moments.iter().enumerate().map(within).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
