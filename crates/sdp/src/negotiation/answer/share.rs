//! How a limit on what a publisher sends is shared among its m-lines, and how it is told.

use rtc_sdp::MediaDescription;
use rtc_sdp::description::common::Bandwidth;
use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::negotiated::ReceiveSection;
use switchyard_vocab::units::Bitrate;

/// What an m-line with sound gets where there is a picture too: Opus in stereo, sent twice by RED. More would
/// take from pictures what sound rarely needs.
const SOUND: Bitrate = Bitrate::kbps(128);

/// Percent of its share that a publisher is told of an m-line. What is left is for headers, which encoders
/// don't count, and for keyframes.
const TOLD_PERCENT: u64 = 85;

/// Shares a limit among the m-lines on which a peer sends: what sound needs first, the rest to every picture
/// alike.
pub fn share_bitrate(sections: &mut [ReceiveSection], limit: Option<Bitrate>) {
    let count = |kind| sections.iter().filter(|section| section.kind == kind).count() as u64;
    let (sounds, pictures) = (count(MediaKind::Audio), count(MediaKind::Video));
    let shares = limit.map(|limit| {
        let whole = limit.as_bps();
        let for_sound = if pictures == 0 { whole } else { (SOUND.as_bps() * sounds).min(whole / 2) };
        let of = |bps: u64, count: u64| Bitrate::bps(bps / count.max(1));
        let for_pictures = if sounds == 0 { whole } else { whole - for_sound };
        (of(for_sound, sounds), of(for_pictures, pictures))
    });
    for section in sections {
        section.max_bitrate = shares.map(|(sound, picture)| match section.kind {
            MediaKind::Audio => sound,
            MediaKind::Video => picture,
        });
    }
}

/// Tells the publisher of a picture how much it may send (RFC 3890 §6.2, and RFC 8866 §5.8 for older clients).
pub(super) fn write(media: &mut [MediaDescription], sections: &[ReceiveSection]) {
    for section in sections.iter().filter(|section| section.kind == MediaKind::Video) {
        let Some(share) = section.max_bitrate else { continue };
        let mid = section.mid.to_string();
        let is_its = |media: &&mut MediaDescription| media.attribute("mid").flatten() == Some(mid.as_str());
        let Some(media) = media.iter_mut().find(is_its) else { continue };
        let bps = share.as_bps() / 100 * TOLD_PERCENT;
        let line = |kind: &str, bandwidth| Bandwidth {
            experimental: false,
            bandwidth_type: kind.to_owned(),
            bandwidth,
        };
        media.bandwidth = vec![line("TIAS", bps), line("AS", bps.div_ceil(1_000))];
    }
}

#[cfg(test)]
mod tests;
