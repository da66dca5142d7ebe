use switchyard_vocab::ids::PublicationId;
use switchyard_vocab::rtp::Mid;

use super::*;

fn sections(kinds: &[MediaKind]) -> Vec<ReceiveSection> {
    let section = |(number, &kind): (usize, &MediaKind)| ReceiveSection {
        publication: PublicationId(number as u64),
        mid: Mid::parse(number.to_string().as_bytes()).expect("a mid"),
        kind,
        codecs: Vec::new(),
        rids: Vec::new(),
        ssrcs: Vec::new(),
        max_bitrate: None,
    };
    kinds.iter().enumerate().map(section).collect()
}

fn shares(kinds: &[MediaKind], limit: u64) -> Vec<u64> {
    let mut sections = sections(kinds);
    share_bitrate(&mut sections, Some(Bitrate::kbps(limit)));
    sections.iter().filter_map(|section| section.max_bitrate).map(|rate| rate.as_bps() / 1_000).collect()
}

#[test]
fn shares_add_up_to_the_limit_and_sound_comes_first() {
    use MediaKind::{Audio, Video};

    assert_eq!(shares(&[Audio, Video], 1_000), [128, 872]);
    assert_eq!(shares(&[Audio, Video, Video], 1_128), [128, 500, 500]);
    assert_eq!(shares(&[Video], 1_000), [1_000]);
    assert_eq!(shares(&[Audio], 64), [64]);
    assert_eq!(shares(&[Audio, Video], 100), [50, 50], "sound takes no more than half");
}

#[test]
fn without_a_limit_nothing_is_shared_or_told() {
    let mut sections = sections(&[MediaKind::Video]);
    share_bitrate(&mut sections, Some(Bitrate::kbps(9)));
    share_bitrate(&mut sections, None);

    assert_eq!(sections[0].max_bitrate, None);
}
