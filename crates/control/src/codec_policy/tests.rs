use super::CodecName::{Av1, H264, Opus, Vp8, Vp9};
use super::*;

fn policy(allowed: &[CodecName], preferred: &[CodecName]) -> CodecPolicy {
    CodecPolicy { allowed: allowed.to_vec(), preferred: preferred.to_vec() }
}

#[test]
fn a_room_takes_no_more_than_the_server_does() {
    let server = policy(&[Opus, Vp8, Vp9], &[]);

    let room = server.narrowed(&policy(&[Opus, Vp9, Av1, H264], &[Av1, Vp9, Vp9]));

    assert_eq!(room, policy(&[Opus, Vp9], &[Vp9]));
}

#[test]
fn a_kind_of_which_no_codec_is_named_stays_as_the_server_has_it() {
    let server = policy(&[Opus, Vp8, Vp9], &[]);

    assert_eq!(server.narrowed(&policy(&[Vp8], &[])), policy(&[Opus, Vp8], &[]));
    assert_eq!(server.narrowed(&policy(&[Opus], &[])), policy(&[Opus, Vp8, Vp9], &[]));
    let nothing_in_common = server.narrowed(&policy(&[H264], &[]));
    assert_eq!(nothing_in_common, policy(&[Opus], &[]), "what is asked for is not widened");
}

#[test]
fn what_the_server_prefers_is_preferred_where_the_room_does_not_care() {
    let server = policy(&[Opus, Vp8, Vp9, Av1], &[Vp9, Av1]);

    assert_eq!(server.narrowed(&policy(&[Vp8, Av1], &[])).preferred, [Av1]);
    assert_eq!(server.narrowed(&policy(&[], &[Vp8])).preferred, [Vp8]);
}

#[test]
fn codecs_are_found_by_their_names_whatever_the_case() {
    assert!(CodecName::ALL.into_iter().all(|name| CodecName::named(name.as_str()) == Some(name)));
    assert_eq!(CodecName::named("vp9"), Some(Vp9));
    assert_eq!(CodecName::named("G722"), None);
}
