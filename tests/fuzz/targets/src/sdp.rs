//! Session descriptions: whole negotiations, as whoever offers and as whoever is offered to.

use switchyard_control::refusal::Refusal;
use switchyard_sdp::{
    AnswerPolicy, Fragment, LocalTransport, MAX_CANDIDATES, MAX_SECTIONS, Occupant, OfferPolicy,
    RemoteDescription, SdpError, SlotMap, Trickled, accept_answer, answer, answer_sending, write_fragment,
};
use switchyard_vocab::codec::Codec;
use switchyard_vocab::ids::{PublicationId, SubscriptionId};
use switchyard_vocab::line::{Fingerprint, FingerprintHash, IceCredentials};
use switchyard_vocab::profile::Format;
use switchyard_vocab::rtp::Ssrc;

use crate::input::{Input, pieces};

/// Longest text for people in a refusal.
pub(crate) const MAX_COMPLAINT: usize = 8 * 1024;

/// Most bytes of an answer for each m-line.
const MAX_SECTION: usize = 32 * 1024;

/// Offers of real clients, as they came.
pub(crate) const OFFERS: [&str; 4] = [
    include_str!("../../../../crates/sdp/src/testing/offers/chromium_simulcast.sdp"),
    include_str!("../../../../crates/sdp/src/testing/offers/firefox_simulcast.sdp"),
    include_str!("../../../../crates/sdp/src/testing/offers/safari.sdp"),
    include_str!("../../../../crates/sdp/src/testing/offers/rust_and_go.sdp"),
];

/// Our end of a connection.
pub fn local() -> LocalTransport {
    LocalTransport {
        session_id: 42,
        ice: IceCredentials { ufrag: "w0serverfrag".into(), pwd: "server-password-of-letters".into() },
        fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xCD; 32] },
        candidates: vec![([192, 0, 2, 1], 7882).into()],
        restarts: 0,
        role: None,
    }
}

fn occupant(number: u32, codec: Codec) -> Occupant {
    Occupant {
        subscription: SubscriptionId(u64::from(number)),
        format: Format::of(codec),
        ssrc: Ssrc(1_000 + number),
        rtx_ssrc: (codec != Codec::Opus).then_some(Ssrc(2_000 + number)),
        cname: "somebody".to_owned(),
        stream: format!("s{number}"),
        track: format!("t{number}"),
    }
}

/// A description of ours as a client reads it.
pub(crate) fn readable(sdp: &str) -> RemoteDescription {
    let text = sdp.replace("a=ice-lite\r\n", "");
    RemoteDescription::parse(&text).unwrap_or_else(|error| panic!("{error} in our own\n{sdp}"))
}

fn told(error: SdpError) {
    let refusal = Refusal::from(error);
    assert!(!refusal.code().is_empty());
    let text = refusal.to_string();
    assert!(text.len() <= MAX_COMPLAINT, "{} bytes of complaint", text.len());
}

/// Takes the bytes as an offer, of somebody who sends and of somebody who receives. Whatever is answered can
/// be read, speaks of the same m-lines and is bounded; what is refused is refused in few words.
pub(crate) fn offer(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let offer = match RemoteDescription::parse(&text) {
        Ok(offer) => offer,
        Err(error) => return told(error),
    };
    assert!(offer.sections.len() <= MAX_SECTIONS && offer.candidates.len() <= MAX_CANDIDATES);
    assert!(offer.ice.is_some() == (offer.live_sections().count() > 0));
    match answer(&offer, &AnswerPolicy::default(), &local(), |section| PublicationId(section.index as u64)) {
        Ok(answered) => {
            let read = readable(&answered.sdp);
            same_sections(&offer, &read);
            assert!(answered.sdp.len() <= MAX_SECTION * (1 + offer.sections.len()));
            assert_eq!(answered.sections.len(), offer.sections.len());
            assert!(answered.receiving.sections.len() <= offer.sections.len());
        }
        Err(error) => told(error),
    }
    let published = [Codec::Opus, Codec::Vp8, Codec::H264, Codec::Av1, Codec::Vp9];
    let occupants = (1..).zip(published).map(|(number, codec)| occupant(number, codec)).collect();
    match answer_sending(&offer, &local(), occupants) {
        Ok(served) => {
            same_sections(&offer, &readable(&served.sdp));
            assert!(!served.sections.is_empty() && served.sections.len() <= published.len());
        }
        Err(error) => told(error),
    }
}

/// An answer has the m-lines of its offer, in order, each of the same kind (RFC 3264 §6).
fn same_sections(offer: &RemoteDescription, answer: &RemoteDescription) {
    assert_eq!(answer.sections.len(), offer.sections.len());
    for (offered, answered) in offer.sections.iter().zip(&answer.sections) {
        assert!(answered.mid == offered.mid || answered.stopped, "{:?} {:?}", offered.mid, answered.mid);
        assert_eq!(answered.kind, offered.kind);
        assert!(answered.stopped || !offered.stopped, "a stopped m-line is alive again");
    }
}

/// Plays a subscriber: slots open and close, and each piece is an answer to the latest offer; an empty one
/// stands for what an obliging client would answer.
pub(crate) fn answers(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut slots = SlotMap::new(OfferPolicy::default());
    let mut open = 0;
    for _ in 0..8 {
        if input.is_empty() {
            break;
        }
        let kind = input.u8();
        if kind & 1 != 0 {
            open += 1;
            let codec = Codec::ALL[usize::from(kind >> 2) % Codec::ALL.len()];
            slots.open(occupant(open, codec)).map(drop).unwrap_or_else(told);
        }
        if kind & 2 != 0 {
            slots.close(SubscriptionId(u64::from(kind >> 2) % u64::from(open + 1)));
        }
        let offer = slots.offer(&local());
        let piece = input.piece();
        let text = match piece {
            [] => obliging(&offer.sdp),
            piece => String::from_utf8_lossy(piece).into_owned(),
        };
        let read = readable(&offer.sdp);
        assert_eq!(read.sections.len(), offer.sections.len());
        let result =
            RemoteDescription::parse(&text).and_then(|answer| accept_answer(&mut slots, &offer, &answer));
        match result {
            Ok(sending) => {
                assert!(sending.sections.len() + sending.refused.len() <= offer.sections.len());
                for section in &sending.sections {
                    assert_eq!(slots.mid_of(section.subscription), Some(section.mid));
                }
            }
            Err(error) => told(error),
        }
        assert!(slots.len() <= MAX_SECTIONS);
    }
}

/// What an obliging client answers to an offer of ours.
pub(crate) fn obliging(offer: &str) -> String {
    let ours = ["a=ssrc", "a=msid", "a=candidate", "a=end-of", "a=ice-lite", "a=ice-ufrag", "a=ice-pwd"];
    let lines = offer.lines().filter(|line| !ours.iter().any(|prefix| line.starts_with(prefix)));
    let lines = lines.map(|line| match line {
        "a=setup:actpass" => "a=setup:active\r\na=ice-ufrag:cLnt\r\na=ice-pwd:client-password-24-letters",
        "a=sendonly" => "a=recvonly",
        other => other,
    });
    lines.fold(String::new(), |text, line| text + line + "\r\n")
}

/// Takes the bytes as a fragment, and each of its lines as a candidate.
pub(crate) fn trickle(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Fragment::parse(&text) {
        Ok(fragment) => {
            assert!(fragment.candidates <= MAX_CANDIDATES);
            if let Some(ice) = fragment.ice {
                let local = LocalTransport { ice: ice.clone(), ..local() };
                let again = Fragment::parse(&write_fragment(&local)).expect("what we write can be read");
                assert_eq!(again.ice, Some(ice));
            }
        }
        Err(error) => told(error),
    }
    for line in text.lines().take(64) {
        Trickled::parse(line).map(drop).unwrap_or_else(told);
    }
}

pub(crate) fn offer_seeds() -> Vec<Vec<u8>> {
    let receiving =
        OFFERS.map(|offer| offer.replace("a=sendonly", "a=recvonly").replace("a=sendrecv", "a=recvonly"));
    OFFERS.iter().map(|offer| offer.as_bytes().to_vec()).chain(receiving.map(String::into_bytes)).collect()
}

pub(crate) fn answer_seeds() -> Vec<Vec<u8>> {
    let mut slots = SlotMap::new(OfferPolicy::default());
    let mut texts = Vec::new();
    for (number, codec) in (1..).zip([Codec::Opus, Codec::Vp8]) {
        slots.open(occupant(number, codec)).expect("there is room");
        let offer = slots.offer(&local());
        texts.push(obliging(&offer.sdp));
    }
    let step = |kind: u8, text: &str| [&[kind][..], &pieces([text.as_bytes()])].concat();
    let codec = |codec: Codec| (Codec::ALL.iter().position(|one| *one == codec).unwrap_or(0) as u8) << 2;
    let (opus, vp8) = (codec(Codec::Opus) | 1, codec(Codec::Vp8) | 1);
    vec![
        [step(opus, &texts[0]), step(vp8, &texts[1])].concat(),
        [step(opus, ""), step(vp8, ""), step(6, ""), step(vp8, &texts[1])].concat(),
        (0..8).flat_map(|kind| step(kind * 4 + 1, "")).collect(),
        [step(opus, &texts[1]), step(vp8, &texts[0]), step(2, OFFERS[0])].concat(),
    ]
}

pub(crate) fn trickle_seeds() -> Vec<Vec<u8>> {
    [
        "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n\
         a=candidate:1 1 udp 2113937151 198.51.100.1 4000 typ host generation 0 ufrag abcd\r\na=end-of-candidates\r\n",
        "a=candidate:842163049 1 udp 1677729535 203.0.113.5 46154 typ srflx raddr 10.0.0.17 rport 46154\r\n",
        "candidate:1 1 UDP 1 6ba5a2a1-0000-4000-8000-000000000000.local 9 typ host\r\n",
        "candidate:1 1 tcp 1 2001:db8::1 9 typ host tcptype active\r\n\r\n",
        &write_fragment(&local()),
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
