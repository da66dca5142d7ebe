use switchyard_vocab::codec::Codec;

use super::*;
use crate::testing::at;

const VP8: Format = Format::of(Codec::Vp8);
const AV1: Format = Format::of(Codec::Av1);

fn expecting(format: Format) -> SentFormat {
    let mut sent = SentFormat::default();
    sent.expect(format);
    sent
}

#[test]
fn what_comes_first_counts_whatever_was_negotiated_first() {
    let mut sent = expecting(VP8);

    assert_eq!(sent.handle(at(0), AV1), Sent::Turned);
    assert_eq!(sent.format(), Some(AV1));
}

#[test]
fn a_sender_has_turned_once_what_it_sent_before_is_silent() {
    let mut sent = expecting(VP8);
    assert_eq!(sent.handle(at(0), VP8), Sent::AsBefore);

    assert_eq!(sent.handle(at(33), AV1), Sent::Stray);
    assert_eq!(sent.handle(at(249), AV1), Sent::Stray);
    assert_eq!(sent.handle(at(250), AV1), Sent::Turned);
    assert_eq!(sent.handle(at(260), VP8), Sent::Stray, "late ones of the format there was");
}

#[test]
fn one_size_in_another_codec_turns_nothing() {
    let mut sent = expecting(VP8);

    for frame in 0..100 {
        assert_eq!(sent.handle(at(frame * 33), VP8), Sent::AsBefore);
        assert_eq!(sent.handle(at(frame * 33 + 10), AV1), Sent::Stray);
    }
}

#[test]
fn a_sender_that_turns_without_end_is_followed_every_other_second_at_most() {
    let mut sent = expecting(VP8);
    let mut turned = 0;

    for step in 0..100 {
        let format = if step % 2 == 0 { VP8 } else { AV1 };
        turned += usize::from(sent.handle(at(step * 300), format) == Sent::Turned);
    }

    assert!((8..=15).contains(&turned), "{turned} turns in 30 s");
}
