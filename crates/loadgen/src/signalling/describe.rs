//! Session descriptions: ours as text, the server's as what a client needs of them.

use switchyard_sdp::{RemoteDescription, Section, Setup};
use switchyard_transport::dtls::fingerprint_text;
use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::line::{DtlsRole, Fingerprint, IceCredentials};
use switchyard_vocab::negotiated::{Extension, ExtensionMap};
use switchyard_vocab::rtp::{Mid, PayloadType, Ssrc};

use crate::client::LinePlan;
use crate::destination::Destination;
use crate::publisher::TrackPlan;
use crate::subscriber::Heard;

/// Our end of a connection.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// Random credentials.
    pub(super) ice: IceCredentials,
    /// The certificate that all clients share.
    pub(super) fingerprint: Fingerprint,
}

/// Why a description of the server's is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum DescriptionError {
    #[error("the server's description: {0}")]
    Unreadable(#[from] switchyard_sdp::SdpError),
    #[error("the server's description names no {0}")]
    Missing(&'static str),
    #[error("the server takes no m-line {0}")]
    Rejected(Mid),
}

/// The payload types of our offers: those of Chrome.
pub(crate) const fn payload_types(kind: MediaKind) -> (PayloadType, Option<PayloadType>) {
    match kind {
        MediaKind::Audio => (PayloadType(111), None),
        MediaKind::Video => (PayloadType(96), Some(PayloadType(97))),
    }
}

/// The extensions we offer, under the ids of Chrome.
const fn extensions(kind: MediaKind) -> &'static [(u8, Extension)] {
    match kind {
        MediaKind::Audio => &[(1, Extension::AudioLevel), (3, Extension::TransportCc), (4, Extension::Mid)],
        MediaKind::Video => &[
            (3, Extension::TransportCc),
            (4, Extension::Mid),
            (10, Extension::Rid),
            (11, Extension::RepairedRid),
        ],
    }
}

/// Reads a description of the server's. The reader is a server's own and refuses lite agents, since
/// two of them never find each other; we are a full one, so that line is left out.
pub(super) fn read(sdp: &str) -> Result<RemoteDescription, DescriptionError> {
    let readable: String = sdp.split_inclusive('\n').filter(|line| line.trim_end() != "a=ice-lite").collect();
    Ok(RemoteDescription::parse(&readable)?)
}

/// The offer of a publisher.
pub(super) fn offer(session: u64, identity: &Identity, tracks: &[TrackPlan]) -> String {
    let mids: Vec<&str> = tracks.iter().map(|track| track.mid.as_str()).collect();
    let mut out = head(session, &mids);
    tracks.iter().for_each(|track| write_track(identity, track, &mut out));
    out
}

/// The answer of a subscriber: takes whatever is offered, under the server's numbers.
pub(super) fn answer(session: u64, identity: &Identity, offer: &str) -> String {
    let mids: Vec<&str> = live_mids(offer).collect();
    let mut out = head(session, &mids);
    for section in offer.split("\r\nm=").skip(1) {
        write_answered(identity, section, &mut out);
    }
    out
}

/// What the publisher may use of what it offered, and where to.
pub(super) fn accepted(answer: &RemoteDescription, tracks: &mut [TrackPlan]) -> Result<(), DescriptionError> {
    for track in tracks {
        let section = answer.live_sections().find(|section| section.mid == Some(track.mid));
        let section =
            section.filter(|s| s.direction.receives()).ok_or(DescriptionError::Rejected(track.mid))?;
        track.extensions = extension_map([section]);
        let takes = |payload_type| section.codecs.iter().any(|codec| codec.payload_type == payload_type);
        track.rtx = track.rtx.filter(|&rtx| takes(rtx));
    }
    Ok(())
}

/// The streams that an offer of the server announces.
pub(super) fn heard(offer: &RemoteDescription) -> Vec<Heard> {
    let extensions = extension_map(offer.live_sections());
    let mut heard = Vec::new();
    for section in offer.live_sections().filter(|section| section.direction.sends()) {
        let is = |codec| section.codecs.iter().any(|listed| listed.is(codec));
        let kind = if is(Codec::Vp8) { MediaKind::Video } else { MediaKind::Audio };
        let streams = section.ssrcs.iter();
        heard.extend(streams.map(|&(ssrc, rtx)| Heard { ssrc, rtx, kind, extensions }));
    }
    heard
}

/// Where the server is and how it is known.
pub(super) fn line(
    identity: &Identity,
    remote: &RemoteDescription,
    destination: &Destination,
) -> Result<LinePlan, DescriptionError> {
    let server = remote
        .candidates
        .iter()
        .filter(|candidate| candidate.udp && destination.check(candidate.address.ip()).is_ok())
        .map(|candidate| candidate.address)
        // The address that signalling goes to is the one that works from here.
        .max_by_key(|address| (address.ip() == destination.address.ip(), address.is_ipv4()))
        .ok_or(DescriptionError::Missing("UDP candidate to which load may be sent"))?;
    Ok(LinePlan {
        local: identity.ice.clone(),
        remote: remote.ice.clone().ok_or(DescriptionError::Missing("ICE credentials"))?,
        fingerprints: remote.fingerprints.clone(),
        role: if remote.setup == Some(Setup::Active) { DtlsRole::Server } else { DtlsRole::Client },
        server,
    })
}

fn extension_map<'a>(sections: impl IntoIterator<Item = &'a Section>) -> ExtensionMap {
    let mut map = ExtensionMap::default();
    for offered in sections.into_iter().flat_map(|section| &section.extensions) {
        if let Some(extension) = offered.extension.filter(|_| matches!(offered.id, 1..=14)) {
            map.set(extension, offered.id);
        }
    }
    map
}

fn head(session: u64, mids: &[&str]) -> String {
    format!(
        "v=0\r\no=- {session} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n",
        mids.join(" ")
    )
}

fn write_transport(identity: &Identity, setup: &str, out: &mut String) {
    let Identity { ice, fingerprint } = identity;
    let digest = fingerprint_text(&fingerprint.digest);
    out.push_str(&format!(
        "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:sha-256 {digest}\r\na=setup:{setup}\r\n",
        ice.ufrag, ice.pwd
    ));
}

fn write_track(identity: &Identity, track: &TrackPlan, out: &mut String) {
    let TrackPlan { kind, mid, payload_type, rtx, .. } = track;
    let formats = rtx.map_or_else(|| payload_type.to_string(), |rtx| format!("{payload_type} {rtx}"));
    out.push_str(&format!(
        "m={} 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=sendonly\r\n\
         a=rtcp-mux\r\na=rtcp-rsize\r\na=msid:load load-{mid}\r\n",
        kind.as_str()
    ));
    write_transport(identity, "actpass", out);
    for (id, extension) in extensions(*kind) {
        out.push_str(&format!("a=extmap:{id} {}\r\n", extension.uri()));
    }
    out.push_str(&format!("a=rtcp-fb:{payload_type} transport-cc\r\n"));
    match kind {
        MediaKind::Audio => out.push_str(&format!(
            "a=rtpmap:{payload_type} opus/48000/2\r\na=fmtp:{payload_type} minptime=10;useinbandfec=1\r\n"
        )),
        MediaKind::Video => {
            out.push_str(&format!("a=rtpmap:{payload_type} VP8/90000\r\n"));
            for feedback in ["ccm fir", "nack", "nack pli"] {
                out.push_str(&format!("a=rtcp-fb:{payload_type} {feedback}\r\n"));
            }
        }
    }
    if let Some(rtx) = rtx {
        out.push_str(&format!("a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={payload_type}\r\n"));
    }
    write_streams(track, out);
}

/// Simulcast encodings are known by their rids, a single one by its SSRC.
fn write_streams(track: &TrackPlan, out: &mut String) {
    let rids: Vec<&str> =
        track.encodings.iter().filter_map(|e| e.rid.as_ref()).map(|rid| rid.as_str()).collect();
    if !rids.is_empty() {
        rids.iter().for_each(|rid| out.push_str(&format!("a=rid:{rid} send\r\n")));
        out.push_str(&format!("a=simulcast:send {}\r\n", rids.join(";")));
        return;
    }
    for encoding in &track.encodings {
        let rtx = track.rtx.and(encoding.rtx_ssrc);
        if let Some(Ssrc(rtx)) = rtx {
            out.push_str(&format!("a=ssrc-group:FID {} {rtx}\r\n", encoding.ssrc.0));
        }
        for ssrc in [Some(encoding.ssrc), rtx].into_iter().flatten() {
            out.push_str(&format!("a=ssrc:{} cname:load\r\n", ssrc.0));
        }
    }
}

/// One m-line of the answer. `section` is the offer's, from the kind on.
fn write_answered(identity: &Identity, section: &str, out: &mut String) {
    let mut lines = section.lines();
    let media = lines.next().unwrap_or_default();
    let is_live = media.split(' ').nth(1) != Some("0");
    out.push_str(&format!("m={media}\r\nc=IN IP4 0.0.0.0\r\n"));
    let kept = ["a=mid:", "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:", "a=rtcp-mux", "a=rtcp-rsize"];
    let lines: Vec<&str> = lines.collect();
    // What it reads in packets would be hidden in those with several.
    let red = lines.iter().find(|line| line.starts_with("a=rtpmap:") && line.contains(" red/"));
    let red = red.and_then(|line| line.strip_prefix("a=rtpmap:")?.split(' ').next());
    let is_of_red = |line: &str| {
        red.is_some_and(|red| {
            line.split_once(':').is_some_and(|(_, rest)| rest.split(' ').next() == Some(red))
        })
    };
    for line in lines.iter().filter(|line| kept.iter().any(|head| line.starts_with(head)) && !is_of_red(line))
    {
        out.push_str(line);
        out.push_str("\r\n");
    }
    let is_sent = is_live && lines.contains(&"a=sendonly");
    out.push_str(if is_sent { "a=recvonly\r\n" } else { "a=inactive\r\n" });
    if is_live {
        write_transport(identity, "active", out);
    }
}

fn live_mids(offer: &str) -> impl Iterator<Item = &str> {
    let sections = offer.split("\r\nm=").skip(1);
    let live = sections.filter(|section| section.split(' ').nth(1) != Some("0"));
    live.filter_map(|section| section.lines().find_map(|line| line.strip_prefix("a=mid:")))
}

#[cfg(test)]
mod tests;
