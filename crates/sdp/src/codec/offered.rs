//! The formats of our own offers: one table of payload types for all connections.
//!
//! The numbers are the ones browsers use themselves where they have one, so that captures read alike;
//! they never change within a connection (RFC 8843 §10.1.2).

use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::CodecMapping;
use switchyard_vocab::profile::{Format, H264Class, H264Profile, Profile, TieredProfile};
use switchyard_vocab::rtp::PayloadType;

use super::Feedback;

/// Opus with what was sent before, once more.
const RED: PayloadType = PayloadType(63);

/// Whether a profile has a place in the table, so that it can be offered to somebody.
pub(crate) fn has_number(codec: Codec, profile: Profile) -> bool {
    number(codec, profile).is_some()
}

/// What an m-line offers for a format: itself, and whatever else its receiver may call what it can
/// decode as well. The first one is the format itself.
pub(crate) fn mappings(format: Format) -> Vec<CodecMapping> {
    let mapping = |profile| {
        let (payload_type, rtx) = number(format.codec, profile)?;
        let Feedback { nack, pli, fir, transport_cc, .. } = Feedback::understood(format.codec);
        let red = format.red.then_some(RED);
        let bare = CodecMapping::new(format.codec, payload_type);
        Some(CodecMapping { profile, rtx, red, nack, pli, fir, transport_cc, ..bare })
    };
    let profiles = std::iter::once(format.profile).chain(equivalents(format.profile));
    profiles.filter_map(mapping).collect()
}

/// Other names for what H.264 encoders make of a format. Baseline as browsers encode it is constrained,
/// a decoder of mode 1 takes mode 0 as well, and constrained baseline is part of everything.
fn equivalents(profile: Profile) -> Vec<Profile> {
    let Profile::H264(own) = profile else { return Vec::new() };
    let [_, _, level] = own.id;
    let class = match own.class {
        H264Class::ConstrainedBaseline => Some([0x42, 0x00, level]),
        H264Class::Baseline => Some([0x42, 0xe0, level]),
        H264Class::Main | H264Class::ConstrainedHigh | H264Class::High => None,
    };
    let ids = [Some(own.id), class].into_iter().flatten();
    let modes = if own.fragments { &[true][..] } else { &[false, true][..] };
    let all = ids.flat_map(|id| modes.iter().filter_map(move |&fragments| H264Profile::new(id, fragments)));
    all.map(Profile::H264).filter(|other| !other.is_same(profile)).collect()
}

/// The payload type of a format, and that of its retransmissions.
fn number(codec: Codec, profile: Profile) -> Option<(PayloadType, Option<PayloadType>)> {
    let (media, rtx) = match profile {
        Profile::Only => return Some(plain(codec)),
        Profile::Vp9(0) => (98, 99),
        Profile::Vp9(1) => (35, 36),
        Profile::Vp9(2) => (100, 101),
        Profile::Vp9(_) => (37, 38),
        Profile::H264(H264Profile { class, fragments, .. }) => h264(class, fragments),
        Profile::Av1(TieredProfile { profile, .. }) => match profile {
            0 => (45, 46),
            1 => (47, 48),
            2 => (41, 42),
            _ => return None,
        },
        Profile::H265(TieredProfile { profile, high_tier, .. }) => match (profile, high_tier) {
            (1, false) => (49, 50),
            (1, true) => (51, 52),
            (2, false) => (53, 54),
            (2, true) => (55, 56),
            _ => return None,
        },
    };
    Some((PayloadType(media), Some(PayloadType(rtx))))
}

const fn plain(codec: Codec) -> (PayloadType, Option<PayloadType>) {
    match codec {
        Codec::Opus => (PayloadType(111), None),
        _ => (PayloadType(96), Some(PayloadType(97))),
    }
}

const fn h264(class: H264Class, fragments: bool) -> (u8, u8) {
    match (class, fragments) {
        (H264Class::Baseline, true) => (102, 103),
        (H264Class::Baseline, false) => (104, 107),
        (H264Class::ConstrainedBaseline, true) => (108, 109),
        (H264Class::ConstrainedBaseline, false) => (114, 115),
        (H264Class::Main, true) => (116, 117),
        (H264Class::Main, false) => (39, 40),
        (H264Class::ConstrainedHigh, true) => (118, 119),
        (H264Class::ConstrainedHigh, false) => (120, 121),
        (H264Class::High, true) => (122, 123),
        (H264Class::High, false) => (124, 125),
    }
}
