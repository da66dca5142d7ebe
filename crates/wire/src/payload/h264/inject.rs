//! Parameter sets kept from a stream, and written again in front of a keyframe.

use super::super::nal::{ParameterSet, ParameterSets, Part, unescape};
use super::{kind, units};
use crate::NoRoom;
use crate::bits::BitReader;
use crate::bytes::Cursor;

/// In a sequence parameter set three bytes stand before its id: profile, constraints, level.
const SPS_ID_AT: usize = 3;

/// Keeps the parameter sets of a payload. Says whether any of them was new or changed.
///
/// Sets in fragments are left out: they are smaller than any packet.
pub fn collect(payload: &[u8], sets: &mut ParameterSets) -> bool {
    let mut changed = false;
    for unit in units(payload).into_iter().flatten().filter(|unit| unit.part == Part::Whole) {
        let id_at = match unit.kind {
            kind::SPS => SPS_ID_AT,
            kind::PPS => 0,
            _ => continue,
        };
        if let Some(id) = id_of(unit.body(), id_at) {
            changed |= sets.keep(unit.kind, id, unit.bytes);
        }
    }
    changed
}

/// Writes all sets as one STAP-A and returns its length; 0 when there are none.
///
/// For a subscriber with packetization mode 1; in mode 0 each set is a packet of its own.
pub fn write_stap_a(sets: &ParameterSets, out: &mut [u8]) -> Result<usize, NoRoom> {
    let headers = sets.iter().filter_map(|set| set.as_bytes().first().copied());
    // The highest importance of all, and the error bit of any (RFC 6184 §5.7).
    let Some(importance) = headers.clone().map(|header| header & 0x60).max() else { return Ok(0) };
    let error = headers.fold(0, |all, header| all | (header & 0x80));
    let mut out = Cursor::new(out);
    out.put(&[error | importance | kind::STAP_A])?;
    for set in sets.iter().map(ParameterSet::as_bytes) {
        out.put(&u16::try_from(set.len()).map_err(|_| NoRoom)?.to_be_bytes())?;
        out.put(set)?;
    }
    Ok(out.len())
}

fn id_of(body: &[u8], at: usize) -> Option<u32> {
    // A code for an id below 256 has at most 17 bits.
    let mut front = [0; 8];
    BitReader::new(unescape(body, &mut front).get(at..)?).ue().filter(|&id| id < 256)
}
