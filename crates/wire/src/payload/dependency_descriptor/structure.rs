//! The structure: decode targets, templates, chains (A.8.2, `template_dependency_structure`).

use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};

use super::lists::{ChainDiffs, Dti, Dtis, FrameDiffs};
use super::{DescriptorError, MAX_SPATIAL_LAYERS, MAX_TARGETS, MAX_TEMPLATES, MAX_TEMPORAL_LAYERS};
use crate::bits::BitReader;

/// What many frames have in common.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Template {
    /// Spatial layer: 0–3.
    pub spatial: SpatialLayer,
    /// Temporal layer: 0–7.
    pub temporal: TemporalLayer,
    /// What a frame means to each target.
    pub dtis: Dtis,
    /// What a frame refers to: 1–16 frames back each.
    pub frame_diffs: FrameDiffs,
    /// What came before a frame in each chain: 0–15 frames back each.
    pub chain_diffs: ChainDiffs,
}

/// What a keyframe says about all frames up to the next one. About 6 KiB; a stream needs one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Structure {
    /// Id of the first template; ids wrap at 64.
    pub(super) first_id: u8,
    pub(super) targets: u8,
    pub(super) chains: u8,
    /// Which chain protects each target.
    pub(super) protected_by: [u8; MAX_TARGETS],
    pub(super) templates: [Template; MAX_TEMPLATES],
    pub(super) template_count: u8,
    /// Largest size of each spatial layer, when that is said.
    pub(super) sizes: Option<[PictureSize; MAX_SPATIAL_LAYERS]>,
}

impl Structure {
    /// Id of the first template, 0–63. The next structure of the stream must use other ids.
    pub const fn first_template_id(&self) -> u8 {
        self.first_id
    }

    /// The templates, in the order of their ids.
    pub fn templates(&self) -> &[Template] {
        self.templates.get(..usize::from(self.template_count)).unwrap_or_default()
    }

    /// How many decode targets there are: 1–32.
    pub const fn target_count(&self) -> u8 {
        self.targets
    }

    /// How many chains there are: 0–32, and no more than targets.
    pub const fn chain_count(&self) -> u8 {
        self.chains
    }

    /// All targets, the lowest bit for target 0.
    pub fn all_targets(&self) -> u32 {
        u32::MAX.checked_shr(u32::BITS - u32::from(self.targets)).unwrap_or(0)
    }

    /// The chain that protects a target, if there are chains.
    pub fn chain_of(&self, target: u8) -> Option<u8> {
        let is_known = target < self.targets && self.chains > 0;
        self.protected_by.get(usize::from(target)).copied().filter(|_| is_known)
    }

    /// The highest layers of which a target has frames.
    pub fn layers_of(&self, target: u8) -> (SpatialLayer, TemporalLayer) {
        let parts = self.templates().iter().filter(|template| template.dtis.get(target) != Dti::NotPresent);
        parts.fold((SpatialLayer(0), TemporalLayer(0)), |(spatial, temporal), template| {
            (spatial.max(template.spatial), temporal.max(template.temporal))
        })
    }

    /// The largest size of a spatial layer's pictures, when that is said.
    pub fn size(&self, layer: SpatialLayer) -> Option<PictureSize> {
        let is_known = layer <= self.highest_spatial();
        self.sizes.as_ref()?.get(usize::from(layer.0)).copied().filter(|_| is_known)
    }

    /// The template with that id.
    pub(super) fn template(&self, id: u8) -> Result<(u8, &Template), DescriptorError> {
        let index = id.wrapping_sub(self.first_id) % MAX_TEMPLATES as u8;
        let (first, count) = (self.first_id, self.template_count);
        let template = self.templates().get(usize::from(index));
        Ok((index, template.ok_or(DescriptorError::UnknownTemplate { id, first, count })?))
    }

    pub(super) fn highest_spatial(&self) -> SpatialLayer {
        self.templates().last().map_or(SpatialLayer(0), |template| template.spatial)
    }

    /// Reads a structure. The outer result is the end of the bytes.
    pub(super) fn read(reader: &mut BitReader<'_>) -> Option<Result<Self, DescriptorError>> {
        let mut structure = Self {
            first_id: reader.small(6)?,
            targets: reader.small(5)? + 1,
            chains: 0,
            protected_by: [0; MAX_TARGETS],
            templates: [Template::default(); MAX_TEMPLATES],
            template_count: 0,
            sizes: None,
        };
        if let Err(error) = structure.read_layers(reader)? {
            return Some(Err(error));
        }
        if let Err(error) = structure.read_lists(reader)? {
            return Some(Err(error));
        }
        structure.read_chains(reader)?;
        if reader.flag()? {
            structure.read_sizes(reader)?;
        }
        Some(Ok(structure))
    }

    fn read_layers(&mut self, reader: &mut BitReader<'_>) -> Option<Result<(), DescriptorError>> {
        let (mut spatial, mut temporal) = (SpatialLayer(0), TemporalLayer(0));
        loop {
            let Some(template) = self.templates.get_mut(usize::from(self.template_count)) else {
                return Some(Err(DescriptorError::TooManyTemplates));
            };
            (template.spatial, template.temporal) = (spatial, temporal);
            self.template_count += 1;
            match reader.bits(2)? {
                0 => {}
                1 => temporal.0 += 1,
                2 => (spatial, temporal) = (SpatialLayer(spatial.0 + 1), TemporalLayer(0)),
                _ => return Some(Ok(())),
            }
            let fits =
                usize::from(spatial.0) < MAX_SPATIAL_LAYERS && usize::from(temporal.0) < MAX_TEMPORAL_LAYERS;
            if !fits {
                return Some(Err(DescriptorError::TooManyLayers));
            }
        }
    }

    fn read_lists(&mut self, reader: &mut BitReader<'_>) -> Option<Result<(), DescriptorError>> {
        let count = usize::from(self.template_count);
        for template in self.templates.iter_mut().take(count) {
            for _ in 0..self.targets {
                template.dtis.push(reader.small(2)?);
            }
        }
        for template in self.templates.iter_mut().take(count) {
            while reader.flag()? {
                let diff = reader.bits(4)? as u16 + 1;
                if let Err(error) = template.frame_diffs.push(diff) {
                    return Some(Err(error));
                }
            }
        }
        Some(Ok(()))
    }

    fn read_chains(&mut self, reader: &mut BitReader<'_>) -> Option<()> {
        self.chains = u8::try_from(reader.non_symmetric(u32::from(self.targets) + 1)?).ok()?;
        if self.chains == 0 {
            return Some(());
        }
        for chain in self.protected_by.iter_mut().take(usize::from(self.targets)) {
            *chain = u8::try_from(reader.non_symmetric(u32::from(self.chains))?).ok()?;
        }
        for template in self.templates.iter_mut().take(usize::from(self.template_count)) {
            for _ in 0..self.chains {
                template.chain_diffs.push(reader.small(4)?);
            }
        }
        Some(())
    }

    fn read_sizes(&mut self, reader: &mut BitReader<'_>) -> Option<()> {
        let mut sizes = [PictureSize::default(); MAX_SPATIAL_LAYERS];
        for size in sizes.iter_mut().take(usize::from(self.highest_spatial().0) + 1) {
            // The fields hold one less, so that 65536 is possible and is taken for one less.
            let width = (reader.bits(16)? as u16).saturating_add(1);
            let height = (reader.bits(16)? as u16).saturating_add(1);
            *size = PictureSize { width, height };
        }
        self.sizes = Some(sizes);
        Some(())
    }
}
