//! From the publisher's dependency descriptors to the subscriber's (AV1 RTP specification, appendix A).
//!
//! A frame names others by how many numbers back they are, and its template by an id within the structure
//! that the last keyframe attached. So a shift of all frame numbers and of all template ids keeps what a
//! descriptor says: nothing has to be taken apart but the three fields that hold them.

use switchyard_wire::NoRoom;
use switchyard_wire::payload::dependency_descriptor::{MAX_TEMPLATES, Mandatory};

/// How far the ids of a new encoding's structure lie from those of the last one. Ids of two structures in
/// a row must differ (A.5); browsers' structures have at most 24 templates, half of all ids is enough
/// for any that has 32.
const STRUCTURE_DISTANCE: u8 = MAX_TEMPLATES as u8 / 2;

/// Where the flags and the first id of an attached structure stand: five flags, then six bits.
const STRUCTURE_AT: usize = 3;

/// What a receiver is to see in one descriptor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DependencyNumbers {
    /// Number of the frame.
    pub frame_number: u16,
    /// What is added to every template id, modulo 64.
    pub template_shift: u8,
}

/// The dependency descriptors of one subscription.
#[derive(Debug, Default)]
pub(super) struct DependencyMap {
    frame_offset: u16,
    template_shift: u8,
    /// The newest frame sent.
    newest_frame: u16,
    /// The first id of the structure sent last.
    structure: Option<u8>,
    begun: bool,
}

impl DependencyMap {
    /// The numbers of a packet. `begins` at the first one of an encoding that takes over. `None` when it
    /// has no descriptor.
    pub(super) fn map(&mut self, begins: bool, descriptor: &[u8]) -> Option<DependencyNumbers> {
        let frame = Mandatory::parse(descriptor)?.frame_number;
        let structure = structure_id(descriptor);
        if begins && std::mem::replace(&mut self.begun, true) {
            self.frame_offset = self.newest_frame.wrapping_add(1).wrapping_sub(frame);
            if let (Some(last), Some(first)) = (self.structure, structure) {
                self.template_shift = shifted(last, STRUCTURE_DISTANCE.wrapping_sub(first));
            }
        }
        let frame_number = frame.wrapping_add(self.frame_offset);
        if begins || frame_number.wrapping_sub(self.newest_frame).cast_signed() > 0 {
            self.newest_frame = frame_number;
        }
        self.structure = structure.map(|first| shifted(first, self.template_shift)).or(self.structure);
        Some(DependencyNumbers { frame_number, template_shift: self.template_shift })
    }
}

/// Writes a descriptor with other numbers and returns its length, which stays the same.
pub(super) fn write(descriptor: &[u8], numbers: DependencyNumbers, out: &mut [u8]) -> Result<usize, NoRoom> {
    let DependencyNumbers { frame_number, template_shift } = numbers;
    let mandatory = Mandatory::parse(descriptor).ok_or(NoRoom)?;
    let template_id = shifted(mandatory.template_id, template_shift);
    let out = out.get_mut(..descriptor.len()).ok_or(NoRoom)?;
    out.copy_from_slice(descriptor);
    let front = Mandatory { template_id, frame_number, ..mandatory }.bytes();
    if let Some(target) = out.first_chunk_mut() {
        *target = front;
    }
    if let (Some(first), Some([flags, next])) =
        (structure_id(descriptor), out.get_mut(STRUCTURE_AT..STRUCTURE_AT + 2))
    {
        let first = shifted(first, template_shift);
        *flags = (*flags & 0xf8) | (first >> 3);
        *next = (*next & 0x1f) | (first << 5);
    }
    Ok(descriptor.len())
}

/// The first template id of the structure that is attached, if one is.
fn structure_id(descriptor: &[u8]) -> Option<u8> {
    let &[flags, next] = descriptor.get(STRUCTURE_AT..STRUCTURE_AT + 2)? else { return None };
    (flags & 0x80 != 0).then_some(((flags & 0x07) << 3) | (next >> 5))
}

const fn shifted(id: u8, shift: u8) -> u8 {
    id.wrapping_add(shift) % MAX_TEMPLATES as u8
}
