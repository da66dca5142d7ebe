//! Where an axis ends and where it has marks.

/// The marks of an axis that holds all values up to `most`, the last one at its end; no more than `count` of
/// them, besides the one at zero.
pub(super) fn marks(most: f64, count: f64) -> Vec<f64> {
    let step = round_step(most / count);
    let count = (most / step).ceil().max(1.0) as u32;
    (0..=count).map(|mark| f64::from(mark) * step).collect()
}

/// The least of 1, 2, 5, 10, 20, … that is no less.
fn round_step(step: f64) -> f64 {
    let step = step.max(1e-3);
    let power = 10f64.powi(step.log10().floor() as i32);
    let digit = step / power;
    power * [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|round| digit <= round + 1e-9).unwrap_or(10.0)
}
