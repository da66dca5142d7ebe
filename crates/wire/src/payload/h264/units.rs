//! The units in a payload (RFC 6184 §5.6–§5.8).

use super::super::nal::{AggregateError, MAX_UNITS, Part, check_aggregate, split_sized};
use super::kind;

/// Why a payload holds no readable units.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum H264Error {
    /// It ends before the first unit does.
    #[error("{0} bytes are no H.264 payload")]
    TooShort(usize),
    /// STAP-B, MTAP and FU-B belong to packetization mode 2, which no browser speaks; 0, 30 and 31 are
    /// reserved.
    #[error("packets of type {0} are not understood")]
    Unsupported(u8),
    /// A unit of an aggregate is empty or reaches behind the end.
    #[error("a unit of the aggregate does not fit it")]
    MalformedAggregate,
    /// An aggregate of more than [`MAX_UNITS`].
    #[error("more than {MAX_UNITS} units in one packet")]
    TooManyUnits,
}

impl From<AggregateError> for H264Error {
    fn from(error: AggregateError) -> Self {
        match error {
            AggregateError::Malformed => Self::MalformedAggregate,
            AggregateError::TooMany => Self::TooManyUnits,
        }
    }
}

/// A unit, or what of it is in the packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unit<'a> {
    /// Its type: 0–31; see [`kind`](super::kind).
    pub kind: u8,
    /// How much other units refer to it (NRI): 0–3, 0 is not at all.
    pub importance: u8,
    /// Whether this is all of it.
    pub part: Part,
    /// The unit with its header; of a fragment only what follows the fragment's header.
    pub bytes: &'a [u8],
}

impl<'a> Unit<'a> {
    fn whole(bytes: &'a [u8]) -> Option<Self> {
        let header = *bytes.first()?;
        Some(Self { kind: header & 0x1f, importance: (header >> 5) & 0x03, part: Part::Whole, bytes })
    }

    fn fragment(payload: &'a [u8]) -> Option<Self> {
        let ([indicator, header], bytes) = payload.split_first_chunk::<2>()?;
        let part = Part::of_fragment(header & 0x80 != 0, header & 0x40 != 0);
        let importance = (indicator >> 5) & 0x03;
        (!bytes.is_empty()).then_some(Self { kind: header & 0x1f, importance, part, bytes })
    }

    /// What follows the unit's header, as far as it is in the packet.
    pub fn body(&self) -> &'a [u8] {
        let header = usize::from(self.part == Part::Whole);
        self.bytes.get(header..).unwrap_or_default()
    }

    pub(super) fn is_whole_sps(&self) -> bool {
        self.kind == kind::SPS && self.part == Part::Whole
    }
}

/// The units in a payload, checked as a whole.
pub fn units(payload: &[u8]) -> Result<Units<'_>, H264Error> {
    let too_short = H264Error::TooShort(payload.len());
    let (&first, rest) = payload.split_first().ok_or(too_short)?;
    match first & 0x1f {
        1..=23 => Ok(Units { single: Unit::whole(payload), aggregate: &[] }),
        kind::STAP_A => {
            check_aggregate(rest, 1)?;
            Ok(Units { single: None, aggregate: rest })
        }
        kind::FU_A => Ok(Units { single: Some(Unit::fragment(payload).ok_or(too_short)?), aggregate: &[] }),
        other => Err(H264Error::Unsupported(other)),
    }
}

/// The walk over the units of a payload.
#[derive(Clone, Copy, Debug)]
pub struct Units<'a> {
    single: Option<Unit<'a>>,
    aggregate: &'a [u8],
}

impl<'a> Iterator for Units<'a> {
    type Item = Unit<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(single) = self.single.take() {
            return Some(single);
        }
        let (unit, rest) = split_sized(self.aggregate)?;
        self.aggregate = rest;
        Unit::whole(unit)
    }
}
