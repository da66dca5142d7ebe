//! The three lists that describe a frame: for whom it is, what it refers to, what came before it in
//! each chain.

use super::{DescriptorError, MAX_CHAINS, MAX_FRAME_DIFFS, MAX_TARGETS};

/// What a frame means to one decode target (table A.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dti {
    /// It is not part of it.
    NotPresent = 0,
    /// It is part of it, and no other frame of it refers to this one.
    Discardable = 1,
    /// If it can be decoded, so can all that follow: here one may start with this target.
    Switch = 2,
    /// It is part of it, and others refer to it.
    Required = 3,
}

impl Dti {
    const fn from_bits(bits: u64) -> Self {
        match bits & 3 {
            0 => Self::NotPresent,
            1 => Self::Discardable,
            2 => Self::Switch,
            _ => Self::Required,
        }
    }
}

/// The indication of a frame for each decode target; two bits each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Dtis {
    bits: u64,
    count: u8,
}

impl Dtis {
    /// What the frame means to a target. A target that there is not has nothing of it.
    pub fn get(&self, target: u8) -> Dti {
        let known = target < self.count;
        if known { Dti::from_bits(self.bits >> (2 * u32::from(target))) } else { Dti::NotPresent }
    }

    /// All of them, in the order of targets.
    pub fn iter(&self) -> impl Iterator<Item = Dti> {
        (0..self.count).map(|target| self.get(target))
    }

    /// For how many targets: 1–32.
    pub const fn count(&self) -> u8 {
        self.count
    }

    /// The targets of which the frame is a part, the lowest bit for target 0.
    pub fn present(&self) -> u32 {
        self.iter()
            .enumerate()
            .filter(|(_, dti)| *dti != Dti::NotPresent)
            .fold(0, |all, (at, _)| all | (1 << at))
    }

    pub(super) fn push(&mut self, dti: u8) {
        if usize::from(self.count) < MAX_TARGETS {
            self.bits |= u64::from(dti & 3) << (2 * u32::from(self.count));
            self.count += 1;
        }
    }
}

/// How many frames back the frames lie that a frame refers to: 1–4096 each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FrameDiffs {
    diffs: [u16; MAX_FRAME_DIFFS],
    count: u8,
}

impl FrameDiffs {
    /// The differences, in the order in which they stand there. None: the frame refers to nothing.
    pub fn as_slice(&self) -> &[u16] {
        self.diffs.get(..usize::from(self.count)).unwrap_or_default()
    }

    pub(super) fn push(&mut self, diff: u16) -> Result<(), DescriptorError> {
        let free = self.diffs.get_mut(usize::from(self.count)).ok_or(DescriptorError::TooManyFrameDiffs)?;
        *free = diff;
        self.count += 1;
        Ok(())
    }
}

/// How many frames back the last frame of each chain lies: 0–255 each, and 0 where the chain starts
/// with this frame.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ChainDiffs {
    diffs: [u8; MAX_CHAINS],
    count: u8,
}

impl ChainDiffs {
    /// The differences, in the order of chains.
    pub fn as_slice(&self) -> &[u8] {
        self.diffs.get(..usize::from(self.count)).unwrap_or_default()
    }

    pub(super) fn push(&mut self, diff: u8) {
        if let Some(free) = self.diffs.get_mut(usize::from(self.count)) {
            *free = diff;
            self.count += 1;
        }
    }
}
