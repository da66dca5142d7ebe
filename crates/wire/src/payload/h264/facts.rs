//! What the units of one packet tell about the picture.

use super::super::nal::Part;
use super::kind;
use super::units::{H264Error, Unit, units};

/// What was found in one packet. A unit counts as present where it starts, unless said otherwise.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// Types of all units of which anything is in the packet: bit `n` stands for type `n`.
    pub kinds: u32,
    /// A sequence parameter set.
    pub has_sps: bool,
    /// A picture parameter set.
    pub has_pps: bool,
    /// Anything of an IDR picture, its later slices and fragments included.
    pub idr: bool,
    /// The first slice of an IDR picture: a keyframe starts here for a decoder that has its parameter
    /// sets.
    pub idr_start: bool,
    /// The first slice of any picture.
    pub picture_start: bool,
    /// No other picture refers to the slices in it.
    pub disposable: bool,
    /// Which part of a unit it is, when it is a fragment.
    pub fragment: Option<Part>,
}

impl Facts {
    /// Whether a unit of that type, or a part of one, is in the packet.
    pub const fn has(&self, kind: u8) -> bool {
        kind < 32 && (self.kinds >> kind) & 1 != 0
    }

    fn note(&mut self, unit: &Unit<'_>) {
        self.kinds |= 1_u32.checked_shl(u32::from(unit.kind)).unwrap_or(0);
        self.fragment = Some(unit.part).filter(|&part| part != Part::Whole);
        self.idr |= unit.kind == kind::IDR;
        if !unit.part.starts() {
            return;
        }
        match unit.kind {
            kind::SPS => self.has_sps = true,
            kind::PPS => self.has_pps = true,
            // The first field of a slice is the number of its first macroblock; 0 is a single set bit.
            kind::SLICE..=kind::IDR if unit.body().first().is_some_and(|byte| byte & 0x80 != 0) => {
                self.picture_start = true;
                self.idr_start |= unit.kind == kind::IDR;
            }
            _ => {}
        }
    }
}

/// Reads all units of a payload.
pub fn facts(payload: &[u8]) -> Result<Facts, H264Error> {
    let mut facts = Facts::default();
    let (mut slices, mut referred) = (false, false);
    for unit in units(payload)? {
        facts.note(&unit);
        let is_slice = (kind::SLICE..=kind::IDR).contains(&unit.kind);
        slices |= is_slice;
        referred |= is_slice && unit.importance > 0;
    }
    facts.disposable = slices && !referred;
    Ok(facts)
}
