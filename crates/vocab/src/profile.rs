//! Profiles: what tells two formats of one codec apart.
//!
//! Levels say how much a decoder can take; they are negotiated downwards and never tell formats apart.

use crate::codec::Codec;

/// Which profile of its codec a format is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// The codec has just one: Opus and VP8.
    Only,
    /// 0–3: 0 has 8 bits and 4:2:0, 2 has more bits (VP9 bitstream specification §7.2).
    Vp9(u8),
    /// What `profile-level-id` and `packetization-mode` say (RFC 6184 §8.1).
    H264(H264Profile),
    /// What `profile`, `level-idx` and `tier` say (AV1 RTP specification §7.2).
    Av1(TieredProfile),
    /// What `profile-id`, `level-id` and `tier-flag` say (RFC 7798 §7.1).
    H265(TieredProfile),
}

impl Profile {
    /// The profile of a format that names none.
    pub const fn default_of(codec: Codec) -> Self {
        match codec {
            Codec::Opus | Codec::Vp8 => Self::Only,
            Codec::Vp9 => Self::Vp9(0),
            Codec::H264 => Self::H264(H264Profile {
                class: H264Class::ConstrainedBaseline,
                id: [0x42, 0xe0, 0x1f],
                fragments: false,
            }),
            Codec::Av1 => Self::Av1(TieredProfile { profile: 0, level: 5, high_tier: false }),
            Codec::H265 => Self::H265(TieredProfile { profile: 1, level: 93, high_tier: false }),
        }
    }

    /// Whether two formats are the same but for their levels.
    pub fn is_same(self, other: Self) -> bool {
        match (self, other) {
            (Self::H264(one), Self::H264(other)) => {
                one.class == other.class && one.fragments == other.fragments
            }
            // Tiers of AV1 differ in bit rate alone.
            (Self::Av1(one), Self::Av1(other)) => one.profile == other.profile,
            (Self::H265(one), Self::H265(other)) => {
                one.profile == other.profile && one.high_tier == other.high_tier
            }
            _ => self == other,
        }
    }
}

/// A codec with its profile, as a publication sends it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Format {
    /// The codec.
    pub codec: Codec,
    /// Its profile.
    pub profile: Profile,
    /// It may come in RED (RFC 2198); sound only.
    pub red: bool,
}

impl Format {
    /// A codec in its plainest form.
    pub const fn of(codec: Codec) -> Self {
        Self { codec, profile: Profile::default_of(codec), red: false }
    }

    /// Whether a decoder for `other` is one for this as well.
    pub fn is_same(&self, other: &Self) -> bool {
        self.codec == other.codec && self.profile.is_same(other.profile)
    }
}

/// A format of H.264.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct H264Profile {
    /// Which tools the encoder may use.
    pub class: H264Class,
    /// `profile-level-id` as it was written: profile, constraints, level.
    pub id: [u8; 3],
    /// Packetization mode 1, which has aggregates and fragments; mode 0 has neither.
    pub fragments: bool,
}

impl H264Profile {
    /// The profile behind a `profile-level-id`; `None` for those that no browser has.
    pub fn new(id: [u8; 3], fragments: bool) -> Option<Self> {
        let [idc, constraints, _level] = id;
        H264Class::of(idc, constraints).map(|class| Self { class, id, fragments })
    }
}

/// The profiles of H.264 that several patterns of bits stand for (RFC 6184 table 5).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum H264Class {
    /// What every decoder has.
    ConstrainedBaseline,
    /// With tools against loss that no browser uses: what is sent under this name is constrained.
    Baseline,
    /// Interlacing, B pictures, arithmetic coding.
    Main,
    /// High without interlacing and B pictures.
    ConstrainedHigh,
    /// Main with larger transforms.
    High,
}

impl H264Class {
    fn of(idc: u8, constraints: u8) -> Option<Self> {
        // The constraint bits that have to be as given, and those that may be anything.
        let is = |value: u8, mask: u8| constraints & mask == value;
        match idc {
            0x42 if is(0x40, 0x4f) => Some(Self::ConstrainedBaseline),
            0x4d if is(0x80, 0x8f) => Some(Self::ConstrainedBaseline),
            0x58 if is(0xc0, 0xcf) => Some(Self::ConstrainedBaseline),
            0x42 if is(0x00, 0x4f) => Some(Self::Baseline),
            0x58 if is(0x80, 0xcf) => Some(Self::Baseline),
            0x4d if is(0x00, 0xaf) => Some(Self::Main),
            0x64 if is(0x00, 0xff) => Some(Self::High),
            0x64 if is(0x0c, 0xff) => Some(Self::ConstrainedHigh),
            _ => None,
        }
    }
}

/// A profile of AV1 or H.265.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TieredProfile {
    /// The number of the profile.
    pub profile: u8,
    /// The number of the level, as its codec counts them.
    pub level: u8,
    /// The tier for higher rates.
    pub high_tier: bool,
}

#[cfg(test)]
mod tests;
