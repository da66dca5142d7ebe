//! Offers of real clients, a transport of our own, and a client that answers.

use proptest::prelude::*;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::{PublicationId, SubscriptionId};
use switchyard_vocab::line::{Fingerprint, FingerprintHash, IceCredentials};
use switchyard_vocab::profile::Format;
use switchyard_vocab::rtp::Ssrc;

use crate::error::SdpError;
use crate::negotiation::answer::{Answer, AnswerPolicy, answer};
use crate::remote::RemoteDescription;
use crate::section::Section;
use crate::slots::Occupant;
use crate::transport::LocalTransport;

/// Chromium 156: microphone, and a camera on three encodings.
pub(crate) const CHROMIUM: &str = include_str!("testing/offers/chromium_simulcast.sdp");
/// Firefox 153: the same, with the encodings listed in another order and one paused.
pub(crate) const FIREFOX: &str = include_str!("testing/offers/firefox_simulcast.sdp");
/// As Safari writes: H.264 first, one encoding, candidates in the offer.
pub(crate) const SAFARI: &str = include_str!("testing/offers/safari.sdp");
/// As libraries in Rust and Go write: certificate at session level, no transport-wide numbers.
pub(crate) const LIBRARY: &str = include_str!("testing/offers/rust_and_go.sdp");

pub(crate) const ALL: [&str; 4] = [CHROMIUM, FIREFOX, SAFARI, LIBRARY];

pub(crate) fn local() -> LocalTransport {
    LocalTransport {
        session_id: 42,
        ice: IceCredentials { ufrag: "w0Zs8Jk2Lq5Yx1Vb".into(), pwd: "server-password-of-30-letters".into() },
        fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xCD; 32] },
        candidates: vec!["192.0.2.10:7882".parse().unwrap(), "[2001:db8::10]:7882".parse().unwrap()],
        restarts: 0,
        role: None,
    }
}

pub(crate) fn parse(text: &str) -> RemoteDescription {
    RemoteDescription::parse(text).unwrap()
}

/// Publications are numbered by m-line: the n-th feeds publication n.
pub(crate) fn by_place(section: &Section) -> PublicationId {
    PublicationId(section.index as u64)
}

pub(crate) fn answer_to(offer: &str) -> Answer {
    try_answer(offer).unwrap()
}

pub(crate) fn try_answer(offer: &str) -> Result<Answer, SdpError> {
    answer(&RemoteDescription::parse(offer)?, &AnswerPolicy::default(), &local(), by_place)
}

/// The lines of the n-th m-line, the `m=` line first.
pub(crate) fn lines_of(sdp: &str, section: usize) -> Vec<&str> {
    let mut sections = sdp.split("m=").skip(section + 1);
    sections.next().map(|text| text.lines().collect()).unwrap_or_default()
}

/// A description with one audio m-line, to be written to with `replace`.
pub(crate) fn one_audio() -> String {
    let digest = ["AB"; 32].join(":");
    format!(
        "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=mid:0\na=sendonly\na=rtcp-mux\n\
         a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijkl\na=fingerprint:sha-256 {digest}\n\
         a=setup:actpass\na=rtpmap:111 opus/48000/2\n"
    )
}

pub(crate) fn camera(number: u32) -> Occupant {
    Occupant {
        subscription: SubscriptionId(u64::from(number)),
        format: Format::of(Codec::Vp8),
        ssrc: Ssrc(1000 + number),
        rtx_ssrc: Some(Ssrc(2000 + number)),
        cname: format!("person{number}"),
        stream: format!("person{number}"),
        track: format!("camera{number}"),
    }
}

pub(crate) fn microphone(number: u32) -> Occupant {
    Occupant { format: Format::of(Codec::Opus), ssrc: Ssrc(3000 + number), rtx_ssrc: None, ..camera(number) }
}

/// What an obliging client answers to an offer of ours.
pub(crate) fn client_answer(offer: &str) -> String {
    let ours = ["a=ssrc", "a=msid", "a=candidate", "a=end-of", "a=ice-lite", "a=ice-ufrag", "a=ice-pwd"];
    let lines = offer.lines().filter(|line| !ours.iter().any(|prefix| line.starts_with(prefix)));
    let lines = lines.map(|line| match line {
        "a=setup:actpass" => "a=setup:active\na=ice-ufrag:cLnt\na=ice-pwd:client-password-24-letters",
        "a=sendonly" => "a=recvonly",
        other => other,
    });
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Descriptions with lines removed, doubled, moved, cut and spoiled.
pub(crate) fn mutilated(texts: Vec<String>) -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..6u8, "\\PC{0,12}");
    (prop::sample::select(texts), prop::collection::vec(edit, 1..12)).prop_map(|(text, edits)| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (at, to, how, junk) in edits {
            let (at, to) = (at.index(lines.len()), to.index(lines.len()));
            match how {
                0 if lines.len() > 1 => drop(lines.remove(at)),
                1 => lines.insert(to, lines[at].clone()),
                2 => lines.swap(at, to),
                3 => lines[at].push_str(&junk),
                4 => lines[at] = lines[at].chars().take(to).collect(),
                _ => lines[at] = lines[at].replace(|c: char| c.is_ascii_digit(), &junk),
            }
        }
        lines.join("\n")
    })
}
