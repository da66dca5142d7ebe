//! The scalability structure: how large the layers are, how pictures refer to each other
//! (RFC 9628 §4.2.1).
//!
//! ```text
//! | N_S |Y|G|-|-|-|
//! | width, height |  if Y, for each of N_S + 1 spatial layers
//! |     N_G       |  if G
//! | T |U| R |-|-|, R × P_DIFF |  N_G times
//! ```

use switchyard_vocab::layer::{PictureSize, SpatialLayer, TemporalLayer};

use crate::bytes::u16_at;

/// Most spatial layers: the field has three bits.
pub const MAX_SPATIAL_LAYERS: usize = 8;

/// Width and height of a layer.
const SIZE_LEN: usize = 4;

/// A structure that was checked as a whole; reading its parts can't fail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Structure<'a> {
    layers: u8,
    sizes: &'a [u8],
    group: Option<GroupPictures<'a>>,
    len: usize,
}

impl<'a> Structure<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let layers = (first >> 5) + 1;
        let has_sizes = first & 0x10 != 0;
        let has_group = first & 0x08 != 0;
        let mut len = 1;
        let sizes_len = if has_sizes { SIZE_LEN * usize::from(layers) } else { 0 };
        let sizes = bytes.get(len..len + sizes_len)?;
        len += sizes_len;
        let mut group = None;
        if has_group {
            let count = *bytes.get(len)?;
            let pictures = GroupPictures { left: count, rest: bytes.get(len + 1..)? };
            let (mut walk, mut seen) = (pictures, 0);
            while walk.next().is_some() {
                seen += 1;
            }
            if seen != count {
                return None;
            }
            len = bytes.len() - walk.rest.len();
            group = Some(pictures);
        }
        Some(Self { layers, sizes, group, len })
    }

    /// Length on the wire, in bytes.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// How many spatial layers the pictures have: 1–8.
    pub const fn spatial_layers(&self) -> u8 {
        self.layers
    }

    /// The size of a spatial layer, when the structure lists sizes.
    pub fn size(&self, layer: SpatialLayer) -> Option<PictureSize> {
        let at = SIZE_LEN * usize::from(layer.0);
        Some(PictureSize { width: u16_at(self.sizes, at)?, height: u16_at(self.sizes, at + 2)? })
    }

    /// The pictures of the group that repeats, when references are implied; at most 255.
    pub const fn group(&self) -> Option<GroupPictures<'a>> {
        self.group
    }
}

/// The pictures of a group, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GroupPictures<'a> {
    left: u8,
    rest: &'a [u8],
}

/// One picture of a group.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GroupPicture<'a> {
    /// Its temporal layer.
    pub temporal: TemporalLayer,
    /// Here one may step up to its temporal layer.
    pub switching_up: bool,
    /// How many pictures back its references lie; at most three.
    pub references: &'a [u8],
}

impl<'a> Iterator for GroupPictures<'a> {
    type Item = GroupPicture<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (&first, rest) = self.rest.split_first()?;
        let (references, rest) = rest.split_at_checked(usize::from((first >> 2) & 0x03))?;
        self.rest = rest;
        Some(GroupPicture {
            temporal: TemporalLayer(first >> 5),
            switching_up: first & 0x10 != 0,
            references,
        })
    }
}
