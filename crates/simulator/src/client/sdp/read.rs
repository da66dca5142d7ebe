//! Reading of the server's descriptions, as far as a client cares.

use std::net::SocketAddr;

use switchyard_vocab::codec::Codec;
use switchyard_vocab::line::IceCredentials;
use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::rtp::{PayloadType, Ssrc};

/// A session description of the server.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Description {
    /// The server's credentials.
    pub ice: Option<IceCredentials>,
    /// Whether it says that it is lite.
    pub ice_lite: bool,
    /// What its `a=setup` says.
    pub setup: Option<String>,
    /// Its UDP host candidates, in order.
    pub candidates: Vec<SocketAddr>,
    /// Its m-lines.
    pub sections: Vec<Section>,
}

/// One m-line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Section {
    /// `audio` or `video`.
    pub kind: String,
    /// Its name.
    pub mid: String,
    /// The formats, as they stand in the m-line.
    pub formats: String,
    /// Port 0.
    pub rejected: bool,
    /// Whether the server sends on it.
    pub sends: bool,
    /// Whether the server receives on it.
    pub receives: bool,
    /// Payload types with the names of their codecs.
    pub codecs: Vec<(PayloadType, String)>,
    /// Payload types of retransmissions with those of what they repeat.
    pub repairs: Vec<(PayloadType, PayloadType)>,
    /// Header extensions that clients know.
    pub extensions: ExtensionMap,
    /// Streams announced, in order.
    pub ssrcs: Vec<Ssrc>,
    /// A stream and its retransmissions.
    pub pair: Option<(Ssrc, Ssrc)>,
    /// Encodings that the server wants to receive, in order.
    pub rids: Vec<String>,
    /// Whether it may be told stream by stream what arrives (RFC 8888).
    pub ccfb: bool,
    /// Lines that an answer repeats as they are.
    pub repeatable: Vec<String>,
}

impl Description {
    /// Reads a description; what a client doesn't know is passed over.
    pub fn read(sdp: &str) -> Self {
        let mut description = Self::default();
        for line in sdp.lines() {
            match line.split_once('=') {
                Some(("m", media)) => description.sections.push(Section::begin(media)),
                Some(("a", attribute)) => description.read_attribute(line, attribute),
                _ => {}
            }
        }
        description
    }

    fn read_attribute(&mut self, line: &str, attribute: &str) {
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        match name {
            "ice-lite" => self.ice_lite = true,
            "ice-ufrag" => self.ice_mut().ufrag = value.to_owned(),
            "ice-pwd" => self.ice_mut().pwd = value.to_owned(),
            "setup" => self.setup = Some(value.to_owned()),
            "candidate" => {
                self.candidates.extend(udp_candidate(value).filter(|c| !self.candidates.contains(c)))
            }
            _ => {
                if let Some(section) = self.sections.last_mut() {
                    section.read_attribute(line, name, value);
                }
            }
        }
    }

    fn ice_mut(&mut self) -> &mut IceCredentials {
        self.ice.get_or_insert_with(|| IceCredentials { ufrag: String::new(), pwd: String::new() })
    }

    /// The m-line of that name.
    pub fn section(&self, mid: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.mid == mid)
    }
}

impl Section {
    fn begin(media: &str) -> Self {
        let mut words = media.split(' ');
        let kind = words.next().unwrap_or_default().to_owned();
        let rejected = words.next() == Some("0");
        let formats = words.skip(1).collect::<Vec<_>>().join(" ");
        Self { kind, rejected, formats, sends: true, receives: true, ..Self::default() }
    }

    fn read_attribute(&mut self, line: &str, name: &str, value: &str) {
        match name {
            "mid" => self.mid = value.to_owned(),
            "sendonly" => self.receives = false,
            "recvonly" => self.sends = false,
            "inactive" => (self.sends, self.receives) = (false, false),
            "rid" => self.rids.extend(value.split(' ').next().map(str::to_owned)),
            "ssrc" => self.read_ssrc(value),
            "ssrc-group" => self.pair = fid_pair(value),
            "rtpmap" => self.codecs.extend(rtpmap(value)),
            "fmtp" => self.repairs.extend(repair(value)),
            "extmap" => self.read_extension(value),
            "rtcp-fb" => self.ccfb |= value == "* ack ccfb",
            _ => {}
        }
        if matches!(name, "rtpmap" | "fmtp" | "rtcp-fb" | "extmap") {
            self.repeatable.push(line.to_owned());
        }
    }

    fn read_ssrc(&mut self, value: &str) {
        let ssrc = value.split(' ').next().and_then(|number| number.parse().ok()).map(Ssrc);
        self.ssrcs.extend(ssrc.filter(|ssrc| !self.ssrcs.contains(ssrc)));
    }

    fn read_extension(&mut self, value: &str) {
        let Some((id, uri)) = value.split_once(' ') else { return };
        let id = id.split('/').next().and_then(|id| id.parse().ok());
        let extension = Extension::ALL.into_iter().find(|extension| extension.uri() == uri);
        if let (Some(id), Some(extension)) = (id, extension) {
            self.extensions.set(extension, id);
        }
    }

    /// What its pictures are encoded with: the first codec that is known, or else VP8.
    pub fn video_codec(&self) -> Codec {
        let known = self.codecs.iter().filter_map(|(_, name)| Codec::named(name));
        known.into_iter().next().unwrap_or(Codec::Vp8)
    }

    /// The payload type of a codec.
    pub fn payload_type(&self, codec: &str) -> Option<PayloadType> {
        self.codecs.iter().find(|(_, name)| name.eq_ignore_ascii_case(codec)).map(|&(id, _)| id)
    }
}

fn udp_candidate(value: &str) -> Option<SocketAddr> {
    let words: Vec<_> = value.split_ascii_whitespace().collect();
    let &[_, _, transport, _, ip, port, "typ", "host", ..] = words.as_slice() else { return None };
    let is_udp = transport.eq_ignore_ascii_case("udp");
    is_udp.then(|| Some(SocketAddr::new(ip.parse().ok()?, port.parse().ok()?)))?
}

fn fid_pair(value: &str) -> Option<(Ssrc, Ssrc)> {
    let mut words = value.strip_prefix("FID ")?.split(' ').map(|ssrc| ssrc.parse().ok().map(Ssrc));
    Some((words.next()??, words.next()??))
}

fn rtpmap(value: &str) -> Option<(PayloadType, String)> {
    let (id, codec) = value.split_once(' ')?;
    Some((PayloadType(id.parse().ok()?), codec.split('/').next()?.to_owned()))
}

fn repair(value: &str) -> Option<(PayloadType, PayloadType)> {
    let (id, parameters) = value.split_once(' ')?;
    let repaired = parameters.strip_prefix("apt=")?;
    Some((PayloadType(id.parse().ok()?), PayloadType(repaired.trim().parse().ok()?)))
}
