//! The parameter sets of a stream, kept to be sent again.
//!
//! Some encoders send them once. A decoder that joins later, or that switches to this stream, can't
//! use a keyframe without them.

/// Longest parameter set that is kept. Those of browsers and cameras have 10 to 100 bytes; a
/// larger value only lets a stranger fill more memory.
pub const MAX_PARAMETER_SET_LEN: usize = 256;

/// Most parameter sets kept of one stream: H.265 has three kinds, and encoders that use several
/// picture sets use two or three. A set for which there is no place is not kept.
pub const MAX_PARAMETER_SETS: usize = 6;

/// One parameter set: a whole unit with its header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ParameterSet {
    kind: u8,
    id: u32,
    len: u16,
    bytes: [u8; MAX_PARAMETER_SET_LEN],
}

impl ParameterSet {
    /// The type of the unit, as its codec counts them.
    pub const fn kind(&self) -> u8 {
        self.kind
    }

    /// The unit as it came, header included.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// The latest parameter sets of one stream, at most one for each type and id.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ParameterSets {
    sets: [Option<ParameterSet>; MAX_PARAMETER_SETS],
}

impl ParameterSets {
    /// Keeps a unit, in place of the one with the same type and id. Says whether that changed
    /// anything; false also when there is no place for it.
    pub(in super::super) fn keep(&mut self, kind: u8, id: u32, unit: &[u8]) -> bool {
        let mut bytes = [0; MAX_PARAMETER_SET_LEN];
        let (Some(room), Ok(len)) = (bytes.get_mut(..unit.len()), u16::try_from(unit.len())) else {
            return false;
        };
        room.copy_from_slice(unit);
        let fresh = Some(ParameterSet { kind, id, len, bytes });
        let is_same = |slot: &&mut Option<ParameterSet>| {
            slot.as_ref().is_some_and(|set| set.kind == kind && set.id == id)
        };
        if let Some(same) = self.sets.iter_mut().find(is_same) {
            let changes = *same != fresh;
            *same = fresh;
            return changes;
        }
        let Some(free) = self.sets.iter_mut().find(|slot| slot.is_none()) else { return false };
        *free = fresh;
        // Sequence before picture: a set may only refer to what was sent before it.
        self.sets.sort_by_key(|slot| slot.as_ref().map_or((u8::MAX, u32::MAX), |set| (set.kind, set.id)));
        true
    }

    /// The sets, each behind those it may refer to.
    pub fn iter(&self) -> impl Iterator<Item = &ParameterSet> + Clone {
        self.sets.iter().flatten()
    }

    /// Whether a set of that type is kept.
    pub fn has(&self, kind: u8) -> bool {
        self.iter().any(|set| set.kind == kind)
    }

    /// Forgets all of them, for a stream that starts anew.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests;
