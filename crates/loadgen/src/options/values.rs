//! Values with units, as people write them.

use std::time::Duration;

use switchyard_vocab::units::Bitrate;

/// Reads `500kbps`, `2.5Mbps`, `64000bps`, `0`.
pub(super) fn bitrate(text: &str) -> Result<Bitrate, String> {
    let (number, unit) = split(text);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "bps" => 1.0,
        "k" | "kbps" => 1e3,
        "m" | "mbps" => 1e6,
        _ => return Err("a bitrate is written as in 500kbps or 2.5Mbps".into()),
    };
    let number = positive(number).ok_or("a bitrate begins with a number")?;
    Ok(Bitrate::bps((number * factor) as u64))
}

/// Reads `60s`, `500ms`, `2m`, `60`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let factor = match unit {
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err("a duration is written as in 60s or 2m".into()),
    };
    let number = positive(number).ok_or("a duration begins with a number")?;
    Duration::try_from_secs_f64(number * factor).map_err(|error| error.to_string())
}

/// Reads `20/s` and `20`.
pub(super) fn per_second(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    number.parse().map_err(|_| "a ramp is written as in 20/s".into())
}

/// The number and what stands behind it.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

fn positive(number: &str) -> Option<f64> {
    number.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

#[cfg(test)]
mod tests;
