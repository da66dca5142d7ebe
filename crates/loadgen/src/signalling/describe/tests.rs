use switchyard_sdp::{AnswerPolicy, LocalTransport, Occupant, OfferPolicy, SlotMap, answer as server_answer};
use switchyard_vocab::ids::{PublicationId, SubscriptionId};
use switchyard_vocab::line::FingerprintHash;

use super::*;
use crate::plan::{MediaPlan, VideoPlan};
use crate::publisher::tracks;
use crate::testing::rng;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::profile::Format;
use switchyard_vocab::units::Bitrate;

fn identity() -> Identity {
    Identity {
        ice: IceCredentials { ufrag: "clientfrag".into(), pwd: "a-password-of-24-letters".into() },
        fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xAB; 32] },
    }
}

fn server() -> LocalTransport {
    LocalTransport {
        session_id: 7,
        ice: IceCredentials { ufrag: "00serverfrag".into(), pwd: "a-password-of-24-letters".into() },
        fingerprint: Fingerprint { hash: FingerprintHash::Sha256, digest: vec![0xCD; 32] },
        candidates: vec!["192.0.2.1:7882".parse().unwrap(), "127.0.0.1:7882".parse().unwrap()],
        restarts: 0,
        role: None,
    }
}

fn publisher(simulcast: bool) -> Vec<TrackPlan> {
    let video = VideoPlan { bitrate: Bitrate::kbps(500), fps: 30, simulcast };
    tracks(&MediaPlan { video: Some(video), audio: true }, &mut rng())
}

fn destination() -> Destination {
    Destination::find("ws://127.0.0.1:7880/v1/connect", false).unwrap()
}

#[test]
fn our_offer_is_taken_and_its_answer_used() {
    for simulcast in [false, true] {
        let mut tracks = publisher(simulcast);
        let offered = RemoteDescription::parse(&offer(1, &identity(), &tracks)).unwrap();
        let answer =
            server_answer(&offered, &AnswerPolicy::default(), &server(), |_| PublicationId(1)).unwrap();

        let answer = read(&answer.sdp).unwrap();
        accepted(&answer, &mut tracks).unwrap();

        assert!(tracks.iter().all(|track| track.extensions.id(Extension::TransportCc).is_some()));
        assert_eq!(tracks[1].rtx, Some(PayloadType(97)));
        assert!(tracks[1].extensions.id(Extension::Rid).is_some());
    }
}

#[test]
fn the_servers_offer_is_answered_so_that_it_may_send() {
    let mut slots = SlotMap::new(OfferPolicy::default());
    for (number, codec, rtx_ssrc) in [(1, Codec::Opus, None), (2, Codec::Vp8, Some(Ssrc(22)))] {
        let (ssrc, subscription) = (Ssrc(number), SubscriptionId(u64::from(number)));
        let name = || "ada".to_owned();
        let occupant = Occupant {
            subscription,
            format: Format::of(codec),
            ssrc,
            rtx_ssrc,
            cname: name(),
            stream: name(),
            track: name(),
        };
        slots.open(occupant).unwrap();
    }
    let offer = slots.offer(&server());

    let ours = answer(2, &identity(), &offer.sdp);
    let answered = RemoteDescription::parse(&ours).unwrap();
    let sending = switchyard_sdp::accept_answer(&mut slots, &offer, &answered).unwrap();

    assert_eq!(sending.sections.len(), 2);
    let heard = heard(&read(&offer.sdp).unwrap());
    assert_eq!(
        heard.iter().map(|h| (h.ssrc, h.rtx, h.kind)).collect::<Vec<_>>(),
        [(Ssrc(1), None, MediaKind::Audio), (Ssrc(2), Some(Ssrc(22)), MediaKind::Video),]
    );
}

#[test]
fn load_goes_to_the_address_that_signalling_goes_to_and_to_no_public_one() {
    let mut slots = SlotMap::new(OfferPolicy::default());
    let name = || "ada".to_owned();
    let occupant = Occupant {
        subscription: SubscriptionId(1),
        format: Format::of(Codec::Opus),
        ssrc: Ssrc(1),
        rtx_ssrc: None,
        cname: name(),
        stream: name(),
        track: name(),
    };
    slots.open(occupant).unwrap();
    let offer = read(&slots.offer(&server()).sdp).unwrap();

    let plan = line(&identity(), &offer, &destination()).unwrap();

    assert_eq!(plan.server, "127.0.0.1:7882".parse().unwrap());
    assert_eq!(plan.role, DtlsRole::Client);
    let public = LocalTransport { candidates: vec!["192.0.2.1:7882".parse().unwrap()], ..server() };
    let offer = read(&slots.offer(&public).sdp).unwrap();
    assert!(line(&identity(), &offer, &destination()).is_err());
}
