use super::*;

fn candidate(encoding: u8, width: u16, live: bool) -> Candidate {
    let size = (width > 0).then_some(PictureSize { width, height: width / 2 });
    Candidate { encoding: EncodingIndex(encoding), live, size, bitrate: Bitrate::kbps(u64::from(encoding)) }
}

#[test]
fn layers_rank_by_picture_and_not_by_rid() {
    let layers = rank([candidate(0, 1280, true), candidate(1, 640, true), candidate(2, 320, true)]);

    let order: Vec<u8> = layers.iter().map(|layer| layer.encoding.0).collect();

    assert_eq!(order, [2, 1, 0]);
}

#[test]
fn without_sizes_the_rate_decides() {
    let layers = rank([candidate(2, 0, true), candidate(1, 0, true)]);

    assert_eq!(best_up_to(&layers, SpatialLayer(0)).unwrap().encoding, EncodingIndex(1));
}

#[test]
fn a_silent_layer_keeps_its_rank_but_is_not_chosen() {
    let layers = rank([candidate(0, 320, false), candidate(1, 640, true), candidate(2, 1280, false)]);

    assert_eq!(best_up_to(&layers, SpatialLayer::HIGHEST).unwrap().encoding, EncodingIndex(1));
    assert_eq!(best_up_to(&layers, SpatialLayer(0)).unwrap().encoding, EncodingIndex(1));
    assert_eq!(layers.get(EncodingIndex(2)).unwrap().rank, SpatialLayer(2));
}
