//! What H.264 and H.265 have in common: NAL units, their escaping, and the parameter sets.

mod parameter_sets;
mod unescape;

pub use parameter_sets::{MAX_PARAMETER_SET_LEN, MAX_PARAMETER_SETS, ParameterSet, ParameterSets};
pub(super) use unescape::unescape;

/// Most units taken from one aggregate. Parameter sets and a picture of a few slices are below ten;
/// a larger value only makes every walk over a hostile packet longer.
pub const MAX_UNITS: usize = 64;

/// Which part of a unit a packet holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The first fragment.
    Start,
    /// Neither the first nor the last fragment.
    Middle,
    /// The last fragment.
    End,
}

impl Part {
    /// From the S and E bits of a fragment (RFC 6184 §5.8, RFC 7798 §4.4.3). One that claims to be
    /// both first and last is against the RFCs and counts as the first.
    pub(super) const fn of_fragment(start: bool, end: bool) -> Self {
        match (start, end) {
            (true, _) => Self::Start,
            (false, false) => Self::Middle,
            (false, true) => Self::End,
        }
    }

    /// Whether the unit starts in this packet.
    pub const fn starts(self) -> bool {
        matches!(self, Self::Whole | Self::Start)
    }

    /// Whether the unit ends in this packet.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Whole | Self::End)
    }
}

/// Why the units of an aggregate can't be walked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AggregateError {
    /// A unit is shorter than its header or reaches behind the end.
    Malformed,
    /// There are more than [`MAX_UNITS`].
    TooMany,
}

/// Checks an aggregate whose units have headers of `header_len` bytes.
pub(super) fn check_aggregate(mut rest: &[u8], header_len: usize) -> Result<(), AggregateError> {
    for _ in 0..MAX_UNITS {
        let (unit, behind) = split_sized(rest).ok_or(AggregateError::Malformed)?;
        if unit.len() < header_len {
            return Err(AggregateError::Malformed);
        }
        if behind.is_empty() {
            return Ok(());
        }
        rest = behind;
    }
    Err(AggregateError::TooMany)
}

/// Splits a unit with its 16-bit length off the front of an aggregate. `None` when it is empty or
/// reaches behind the end.
pub(super) fn split_sized(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, tail) = rest.split_first_chunk::<2>()?;
    let (unit, rest) = tail.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
    (!unit.is_empty()).then_some((unit, rest))
}
