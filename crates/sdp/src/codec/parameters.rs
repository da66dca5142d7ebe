//! Format parameters: which profile a peer's `a=fmtp` names, and what ours says.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::CodecMapping;
use switchyard_vocab::profile::{H264Profile, Profile, TieredProfile};

use super::RemoteCodec;

/// Highest profile of VP9 (VP9 bitstream specification §7.2).
const MAX_VP9_PROFILE: u8 = 3;

/// The profile of a format; what it does not say has the default of its codec's specification, or, for
/// H.264, what browsers take it for. `None` when it can't be forwarded.
pub(super) fn profile(codec: Codec, listed: &RemoteCodec) -> Option<Profile> {
    let number = |name: &str, default: u8| match listed.parameter(name) {
        Some(value) => value.parse().ok(),
        None => Some(default),
    };
    Some(match codec {
        Codec::Opus | Codec::Vp8 => Profile::Only,
        Codec::Vp9 => Profile::Vp9(number("profile-id", 0).filter(|&id| id <= MAX_VP9_PROFILE)?),
        Codec::H264 => h264(listed)?,
        Codec::Av1 => Profile::Av1(TieredProfile {
            profile: number("profile", 0)?,
            level: number("level-idx", 5)?,
            high_tier: number("tier", 0)? == 1,
        }),
        Codec::H265 => {
            // Several streams of one picture are nobody's practice.
            let is_single = listed.parameter("tx-mode").is_none_or(|mode| mode.eq_ignore_ascii_case("SRST"));
            let profile = TieredProfile {
                profile: number("profile-id", 1)?,
                level: number("level-id", 93)?,
                high_tier: number("tier-flag", 0)? == 1,
            };
            Some(Profile::H265(profile)).filter(|_| is_single)?
        }
    })
}

fn h264(listed: &RemoteCodec) -> Option<Profile> {
    let fragments = match listed.parameter("packetization-mode") {
        None | Some("0") => false,
        Some("1") => true,
        // Interleaving would have to be undone.
        Some(_) => return None,
    };
    let Some(id) = listed.parameter("profile-level-id") else {
        let Profile::H264(default) = Profile::default_of(Codec::H264) else { return None };
        return Some(Profile::H264(H264Profile { fragments, ..default }));
    };
    let digits = Some(id).filter(|id| id.len() == 6).and_then(|id| u32::from_str_radix(id, 16).ok())?;
    let [_, idc, constraints, level] = digits.to_be_bytes();
    H264Profile::new([idc, constraints, level], fragments).map(Profile::H264)
}

/// The `fmtp` we send for a format: it governs what the peer's encoder does (RFC 7587 §7).
///
/// A level is written as it was offered: nothing here decodes, and whoever answers may lower it.
pub(crate) fn our_fmtp(mapping: &CodecMapping, stereo: bool) -> Option<String> {
    Some(match mapping.profile {
        Profile::Only if mapping.codec == Codec::Opus && stereo => {
            "minptime=10;useinbandfec=1;stereo=1".to_owned()
        }
        Profile::Only if mapping.codec == Codec::Opus => "minptime=10;useinbandfec=1".to_owned(),
        Profile::Only => return None,
        Profile::Vp9(profile) => format!("profile-id={profile}"),
        Profile::H264(H264Profile { id: [idc, constraints, level], fragments, .. }) => format!(
            "level-asymmetry-allowed=1;packetization-mode={};profile-level-id={idc:02x}{constraints:02x}{level:02x}",
            u8::from(fragments),
        ),
        Profile::Av1(TieredProfile { profile, level, high_tier }) => {
            format!("level-idx={level};profile={profile};tier={}", u8::from(high_tier))
        }
        Profile::H265(TieredProfile { profile, level, high_tier }) => {
            format!("level-id={level};profile-id={profile};tier-flag={};tx-mode=SRST", u8::from(high_tier))
        }
    })
}
