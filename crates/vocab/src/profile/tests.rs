use super::*;

fn h264(id: u32, fragments: bool) -> Option<Profile> {
    let [_, idc, constraints, level] = id.to_be_bytes();
    H264Profile::new([idc, constraints, level], fragments).map(Profile::H264)
}

fn class(id: u32) -> Option<H264Class> {
    match h264(id, true)? {
        Profile::H264(profile) => Some(profile.class),
        _ => None,
    }
}

#[test]
fn every_pattern_of_bits_is_its_profile() {
    use H264Class::*;
    let matrix = [
        (0x42_e0_1f, Some(ConstrainedBaseline)),
        (0x42_c0_1f, Some(ConstrainedBaseline)),
        (0x42_40_0a, Some(ConstrainedBaseline)),
        (0x4d_80_1f, Some(ConstrainedBaseline)),
        (0x58_c0_1f, Some(ConstrainedBaseline)),
        (0x42_00_1f, Some(Baseline)),
        (0x42_80_1f, Some(Baseline)),
        (0x58_80_1f, Some(Baseline)),
        (0x4d_00_1f, Some(Main)),
        (0x4d_40_28, Some(Main)),
        (0x64_00_1f, Some(High)),
        (0x64_0c_1f, Some(ConstrainedHigh)),
        (0x64_0e_1f, None),
        (0x42_e1_1f, None),
        (0xf4_00_1f, None),
        (0, None),
    ];
    for (id, expected) in matrix {
        assert_eq!(class(id), expected, "{id:06x}");
    }
}

#[test]
fn levels_tell_nothing_apart_and_packetization_modes_do() {
    let same = |one: Option<Profile>, other: Option<Profile>| one.unwrap().is_same(other.unwrap());

    assert!(same(h264(0x42_e0_1f, true), h264(0x42_c0_34, true)));
    assert!(!same(h264(0x42_e0_1f, true), h264(0x42_e0_1f, false)));
    assert!(!same(h264(0x42_e0_1f, true), h264(0x42_00_1f, true)));
}

#[test]
fn profiles_of_the_other_codecs_are_their_numbers() {
    let tiered = |profile, level, high_tier| TieredProfile { profile, level, high_tier };

    assert!(!Profile::Vp9(0).is_same(Profile::Vp9(2)));
    assert!(Profile::Av1(tiered(0, 5, false)).is_same(Profile::Av1(tiered(0, 8, true))));
    assert!(Profile::H265(tiered(1, 93, false)).is_same(Profile::H265(tiered(1, 180, false))));
    assert!(!Profile::H265(tiered(1, 93, false)).is_same(Profile::H265(tiered(1, 93, true))));
    assert!(!Profile::H265(tiered(1, 93, false)).is_same(Profile::H265(tiered(2, 93, false))));
}
