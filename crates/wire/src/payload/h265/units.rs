//! The units in a payload (RFC 7798 §4.4).

use switchyard_vocab::layer::{SpatialLayer, TemporalLayer};

use super::super::nal::{AggregateError, MAX_UNITS, Part, check_aggregate, split_sized};
use super::kind;
use crate::bytes::u16_at;

/// Length of a unit's header, which is also that of a packet.
const HEADER_LEN: usize = 2;

/// Why a payload holds no readable units.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum H265Error {
    /// It ends before the first unit does.
    #[error("{0} bytes are no H.265 payload")]
    TooShort(usize),
    /// PACI packets and types 51–63, which no browser sends.
    #[error("packets of type {0} are not understood")]
    Unsupported(u8),
    /// A unit of an aggregate lacks its header or reaches behind the end.
    #[error("a unit of the aggregate does not fit it")]
    MalformedAggregate,
    /// An aggregate of more than [`MAX_UNITS`].
    #[error("more than {MAX_UNITS} units in one packet")]
    TooManyUnits,
}

impl From<AggregateError> for H265Error {
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
    /// Its type: 0–63; see [`kind`](super::kind).
    pub kind: u8,
    /// Its layer in a scalable stream (`nuh_layer_id`): 0–63, always 0 from browsers.
    pub layer: SpatialLayer,
    /// Its temporal layer (TID): 0–6. A forbidden header counts as 0.
    pub temporal: TemporalLayer,
    /// Whether this is all of it.
    pub part: Part,
    /// The unit with its header; of a fragment only what follows the fragment's header.
    pub bytes: &'a [u8],
}

impl<'a> Unit<'a> {
    fn whole(bytes: &'a [u8]) -> Option<Self> {
        let header = u16_at(bytes, 0)?;
        Some(Self {
            kind: kind_of(header),
            layer: SpatialLayer(((header >> 3) & 0x3f) as u8),
            temporal: TemporalLayer(((header & 0x07) as u8).saturating_sub(1)),
            part: Part::Whole,
            bytes,
        })
    }

    fn fragment(payload: &'a [u8]) -> Option<Self> {
        let packet = Self::whole(payload)?;
        let (&header, bytes) = payload.get(HEADER_LEN..)?.split_first()?;
        let part = Part::of_fragment(header & 0x80 != 0, header & 0x40 != 0);
        (!bytes.is_empty()).then_some(Self { kind: header & 0x3f, part, bytes, ..packet })
    }

    /// What follows the unit's header, as far as it is in the packet.
    pub fn body(&self) -> &'a [u8] {
        let header = if self.part == Part::Whole { HEADER_LEN } else { 0 };
        self.bytes.get(header..).unwrap_or_default()
    }

    pub(super) fn is_whole_sps(&self) -> bool {
        self.kind == kind::SPS && self.part == Part::Whole
    }
}

/// The units in a payload, checked as a whole.
pub fn units(payload: &[u8]) -> Result<Units<'_>, H265Error> {
    let too_short = H265Error::TooShort(payload.len());
    let (header, rest) = payload.split_first_chunk::<HEADER_LEN>().ok_or(too_short)?;
    match kind_of(u16::from_be_bytes(*header)) {
        kind::AGGREGATE => {
            check_aggregate(rest, HEADER_LEN)?;
            Ok(Units { single: None, aggregate: rest })
        }
        kind::FRAGMENT => {
            Ok(Units { single: Some(Unit::fragment(payload).ok_or(too_short)?), aggregate: &[] })
        }
        other @ 50.. => Err(H265Error::Unsupported(other)),
        _ => Ok(Units { single: Unit::whole(payload), aggregate: &[] }),
    }
}

const fn kind_of(header: u16) -> u8 {
    ((header >> 9) & 0x3f) as u8
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
