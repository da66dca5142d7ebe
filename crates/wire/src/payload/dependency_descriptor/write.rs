//! Writing of a descriptor with other numbers.

use super::MAX_TEMPLATES;
use super::descriptor::Descriptor;
use super::lists::{Dtis, FrameDiffs};
use super::structure::{Structure, Template};
use crate::NoRoom;
use crate::bits::BitWriter;

/// What a receiver is to see in place of what the publisher sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rewrite {
    /// Number of the frame.
    pub frame_number: u16,
    /// Id of the structure's first template, 0–63. It must be the one under which the structure was
    /// last attached for this receiver.
    pub first_template_id: u8,
    /// Which targets the receiver can decode from now on, to be said in this packet.
    pub active_targets: Option<u32>,
    /// Attach the structure, as every keyframe must.
    pub attach_structure: bool,
}

impl Rewrite {
    /// The same as the publisher sent, to be changed.
    pub const fn same_as(descriptor: &Descriptor, structure: &Structure) -> Self {
        Self {
            frame_number: descriptor.mandatory.frame_number,
            first_template_id: structure.first_template_id(),
            active_targets: descriptor.active_targets,
            attach_structure: descriptor.has_structure,
        }
    }
}

impl Descriptor {
    /// Writes the descriptor and returns its length: three bytes when its template says everything.
    ///
    /// `structure` is the one it was read with. [`NoRoom`] also when the template is none of it.
    pub fn write(&self, structure: &Structure, rewrite: &Rewrite, out: &mut [u8]) -> Result<usize, NoRoom> {
        let template = structure.templates().get(usize::from(self.template_index)).ok_or(NoRoom)?;
        let template_id = rewrite.first_template_id.wrapping_add(self.template_index) % MAX_TEMPLATES as u8;
        let frame_number = rewrite.frame_number;
        let mandatory = super::Mandatory { template_id, frame_number, ..self.mandatory }.bytes();
        let (front, rest) = out.split_first_chunk_mut().ok_or(NoRoom)?;
        *front = mandatory;

        let has_dtis = self.dtis != template.dtis;
        let has_frame_diffs = self.frame_diffs != template.frame_diffs;
        let has_chain_diffs = self.chain_diffs != template.chain_diffs;
        let has_active = rewrite.active_targets.is_some();
        let flags = [rewrite.attach_structure, has_active, has_dtis, has_frame_diffs, has_chain_diffs];
        if !flags.contains(&true) {
            return Ok(mandatory.len());
        }
        let mut out = BitWriter::new(rest);
        flags.iter().try_for_each(|&flag| out.flag(flag))?;
        if rewrite.attach_structure {
            structure.write(rewrite.first_template_id, &mut out)?;
        }
        if let Some(active) = rewrite.active_targets {
            out.bits(u32::from(structure.target_count()), active)?;
        }
        if has_dtis {
            write_dtis(&self.dtis, &mut out)?;
        }
        if has_frame_diffs {
            write_frame_diffs(&self.frame_diffs, &mut out)?;
        }
        if has_chain_diffs {
            self.chain_diffs.as_slice().iter().try_for_each(|&diff| out.bits(8, u32::from(diff)))?;
        }
        Ok(mandatory.len() + out.len())
    }
}

fn write_dtis(dtis: &Dtis, out: &mut BitWriter<'_>) -> Result<(), NoRoom> {
    dtis.iter().try_for_each(|dti| out.bits(2, dti as u32))
}

fn write_frame_diffs(diffs: &FrameDiffs, out: &mut BitWriter<'_>) -> Result<(), NoRoom> {
    for &diff in diffs.as_slice() {
        let less_one = u32::from(diff).checked_sub(1).ok_or(NoRoom)?;
        let nibbles = match less_one {
            0..0x10 => 1,
            0x10..0x100 => 2,
            0x100..0x1000 => 3,
            _ => return Err(NoRoom),
        };
        out.bits(2, nibbles)?;
        out.bits(4 * nibbles, less_one)?;
    }
    out.bits(2, 0)
}

impl Structure {
    fn write(&self, first_id: u8, out: &mut BitWriter<'_>) -> Result<(), NoRoom> {
        out.bits(6, u32::from(first_id))?;
        out.bits(5, u32::from(self.targets - 1))?;
        self.write_layers(out)?;
        self.templates().iter().try_for_each(|template| write_dtis(&template.dtis, out))?;
        for template in self.templates() {
            for &diff in template.frame_diffs.as_slice() {
                out.flag(true)?;
                out.bits(4, u32::from(diff).wrapping_sub(1))?;
            }
            out.flag(false)?;
        }
        self.write_chains(out)?;
        out.flag(self.sizes.is_some())?;
        let layers = usize::from(self.highest_spatial().0) + 1;
        for size in self.sizes.iter().flatten().take(layers) {
            out.bits(16, u32::from(size.width).wrapping_sub(1))?;
            out.bits(16, u32::from(size.height).wrapping_sub(1))?;
        }
        Ok(())
    }

    /// How each template's layers follow from those of the one before (table A.2).
    fn write_layers(&self, out: &mut BitWriter<'_>) -> Result<(), NoRoom> {
        for pair in self.templates().windows(2) {
            let [Template { spatial, temporal, .. }, next] = pair else { continue };
            let step = match (next.spatial == *spatial, next.temporal == *temporal) {
                (true, true) => 0,
                (true, false) => 1,
                (false, _) => 2,
            };
            out.bits(2, step)?;
        }
        out.bits(2, 3)
    }

    fn write_chains(&self, out: &mut BitWriter<'_>) -> Result<(), NoRoom> {
        out.non_symmetric(u32::from(self.targets) + 1, u32::from(self.chains))?;
        if self.chains == 0 {
            return Ok(());
        }
        for &chain in self.protected_by.iter().take(usize::from(self.targets)) {
            out.non_symmetric(u32::from(self.chains), u32::from(chain))?;
        }
        for template in self.templates() {
            template.chain_diffs.as_slice().iter().try_for_each(|&diff| out.bits(4, u32::from(diff)))?;
        }
        Ok(())
    }
}
