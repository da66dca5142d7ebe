//! The offer of somebody who publishes.

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::rtp::{Mid, Rid, Ssrc};

use super::{Identity, extensions, payload_types, write_head};

/// A track on an m-line of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OfferedTrack {
    /// The m-line.
    pub mid: Mid,
    /// What it is encoded with.
    pub codec: Codec,
    /// Its simulcast encodings; none when there is just one, which then is announced by SSRC.
    pub rids: Vec<Rid>,
    /// The stream and its retransmissions, announced when there are no rids.
    pub ssrcs: (Ssrc, Option<Ssrc>),
}

/// Writes an offer of these tracks, in their order.
pub fn write_offer(session: u64, identity: &Identity, cname: &str, tracks: &[OfferedTrack]) -> String {
    let mut out = String::new();
    let mids: Vec<_> = tracks.iter().map(|track| track.mid.as_str()).collect();
    write_head(session, &mids, &mut out);
    for track in tracks {
        write_section(identity, cname, track, &mut out);
    }
    out
}

fn write_section(identity: &Identity, cname: &str, track: &OfferedTrack, out: &mut String) {
    let kind = track.codec.kind();
    let (payload_type, rtx) = payload_types(track.codec);
    let rtx_format = rtx.map_or_else(String::new, |rtx| format!(" {rtx}"));
    out.push_str(&format!(
        "m={} 9 UDP/TLS/RTP/SAVPF {payload_type}{rtx_format}\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n",
        kind.as_str(),
    ));
    identity.write("actpass", out);
    out.push_str(&format!("a=mid:{}\r\n", track.mid));
    for (id, extension) in extensions(kind) {
        out.push_str(&format!("a=extmap:{id} {}\r\n", extension.uri()));
    }
    out.push_str(&format!("a=sendonly\r\na=msid:{cname} {cname}-{}\r\n", track.mid));
    out.push_str("a=rtcp-mux\r\na=rtcp-rsize\r\n");
    match kind {
        MediaKind::Audio => out.push_str(&format!(
            "a=rtpmap:{payload_type} opus/48000/2\r\na=rtcp-fb:{payload_type} transport-cc\r\na=fmtp:{payload_type} minptime=10;useinbandfec=1\r\n",
        )),
        MediaKind::Video => {
            out.push_str(&format!("a=rtpmap:{payload_type} {}/90000\r\n", track.codec.name()));
            if let Some(parameters) = parameters(track.codec) {
                out.push_str(&format!("a=fmtp:{payload_type} {parameters}\r\n"));
            }
            for feedback in ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"] {
                out.push_str(&format!("a=rtcp-fb:{payload_type} {feedback}\r\n"));
            }
            if let Some(rtx) = rtx {
                out.push_str(&format!("a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={payload_type}\r\n"));
            }
        }
    }
    write_streams(cname, track, out);
}

/// What Chrome says of a codec.
const fn parameters(codec: Codec) -> Option<&'static str> {
    match codec {
        Codec::H264 => Some("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        Codec::Vp9 => Some("profile-id=0"),
        Codec::Av1 => Some("level-idx=5;profile=0;tier=0"),
        Codec::Vp8 | Codec::H265 | Codec::Opus => None,
    }
}

fn write_streams(cname: &str, track: &OfferedTrack, out: &mut String) {
    if !track.rids.is_empty() {
        let rids: Vec<_> = track.rids.iter().map(Rid::as_str).collect();
        for rid in &rids {
            out.push_str(&format!("a=rid:{rid} send\r\n"));
        }
        out.push_str(&format!("a=simulcast:send {}\r\n", rids.join(";")));
        return;
    }
    let (media, rtx) = track.ssrcs;
    if let Some(rtx) = rtx {
        out.push_str(&format!("a=ssrc-group:FID {} {}\r\n", media.0, rtx.0));
    }
    for ssrc in [Some(media), rtx].into_iter().flatten() {
        out.push_str(&format!("a=ssrc:{} cname:{cname}\r\n", ssrc.0));
    }
}
