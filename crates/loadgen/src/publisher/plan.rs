//! What a publisher offers, before and after the server has answered.

use rand::Rng;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::negotiated::ExtensionMap;
use switchyard_vocab::rtp::{Mid, PayloadType, Rid, SeqNo, Ssrc};
use switchyard_vocab::units::Bitrate;

use crate::plan::{AUDIO_PACKETS, MediaPlan, VideoPlan};

/// Payload of sound: 40 kbit/s in packets of 20 ms.
const AUDIO_BITRATE: Bitrate = Bitrate::kbps(40);

/// Names of simulcast encodings, their share of the bitrate in tenths, and their pictures.
const SIMULCAST: [(&str, u64, (u16, u16)); 3] =
    [("q", 1, (320, 180)), ("h", 3, (640, 360)), ("f", 6, (1280, 720))];

/// One track on an m-line of its own.
#[derive(Clone, Debug)]
pub(crate) struct TrackPlan {
    /// Sound or picture.
    pub(crate) kind: MediaKind,
    /// The m-line.
    pub(crate) mid: Mid,
    /// Its codec.
    pub(crate) payload_type: PayloadType,
    /// Retransmissions, if both sides know them.
    pub(crate) rtx: Option<PayloadType>,
    /// Header extensions that the server accepted; none before it has answered.
    pub(crate) extensions: ExtensionMap,
    /// Frames, or packets of sound, per second.
    pub(crate) per_second: u32,
    /// Its encodings, in the order of the offer.
    pub(crate) encodings: Vec<EncodingPlan>,
}

/// One encoding.
#[derive(Clone, Debug)]
pub(crate) struct EncodingPlan {
    /// Its stream.
    pub(crate) ssrc: Ssrc,
    /// The stream of its retransmissions.
    pub(crate) rtx_ssrc: Option<Ssrc>,
    /// Its name, when there are several.
    pub(crate) rid: Option<Rid>,
    /// The first sequence number, 0–32767 (RFC 3711 §3.3.1 would lose count otherwise).
    pub(crate) first: SeqNo,
    /// Payload per second.
    pub(crate) bitrate: Bitrate,
    /// Columns and rows.
    pub(crate) size: (u16, u16),
}

/// The tracks of a publisher.
pub(crate) fn tracks(media: &MediaPlan, rng: &mut impl Rng) -> Vec<TrackPlan> {
    let mut tracks = Vec::new();
    if media.audio {
        let encodings = vec![encoding(rng, None, AUDIO_BITRATE, (0, 0), false)];
        tracks.push(track(MediaKind::Audio, "0", AUDIO_PACKETS as u32, encodings));
    }
    if let Some(video) = media.video {
        tracks.push(track(MediaKind::Video, "1", video.fps, pictures(&video, rng)));
    }
    tracks
}

fn pictures(video: &VideoPlan, rng: &mut impl Rng) -> Vec<EncodingPlan> {
    if !video.simulcast {
        return vec![encoding(rng, None, video.bitrate, (1280, 720), true)];
    }
    let share = |tenths| Bitrate::bps(video.bitrate.as_bps() * tenths / 10);
    let one = |&(rid, tenths, size): &(&str, u64, (u16, u16))| {
        encoding(rng, Rid::parse(rid.as_bytes()).ok(), share(tenths), size, true)
    };
    SIMULCAST.iter().map(one).collect()
}

fn encoding(
    rng: &mut impl Rng,
    rid: Option<Rid>,
    bitrate: Bitrate,
    size: (u16, u16),
    has_rtx: bool,
) -> EncodingPlan {
    EncodingPlan {
        ssrc: Ssrc(rng.next_u32()),
        rtx_ssrc: has_rtx.then(|| Ssrc(rng.next_u32())),
        rid,
        first: SeqNo((rng.next_u32() & 0x7fff) as u16),
        bitrate,
        size,
    }
}

fn track(kind: MediaKind, mid: &str, per_second: u32, encodings: Vec<EncodingPlan>) -> TrackPlan {
    let (payload_type, rtx) = crate::signalling::payload_types(kind);
    let mid = Mid::parse(mid.as_bytes()).expect("one digit is a name");
    TrackPlan { kind, mid, payload_type, rtx, extensions: ExtensionMap::default(), per_second, encodings }
}
