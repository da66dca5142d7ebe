//! How our descriptions are written, offers and answers alike.

use rtc_sdp::description::common::{Address, Attribute, ConnectionInformation};
use rtc_sdp::description::media::{MediaName, RangedPort};
use rtc_sdp::description::session::{Origin, TimeDescription};
use rtc_sdp::{MediaDescription, SessionDescription};
use switchyard_vocab::codec::Codec;
use switchyard_vocab::negotiated::{CodecMapping, ExtensionMap};
use switchyard_vocab::rtp::{Mid, PayloadType};

use crate::candidate::host_candidate;
use crate::codec::{feedback_names, our_fmtp};
use crate::section::{Direction, EXTMAP_ALLOW_MIXED};
use crate::transport::{LocalTransport, Setup, fingerprint_text};

/// The port of an m-line in use: candidates say where (RFC 8840 §4.1.1).
const PORT_IN_USE: isize = 9;

/// The session part: ICE-lite, the bundle, our certificate.
pub(crate) fn session(
    local: &LocalTransport,
    version: u64,
    bundle: &[Mid],
    sections: Vec<MediaDescription>,
) -> SessionDescription {
    let mut session = SessionDescription {
        origin: Origin {
            username: "-".to_owned(),
            session_id: local.session_id & (u64::MAX >> 1),
            session_version: version,
            network_type: "IN".to_owned(),
            address_type: "IP4".to_owned(),
            unicast_address: "127.0.0.1".to_owned(),
        },
        session_name: "-".to_owned(),
        time_descriptions: vec![TimeDescription::default()],
        media_descriptions: sections,
        ..SessionDescription::default()
    };
    session.attributes.push(flag("ice-lite"));
    if !bundle.is_empty() {
        let mids: Vec<&str> = bundle.iter().map(Mid::as_str).collect();
        session.attributes.push(value("group", format!("BUNDLE {}", mids.join(" "))));
    }
    session.attributes.push(value("fingerprint", fingerprint_text(&local.fingerprint)));
    session
}

/// The frame of an m-line: port, connection data, nothing else yet.
pub(crate) fn media(
    kind: &str,
    protocol: &[String],
    formats: Vec<String>,
    stopped: bool,
) -> MediaDescription {
    MediaDescription {
        media_name: MediaName {
            media: kind.to_owned(),
            port: RangedPort { value: if stopped { 0 } else { PORT_IN_USE }, range: None },
            protos: protocol.to_vec(),
            formats,
        },
        connection_information: Some(ConnectionInformation {
            network_type: "IN".to_owned(),
            address_type: "IP4".to_owned(),
            address: Some(Address { address: "0.0.0.0".to_owned(), ttl: None, range: None }),
        }),
        ..MediaDescription::default()
    }
}

/// Credentials and DTLS role; every m-line repeats them for clients that look nowhere else.
pub(crate) fn transport(media: &mut MediaDescription, local: &LocalTransport, setup: Setup) {
    media.attributes.push(value("ice-ufrag", local.ice.ufrag.clone()));
    media.attributes.push(value("ice-pwd", local.ice.pwd.clone()));
    media.attributes.push(value("setup", setup.as_str().to_owned()));
}

/// Our addresses, all of them at once; on the bundle's first m-line only (RFC 8843 §7.1.3).
pub(crate) fn candidates(media: &mut MediaDescription, local: &LocalTransport) {
    for (rank, &address) in local.candidates.iter().enumerate() {
        media.attributes.push(value("candidate", host_candidate(rank, local.restarts, address)));
    }
    media.attributes.push(flag("end-of-candidates"));
}

/// MID, direction and the sharing of one port.
pub(crate) fn media_facts(media: &mut MediaDescription, mid: Mid, direction: Direction, rtcp_rsize: bool) {
    media.attributes.push(value("mid", mid.to_string()));
    media.attributes.push(flag(direction.as_str()));
    media.attributes.push(flag("rtcp-mux"));
    if rtcp_rsize {
        media.attributes.push(flag("rtcp-rsize"));
    }
}

/// Header extensions; `direction` gives the qualifier of an id, where it has one.
pub(crate) fn extensions(
    media: &mut MediaDescription,
    map: &ExtensionMap,
    direction: impl Fn(u8) -> Option<Direction>,
) {
    if map.is_mixed() {
        media.attributes.push(flag(EXTMAP_ALLOW_MIXED));
    }
    for (extension, id) in map.iter() {
        let qualifier = direction(id).map(|direction| format!("/{}", direction.as_str())).unwrap_or_default();
        media.attributes.push(value("extmap", format!("{id}{qualifier} {}", extension.uri())));
    }
}

/// Payload types of mappings as they stand in the m-line: each codec before its RTX.
pub(crate) fn formats(codecs: &[CodecMapping]) -> Vec<String> {
    let numbers = codecs.iter().flat_map(|codec| [Some(codec.payload_type), codec.red, codec.rtx]);
    numbers.flatten().map(|number| number.to_string()).collect()
}

/// What the payload types stand for, with parameters and feedback.
pub(crate) fn codec(media: &mut MediaDescription, mapping: &CodecMapping, stereo: bool) {
    let CodecMapping { codec, payload_type, .. } = *mapping;
    let clock_rate = codec.clock_rate().0;
    let channels = match codec {
        // Always two, whatever is sent (RFC 7587 §7).
        Codec::Opus => "/2",
        _ => "",
    };
    rtpmap(media, payload_type, &format!("{}/{clock_rate}{channels}", codec.name()));
    for name in feedback_names(mapping) {
        media.attributes.push(value("rtcp-fb", format!("{payload_type} {name}")));
    }
    if let Some(parameters) = our_fmtp(mapping, stereo) {
        media.attributes.push(value("fmtp", format!("{payload_type} {parameters}")));
    }
    if let Some(red) = mapping.red {
        rtpmap(media, red, &format!("red/{clock_rate}{channels}"));
        media.attributes.push(value("fmtp", format!("{red} {payload_type}/{payload_type}")));
    }
    if let Some(rtx) = mapping.rtx {
        rtpmap(media, rtx, &format!("rtx/{clock_rate}"));
        media.attributes.push(value("fmtp", format!("{rtx} apt={payload_type}")));
    }
}

/// Feedback by stream is listed for all formats at once (RFC 8888 §6).
pub(crate) fn ccfb(media: &mut MediaDescription) {
    media.attributes.push(value("rtcp-fb", "* ack ccfb".to_owned()));
}

pub(crate) fn rtpmap(media: &mut MediaDescription, payload_type: PayloadType, text: &str) {
    media.attributes.push(value("rtpmap", format!("{payload_type} {text}")));
}

pub(crate) fn flag(key: &str) -> Attribute {
    Attribute::new(key.to_owned(), None)
}

pub(crate) fn value(key: &str, text: String) -> Attribute {
    Attribute::new(key.to_owned(), Some(text))
}
