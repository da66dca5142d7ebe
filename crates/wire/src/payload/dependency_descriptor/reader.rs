//! Reading of a stream of descriptors.

use switchyard_vocab::rtp::ExtSeqNo;

use super::descriptor::{Descriptor, Front};
use super::structure::Structure;
use super::{DescriptorError, MAX_LEN};

/// Reads the descriptors of one RTP stream and holds the structure they refer to.
///
/// Packets may come late or twice: a structure applies to packets from its own number on, and what
/// is older neither replaces it nor is read with it. About 6 KiB, all of it inline.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    structure: Option<Held>,
    active: Option<(ExtSeqNo, u32)>,
}

#[derive(Clone, Debug)]
struct Held {
    since: ExtSeqNo,
    structure: Structure,
}

impl Reader {
    /// Reads the descriptor of packet `seq` and takes over what it says about those that follow.
    ///
    /// Allocates nothing. On an error nothing changes.
    pub fn read(&mut self, seq: ExtSeqNo, data: &[u8]) -> Result<Descriptor, DescriptorError> {
        if data.len() > MAX_LEN {
            return Err(DescriptorError::TooShort(data.len()));
        }
        let front = Front::read(data)?;
        if front.has_structure {
            return self.read_keyframe(seq, front);
        }
        let held = self.structure.as_ref().ok_or(DescriptorError::NoStructure)?;
        if seq < held.since {
            return Err(DescriptorError::OlderThanStructure);
        }
        let descriptor = front.complete(&held.structure)?;
        self.note_active(seq, descriptor.active_targets);
        Ok(descriptor)
    }

    fn read_keyframe(&mut self, seq: ExtSeqNo, mut front: Front<'_>) -> Result<Descriptor, DescriptorError> {
        let structure = front.read_structure()?;
        let descriptor = front.complete(&structure)?;
        if self.structure.as_ref().is_none_or(|held| seq >= held.since) {
            self.note_active(seq, descriptor.active_targets.or_else(|| Some(structure.all_targets())));
            self.structure = Some(Held { since: seq, structure });
        }
        Ok(descriptor)
    }

    /// The structure of the stream, once there was one.
    pub fn structure(&self) -> Option<&Structure> {
        self.structure.as_ref().map(|held| &held.structure)
    }

    /// The targets that can be decoded, as the newest packet said; the lowest bit for target 0.
    pub const fn active_targets(&self) -> Option<u32> {
        match self.active {
            Some((_, targets)) => Some(targets),
            None => None,
        }
    }

    /// Forgets everything, for a stream that starts anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn note_active(&mut self, seq: ExtSeqNo, targets: Option<u32>) {
        let is_newest = self.active.is_none_or(|(last, _)| seq >= last);
        if let Some(targets) = targets.filter(|_| is_newest) {
            self.active = Some((seq, targets));
        }
    }
}
