//! What a client sends: its camera and its microphone.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::layer::PictureSize;
use switchyard_vocab::units::Bitrate;

/// What a client publishes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Media {
    /// Its camera, if it has one.
    pub camera: Option<CameraSetup>,
    /// Whether it has a microphone.
    pub microphone: bool,
}

/// How a camera is encoded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CameraSetup {
    /// Its encodings in the order of the offer; a single one has no rid.
    pub encodings: Vec<EncodingSetup>,
    /// Temporal layers: 1 to 3.
    pub temporal_layers: u8,
    /// What it is encoded with.
    pub codec: Codec,
}

/// One encoding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EncodingSetup {
    /// Its rid.
    pub rid: &'static str,
    /// Its picture.
    pub size: PictureSize,
    /// Its rate, held on average.
    pub bitrate: Bitrate,
}

const fn encoding(rid: &'static str, width: u16, height: u16, kbps: u64) -> EncodingSetup {
    EncodingSetup { rid, size: PictureSize { width, height }, bitrate: Bitrate::kbps(kbps) }
}

/// 180p, 360p and 720p at rates near those of libwebrtc's simulcast table.
const SIMULCAST: [EncodingSetup; 3] =
    [encoding("q", 320, 180, 150), encoding("h", 640, 360, 500), encoding("f", 1280, 720, 1_500)];

impl Media {
    /// Receives only.
    pub const fn none() -> Self {
        Self { camera: None, microphone: false }
    }

    /// A microphone and a camera in three sizes.
    pub fn camera_and_microphone() -> Self {
        let camera = CameraSetup { encodings: SIMULCAST.to_vec(), temporal_layers: 1, codec: Codec::Vp8 };
        Self { camera: Some(camera), microphone: true }
    }

    /// A camera in three sizes, and no microphone.
    pub fn camera() -> Self {
        Self { microphone: false, ..Self::camera_and_microphone() }
    }

    /// A microphone and a camera in one size.
    pub fn single_camera_and_microphone() -> Self {
        let camera = CameraSetup { encodings: vec![SIMULCAST[1]], temporal_layers: 1, codec: Codec::Vp8 };
        Self { camera: Some(camera), microphone: true }
    }

    /// The same with this many temporal layers.
    pub fn with_temporal_layers(mut self, temporal_layers: u8) -> Self {
        if let Some(camera) = &mut self.camera {
            camera.temporal_layers = temporal_layers;
        }
        self
    }

    /// The same encoded with another codec than VP8.
    pub fn encoded_with(mut self, codec: Codec) -> Self {
        if let Some(camera) = &mut self.camera {
            camera.codec = codec;
        }
        self
    }

    /// The same with the largest encoding named first, as Firefox does.
    pub fn largest_first(mut self) -> Self {
        if let Some(camera) = &mut self.camera {
            camera.encodings.reverse();
        }
        self
    }
}
