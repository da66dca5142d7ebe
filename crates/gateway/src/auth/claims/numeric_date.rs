//! Times in tokens: seconds since 1970, not always whole ones (NumericDate, RFC 7519 §2).

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// When a token ends: not later than it says.
pub(super) fn read_end<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    NumericDate::deserialize(deserializer)?.whole(f64::floor)
}

/// When a token begins to hold: not sooner than it says.
pub(super) fn read_beginning<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let said = Option::<NumericDate>::deserialize(deserializer)?;
    said.map(|date| date.whole(f64::ceil)).transpose()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NumericDate {
    Whole(u64),
    Fraction(f64),
}

impl NumericDate {
    fn whole<E: Error>(self, round: impl FnOnce(f64) -> f64) -> Result<u64, E> {
        match self {
            Self::Whole(seconds) => Ok(seconds),
            Self::Fraction(seconds) if seconds >= 0.0 && seconds.is_finite() => Ok(round(seconds) as u64),
            Self::Fraction(_) => Err(E::custom("a time before 1970")),
        }
    }
}

#[cfg(test)]
mod tests;
