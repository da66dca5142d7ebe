//! The ways in which an m-line can claim an SSRC that was not seen before.

use super::*;

/// By the names that the packet carries (RFC 8843 §9.2, RFC 8852 §3).
pub(super) fn by_mid(
    sections: &[ReceiveSection],
    known: &KnownExtensions,
    payload_type: PayloadType,
) -> Option<Place> {
    let mid = known.mid?;
    let index = sections.iter().position(|section| section.mid == mid)?;
    in_section(index, sections.get(index)?, known, payload_type)
}

/// By `a=ssrc` and `a=ssrc-group:FID`.
pub(super) fn by_announcement(sections: &[ReceiveSection], ssrc: Ssrc) -> Option<Place> {
    sections.iter().enumerate().find_map(|(section, announced)| {
        let ssrcs = announced.ssrcs.iter().take(MAX_ENCODINGS).enumerate();
        // With rids, the n-th SSRC is the n-th rid only when there are as many of both.
        let countable = announced.rids.is_empty() || announced.rids.len() == announced.ssrcs.len();
        ssrcs.filter(|_| countable).find_map(|(encoding, &(media, rtx))| {
            let encoding = EncodingIndex(encoding as u8);
            let stream = if media == ssrc { Stream::Media } else { Stream::Rtx };
            (media == ssrc || rtx == Some(ssrc)).then_some(Place { section, encoding, stream })
        })
    })
}

/// By a payload type that belongs to one m-line alone.
pub(super) fn by_payload_type(
    sections: &[ReceiveSection],
    known: &KnownExtensions,
    payload_type: PayloadType,
) -> Option<Place> {
    if known.mid.is_some() {
        return None;
    }
    let mut having =
        sections.iter().enumerate().filter(|(_, section)| stream_of(section, payload_type).is_some());
    let (index, section) = having.next()?;
    if having.next().is_some() {
        return None;
    }
    in_section(index, section, known, payload_type)
}

fn in_section(
    index: usize,
    section: &ReceiveSection,
    known: &KnownExtensions,
    payload_type: PayloadType,
) -> Option<Place> {
    let stream = stream_of(section, payload_type)?;
    let place = |encoding| Place { section: index, encoding, stream };
    let name = match stream {
        Stream::Media => known.rid,
        // Some senders name a retransmission by the rid of what it repairs.
        Stream::Rtx => known.repaired_rid.or(known.rid),
    };
    match name {
        Some(rid) => encoding_named(section, rid).map(place),
        None if section.rids.len() <= 1 => Some(place(EncodingIndex(0))),
        None => None,
    }
}

fn encoding_named(section: &ReceiveSection, rid: Rid) -> Option<EncodingIndex> {
    let index = section.rids.iter().take(MAX_ENCODINGS).position(|&known| known == rid)?;
    Some(EncodingIndex(index as u8))
}

fn stream_of(section: &ReceiveSection, payload_type: PayloadType) -> Option<Stream> {
    section.codecs.iter().find_map(|codec| {
        if codec.payload_type == payload_type || codec.red == Some(payload_type) {
            Some(Stream::Media)
        } else {
            (codec.rtx == Some(payload_type)).then_some(Stream::Rtx)
        }
    })
}
