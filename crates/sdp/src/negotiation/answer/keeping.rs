//! What a later offer has to keep of the one before it.

use super::{Fate, SectionOutcome};
use crate::error::SdpError;
use crate::remote::RemoteDescription;

/// Most missing m-lines that are named. Whoever lost more lost them all at once.
const MAX_NAMED: usize = 8;

/// Checks that an offer still has the m-lines of the one before it on the same connection (RFC 3264 §8).
///
/// `before` is what became of those. One that was stopped or rejected may have given its place to another
/// (RFC 8829 §5.2.2); the others are known by their MIDs.
///
/// # Errors
///
/// [`SdpError::MissingSections`], which names them.
pub fn check_kept(offer: &RemoteDescription, before: &[SectionOutcome]) -> Result<(), SdpError> {
    let count = offer.sections.len();
    let is_kept = |index: usize, known: &SectionOutcome| match known.fate {
        Fate::Stopped | Fate::Rejected(_) => index < count,
        Fate::Accepted(_) | Fate::Idle => offer.sections.iter().any(|section| section.mid == known.mid),
    };
    let missing: Vec<_> =
        before.iter().enumerate().filter(|(index, known)| !is_kept(*index, known)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let name = |(index, known): &(usize, &SectionOutcome)| {
        known.mid.map_or_else(|| format!("m-line {index}"), |mid| format!("mid {mid}"))
    };
    let mut names: Vec<_> = missing.iter().take(MAX_NAMED).map(name).collect();
    if missing.len() > MAX_NAMED {
        names.push(format!("{} more", missing.len() - MAX_NAMED));
    }
    Err(SdpError::MissingSections { count, missing: names.join(", ") })
}

#[cfg(test)]
mod tests;
