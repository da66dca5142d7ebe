//! Values with units, as people write them.

use std::time::Duration;

/// Reads `500kbps`, `2.5Mbps`, `64000bps`, `0` as bits per second.
pub(crate) fn bitrate(text: &str) -> Result<u32, String> {
    let units = [("", 1.0), ("bps", 1.0), ("k", 1e3), ("kbps", 1e3), ("m", 1e6), ("mbps", 1e6)];
    let bps = scaled(&text.to_ascii_lowercase(), &units).ok_or("written as in 500kbps or 2.5Mbps")?;
    if bps <= f64::from(u32::MAX) { Ok(bps as u32) } else { Err("more than 4 Gbit/s".into()) }
}

/// Reads `60s`, `500ms`, `2m`, `60`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1e-3), ("", 1.0), ("s", 1.0), ("m", 60.0), ("min", 60.0), ("h", 3600.0)];
    let seconds = scaled(text, &units).ok_or("written as in 60s or 2m")?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// A number that is not negative, times what the unit behind it stands for.
fn scaled(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests;
