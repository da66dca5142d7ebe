use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::ids::{Identity, PeerId, PublicationId, SubscriptionId, WorkerId};
use switchyard_vocab::layer::Layers;
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::profile::Format;

use crate::admission::Limits;
use crate::config::ControlConfig;
use crate::driver::Output;
use crate::grants::{Caps, Grants, Pass, Permissions};
use crate::intent::{Intent, OfferId, TrackSource};
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::testing::description::Client;
use crate::testing::{Harness, candidate, config, join};

/// Asserts that nothing of anybody is left anywhere.
fn assert_empty(harness: &Harness) {
    let control = &harness.control;
    assert!(control.sessions.is_empty() && control.waiting.is_empty() && control.rooms.is_empty());
    assert!(control.directory.peers.is_empty());
    assert!(control.directory.publications.is_empty());
    assert!(control.directory.subscriptions.is_empty());
    assert!(control.directory.peers_per_worker().iter().all(|&peers| peers == 0));
    assert!(control.tenancy.is_unused());
    assert_eq!(control.deadlines.len(), 0);
}

#[test]
fn five_hundred_joins_and_leaves_leave_every_map_empty() {
    let mut harness = Harness::new();
    for session in 0..500 {
        harness.join_and_publish(session, &format!("n{session}"));
        if let Some((_, sdp)) = harness.latest_offer(session).filter(|_| session % 2 == 0) {
            let sdp = Client::new(session).answer(&sdp);
            harness.ask(session, Intent::Answer { offer: OfferId(1), sdp });
        }
        if session >= 5 {
            harness.ask(session - 5, Intent::Leave);
        }
    }
    for session in 495..500 {
        harness.ask(session, Intent::Leave);
    }

    assert_empty(&harness);
    assert_eq!(harness.totals().joins_accepted, 500);
}

#[test]
fn too_many_tracks_and_too_many_subscriptions_name_their_limit() {
    let limits = Limits { publications_per_session: 2, subscriptions_per_session: 3, ..Limits::default() };
    let mut harness = Harness::with(ControlConfig { limits, ..config() });
    harness.join_and_publish(1, "ada");
    let more = [("0", "audio", "sendonly"), ("1", "video", "sendonly"), ("2", "video", "sendonly")];

    let refused = harness.reply(1, Client::new(1).offer(&more));
    let what = "publications per session";
    assert_eq!(refused, Notice::Refused(Refusal::LimitReached { what, limit: 2 }));
    let Intent::Offer { sdp, tracks } = Client::new(1).offer(&more) else { unreachable!() };
    let tracks = tracks.into_iter().cycle().take(201).collect();
    let refused = harness.reply(1, Intent::Offer { sdp, tracks });
    let what = "tracks described in an offer";
    assert_eq!(refused, Notice::Refused(Refusal::LimitReached { what, limit: 200 }));

    let last = harness.join_and_publish(2, "bob")[1];
    harness.join(3, "eve");
    assert_eq!(harness.totals().subscriptions, 2 + 2 + 3, "eve takes three of four");
    let refused = harness.reply(3, Intent::Subscribe { publication: last });
    let what = "subscriptions per session";
    assert_eq!(refused, Notice::Refused(Refusal::LimitReached { what, limit: 3 }));
}

#[test]
fn one_seed_decides_everything() {
    let run = || {
        let mut harness = Harness::new();
        harness.join_and_publish(1, "ada");
        harness.join_and_publish(2, "bob");
        harness.answer(1);
        harness.answer(2);
        harness.log
    };

    assert_eq!(run(), run());
}

#[test]
fn without_workers_offers_are_refused_and_nobody_is_offered_anything() {
    let mut harness = Harness::with(ControlConfig { workers: Vec::new(), ..config() });
    harness.join(1, "ada");

    let refused = harness.reply(1, Client::new(1).offer_both());

    assert_eq!(refused, Notice::Refused(Refusal::LimitReached { what: "workers", limit: 0 }));
}

#[derive(Clone, Debug)]
enum Step {
    Ask(u64, Intent),
    AnswerLatest(u64),
    Pass(u64),
    Tell(Event),
}

fn pass() -> impl Strategy<Value = Pass> {
    let grants = (0..32_u8, any::<[bool; 3]>()).prop_map(|(sources, [subscribe, admin, hidden])| Grants {
        publish: TrackSource::ALL.into_iter().filter(|&source| sources & (1 << source as u8) != 0).collect(),
        subscribe,
        admin,
        hidden,
        ..Grants::default()
    });
    let caps = (prop::option::of(0..3_u8), prop::option::of(0..3_usize), prop::option::of(0..3_usize));
    (grants, caps).prop_map(|(grants, (layer, max_tracks, max_subscriptions))| {
        let max_layer = layer.map(SpatialLayer);
        let caps = Caps { max_layer, max_tracks, max_subscriptions, max_bitrate: None };
        Pass { permissions: Permissions { grants, caps }, ..Pass::default() }
    })
}

fn intent() -> impl Strategy<Value = Intent> {
    let publication = || (1..30_u64).prop_map(PublicationId);
    let direction = prop_oneof![Just("sendonly"), Just("inactive"), Just("sendrecv")];
    prop_oneof![
        3 => (0..2, 0..4).prop_map(|(room, name)| join(&format!("r{room}"), &format!("n{name}"))),
        1 => Just(Intent::Leave),
        4 => (0..4_u64, 0..2_u32, direction).prop_map(|(certificate, generation, direction)| {
            let client = Client { certificate, generation };
            client.offer(&[("0", "audio", direction), ("1", "video", "sendonly")])
        }),
        1 => "[ -~\r\n]{0,40}".prop_map(|sdp| Intent::Offer { sdp, tracks: Vec::new() }),
        1 => (0..9_u64, "[ -~\r\n]{0,40}").prop_map(|(offer, sdp)| Intent::Answer { offer: OfferId(offer), sdp }),
        1 => ".{0,20}".prop_map(|text| candidate(&text)),
        1 => publication().prop_map(|publication| Intent::Unpublish { publication }),
        1 => (publication(), any::<bool>()).prop_map(|(publication, muted)| Intent::SetMuted { publication, muted }),
        1 => publication().prop_map(|publication| Intent::Subscribe { publication }),
        2 => publication().prop_map(|publication| Intent::Unsubscribe { publication }),
        1 => (publication(), any::<u8>()).prop_map(|(publication, layer)| Intent::SetMaxLayer {
            publication,
            layer: SpatialLayer(layer)
        }),
        1 => (publication(), any::<bool>()).prop_map(|(publication, paused)| Intent::SetPaused { publication, paused }),
        1 => Just(Intent::RestartIce),
        2 => pass().prop_map(Intent::Refresh),
        1 => ".{0,200}".prop_map(Intent::SetName),
        1 => (".{0,20}", prop::option::of(0..4)).prop_map(|(text, to)| Intent::Message {
            text: text.into(),
            to: to.map(|name| Identity::new(format!("n{name}"))),
            at: Duration::ZERO,
        }),
        1 => (0..4, any::<bool>()).prop_map(|(name, ban)| Intent::Kick {
            identity: Identity::new(format!("n{name}")),
            message: None,
            ban: ban.then_some(Duration::from_secs(5)),
        }),
        1 => any::<bool>().prop_map(Intent::SetLocked),
        1 => Just(Intent::EndRoom),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1..20_u64).prop_map(|peer| Event::PeerOpened { peer: PeerId(peer), took: Duration::ZERO }),
        (1..20_u64).prop_map(|peer| Event::PeerEnded { peer: PeerId(peer), end: LineEnd::ConsentLost }),
        (1..30_u64).prop_map(|id| Event::PublicationChanged {
            publication: PublicationId(id),
            layers: Layers::default(),
            format: (id % 3 == 0).then(|| Format::of(if id % 2 == 0 { Codec::Av1 } else { Codec::Vp8 })),
        }),
        (1..30_u64).prop_map(|id| Event::SubscriptionChanged {
            subscription: SubscriptionId(id),
            decision: switchyard_vocab::decision::Decision {
                current: None,
                layer: None,
                target: None,
                limited_by: switchyard_vocab::decision::LimitingFactor::None,
            }
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..6_u64, intent()).prop_map(|(session, intent)| Step::Ask(session, intent)),
        3 => (0..6_u64).prop_map(Step::AnswerLatest),
        1 => (0..20_000_u64).prop_map(Step::Pass),
        1 => event().prop_map(Step::Tell),
    ]
}

/// Commands come in an order that a worker can carry out: a peer is opened once, then connected, and
/// only then is anything forwarded to it, each subscription once.
fn assert_sound(log: &[Output]) {
    let (mut opened, mut connected, mut subscribed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for output in log {
        let Output::Command(_, command) = output else { continue };
        match command {
            Command::OpenPeer { peer, .. } => assert!(opened.insert(*peer), "{peer} was opened twice"),
            Command::ConnectPeer { peer, .. } => {
                assert!(opened.contains(peer), "{peer} was not open");
                assert!(connected.insert(*peer), "{peer} was connected twice");
            }
            Command::Receive { peer, .. } => assert!(connected.contains(peer)),
            Command::ClosePeer { peer } => assert!(opened.contains(peer)),
            Command::RestartIce { peer, .. } => assert!(connected.contains(peer)),
            Command::Subscribe(subscribe) => {
                assert!(connected.contains(&subscribe.peer));
                assert!(subscribed.insert(subscribe.section.subscription), "subscribed twice");
            }
            Command::Prefer { subscription, .. } | Command::Unsubscribe { subscription } => {
                assert!(subscribed.contains(subscription));
            }
            Command::SetMuted { .. } | Command::Shutdown => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_comes_nothing_panics_and_everything_stays_bounded(steps in prop::collection::vec(step(), 1..120)) {
        let limits = Limits { sessions: 5, rooms: 2, participants_per_room: 3, ..Limits::default() };
        let mut harness = Harness::with(ControlConfig { limits, ..config() });
        for step in steps {
            match step {
                Step::Ask(session, intent) => drop(harness.ask(session, intent)),
                Step::AnswerLatest(session) if harness.latest_offer(session).is_some() => drop(harness.answer(session)),
                Step::AnswerLatest(_) => {}
                Step::Pass(millis) => drop(harness.pass(Duration::from_millis(millis))),
                Step::Tell(event) => drop(harness.event(WorkerId(0), event)),
            }
            let totals = harness.totals();
            prop_assert!(totals.sessions <= 5 && totals.rooms <= 2);
            prop_assert!(totals.peers <= 2 * totals.sessions);
            prop_assert!(totals.publications <= 2 * totals.sessions);
            prop_assert!(totals.subscriptions <= totals.publications * 2);
        }
        assert_sound(&harness.log);

        harness.control.stop(harness.now);
        harness.drain();
        assert_empty(&harness);
    }
}
