//! Streams announced by number: `a=ssrc` and its groups (RFC 5576).

use rtc_sdp::description::common::Attribute;
use switchyard_vocab::rtp::Ssrc;

/// Most SSRCs read of one m-line: every encoding with its RTX and FEC stream, and some to spare.
const MAX_SSRCS: usize = 16;

/// Media streams with their RTX streams, in the order in which they were announced.
///
/// Streams that only repair others (the second of a FID or FEC-FR group) are not media streams.
pub(crate) fn parse(attributes: &[Attribute]) -> (Vec<(Ssrc, Option<Ssrc>)>, u32) {
    let mut announced: Vec<Ssrc> = Vec::new();
    let mut resends: Vec<(Ssrc, Ssrc)> = Vec::new();
    let mut repairs: Vec<Ssrc> = Vec::new();
    let mut ignored = 0;
    for attribute in attributes {
        let Some(value) = attribute.value.as_deref() else { continue };
        let mut words = value.split_ascii_whitespace();
        match attribute.key.as_str() {
            "ssrc" => {
                let Some(ssrc) = words.next().and_then(parse_one) else { continue };
                if announced.contains(&ssrc) {
                    continue;
                }
                if announced.len() < MAX_SSRCS { announced.push(ssrc) } else { ignored += 1 }
            }
            "ssrc-group" => {
                let semantics = words.next().unwrap_or_default();
                let (Some(media), Some(repair)) =
                    (words.next().and_then(parse_one), words.next().and_then(parse_one))
                else {
                    continue;
                };
                if repairs.len() >= MAX_SSRCS {
                    ignored += 1;
                } else if semantics.eq_ignore_ascii_case("FID") {
                    resends.push((media, repair));
                    repairs.push(repair);
                } else if semantics.eq_ignore_ascii_case("FEC-FR") {
                    repairs.push(repair);
                }
            }
            _ => {}
        }
    }

    let media = announced.into_iter().filter(|ssrc| !repairs.contains(ssrc));
    let resend_of = |ssrc| resends.iter().find(|(media, _)| *media == ssrc).map(|&(_, resend)| resend);
    (media.map(|ssrc| (ssrc, resend_of(ssrc))).collect(), ignored)
}

/// Zero is nobody's SSRC: senders use it for bandwidth probes before any media.
fn parse_one(word: &str) -> Option<Ssrc> {
    word.parse().ok().filter(|&number| number != 0).map(Ssrc)
}

#[cfg(test)]
mod tests;
