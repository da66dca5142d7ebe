//! What the units of one packet tell about the picture.

use switchyard_vocab::layer::TemporalLayer;

use super::super::nal::Part;
use super::kind;
use super::units::{H265Error, Unit, units};

/// What was found in one packet. A unit counts as present where it starts, unless said otherwise.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// Types of all units of which anything is in the packet: bit `n` stands for type `n`.
    pub kinds: u64,
    /// A video parameter set.
    pub has_vps: bool,
    /// A sequence parameter set.
    pub has_sps: bool,
    /// A picture parameter set.
    pub has_pps: bool,
    /// Anything of a random access picture (IRAP), its later slices and fragments included.
    pub irap: bool,
    /// The first slice of a random access picture: a keyframe starts here for a decoder that has its
    /// parameter sets.
    pub irap_start: bool,
    /// The first slice of any picture.
    pub picture_start: bool,
    /// The temporal layer: the lowest of the units in the packet.
    pub temporal: TemporalLayer,
    /// Which part of a unit it is, when it is a fragment.
    pub fragment: Option<Part>,
}

impl Facts {
    /// Whether a unit of that type, or a part of one, is in the packet.
    pub const fn has(&self, kind: u8) -> bool {
        kind < 64 && (self.kinds >> kind) & 1 != 0
    }

    fn note(&mut self, unit: &Unit<'_>) {
        self.kinds |= 1_u64.checked_shl(u32::from(unit.kind)).unwrap_or(0);
        self.fragment = Some(unit.part).filter(|&part| part != Part::Whole);
        let is_irap = kind::RANDOM_ACCESS.contains(&unit.kind);
        self.irap |= is_irap;
        if !unit.part.starts() {
            return;
        }
        self.has_vps |= unit.kind == kind::VPS;
        self.has_sps |= unit.kind == kind::SPS;
        self.has_pps |= unit.kind == kind::PPS;
        // The first bit of a slice says whether it is the first of its picture.
        let is_first = unit.body().first().is_some_and(|byte| byte & 0x80 != 0);
        if kind::SLICES.contains(&unit.kind) && is_first {
            self.picture_start = true;
            self.irap_start |= is_irap;
        }
    }
}

/// Reads all units of a payload.
pub fn facts(payload: &[u8]) -> Result<Facts, H265Error> {
    let mut facts = Facts::default();
    let mut lowest = None;
    for unit in units(payload)? {
        facts.note(&unit);
        lowest = Some(lowest.map_or(unit.temporal, |lowest: TemporalLayer| lowest.min(unit.temporal)));
    }
    facts.temporal = lowest.unwrap_or_default();
    Ok(facts)
}
