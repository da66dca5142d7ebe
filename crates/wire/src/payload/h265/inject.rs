//! Parameter sets kept from a stream, and written again in front of a keyframe.

use super::super::nal::{ParameterSet, ParameterSets, Part, unescape};
use super::{Sps, kind, units};
use crate::NoRoom;
use crate::bits::BitReader;
use crate::bytes::{Cursor, u16_at};

/// Keeps the parameter sets of a payload. Says whether any of them was new or changed.
///
/// Sets in fragments are left out: they are smaller than any packet.
pub fn collect(payload: &[u8], sets: &mut ParameterSets) -> bool {
    let mut changed = false;
    for unit in units(payload).into_iter().flatten().filter(|unit| unit.part == Part::Whole) {
        let id = match unit.kind {
            kind::VPS => unit.body().first().map(|byte| u32::from(byte >> 4)),
            kind::SPS => Sps::parse(unit.bytes).map(|sps| u32::from(sps.id)),
            kind::PPS => picture_set_id(unit.body()),
            _ => None,
        };
        if let Some(id) = id {
            changed |= sets.keep(unit.kind, id, unit.bytes);
        }
    }
    changed
}

/// Writes all sets as one aggregation packet and returns its length; 0 when there are none.
///
/// An aggregate of a single unit is against RFC 7798 §4.4.2: that unit is written as it is.
pub fn write_aggregate(sets: &ParameterSets, out: &mut [u8]) -> Result<usize, NoRoom> {
    let mut out = Cursor::new(out);
    let units = sets.iter().map(ParameterSet::as_bytes);
    let headers = units.clone().filter_map(|unit| u16_at(unit, 0));
    match (units.clone().next(), units.clone().count()) {
        (None, _) => return Ok(0),
        (Some(unit), 1) => {
            out.put(unit)?;
            return Ok(out.len());
        }
        _ => {}
    }
    // The error bit of any, the lowest layer and the lowest temporal layer of all (§4.4.2).
    let error = headers.clone().fold(0, |all, header| all | (header & 0x8000));
    let layer = headers.clone().map(|header| header & 0x01f8).min().unwrap_or(0);
    let temporal = headers.map(|header| header & 0x0007).min().unwrap_or(1);
    let header = error | (u16::from(kind::AGGREGATE) << 9) | layer | temporal;
    out.put(&header.to_be_bytes())?;
    for unit in units {
        out.put(&u16::try_from(unit.len()).map_err(|_| NoRoom)?.to_be_bytes())?;
        out.put(unit)?;
    }
    Ok(out.len())
}

fn picture_set_id(body: &[u8]) -> Option<u32> {
    // A code for an id below 64 has at most 13 bits.
    let mut front = [0; 4];
    BitReader::new(unescape(body, &mut front)).ue().filter(|&id| id < 64)
}
