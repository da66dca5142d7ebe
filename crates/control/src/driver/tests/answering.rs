use std::time::Duration;

use switchyard_bus::event::Event;
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::ids::{Identity, RoomName, SessionId, Tenant};
use switchyard_vocab::layer::{EncodingIndex, SpatialLayer};

use crate::act::{Act, Revoked, RoomKey};
use crate::codec_policy::CodecPolicy;
use crate::grants::Pass;
use crate::intent::{Connection, Intent, Join};
use crate::query::{Answer, ConnectionInfo, MAX_PAGE, ParticipantDetail, Query, RoomInfo};
use crate::testing::{Harness, join};

fn key(tenant: &str, name: &str) -> RoomKey {
    RoomKey { tenant: Tenant::new(tenant), name: RoomName::new(name) }
}

fn join_of(tenant: &str, room: &str, name: &str) -> Intent {
    let Intent::Join(asked) = join(room, name) else { unreachable!("it is a join") };
    Intent::Join(Join { pass: Pass { tenant: Tenant::new(tenant), ..Pass::default() }, ..asked })
}

impl Harness {
    fn rooms(
        &self,
        tenant: Option<&str>,
        after: Option<RoomKey>,
        limit: usize,
    ) -> (Vec<RoomInfo>, Option<RoomKey>) {
        let query = Query::Rooms { tenant: tenant.map(Tenant::new), after, limit };
        let Answer::Rooms(page) = self.control.answer(self.now, &query) else {
            panic!("rooms were asked for")
        };
        (page.items, page.next)
    }

    fn detail(&self, identity: &str) -> Option<ParticipantDetail> {
        let query = Query::Participant { room: key("", "kitchen"), identity: Identity::new(identity) };
        let Answer::Participant(detail) = self.control.answer(self.now, &query) else { panic!("{query:?}") };
        detail.map(|detail| *detail)
    }
}

fn names(rooms: &[RoomInfo]) -> Vec<String> {
    rooms.iter().map(|info| format!("{}/{}", info.room.tenant, info.room.name)).collect()
}

#[test]
fn rooms_come_page_by_page_each_once_even_when_some_close_in_between() {
    let mut harness = Harness::new();
    for (session, name) in (1..).zip(["e", "d", "c", "b", "a"]) {
        harness.reply(session, join_of("acme", name, "ada"));
    }

    let (first, next) = harness.rooms(None, None, 2);
    harness.ask(4, Intent::Leave);
    let (second, last) = harness.rooms(None, next, 9);

    assert_eq!(names(&first), ["acme/a", "acme/b"]);
    assert_eq!(names(&second), ["acme/c", "acme/d", "acme/e"]);
    assert_eq!(last, None);
}

#[test]
fn a_tenant_sees_its_own_rooms_whatever_place_it_names() {
    let mut harness = Harness::new();
    for (session, tenant) in (1..).zip(["acme", "bolt", "corp"]) {
        harness.reply(session, join_of(tenant, "lab", "ada"));
    }

    for after in [None, Some(key("acme", "zoo")), Some(key("", "")), Some(key("bolt", "a"))] {
        assert_eq!(names(&harness.rooms(Some("bolt"), after, 9).0), ["bolt/lab"]);
    }
    assert_eq!(harness.rooms(Some("bolt"), Some(key("corp", "a")), 9), (Vec::new(), None));
    assert_eq!(harness.rooms(Some("none"), None, 9), (Vec::new(), None));
}

#[test]
fn a_page_is_never_empty_by_its_limit_and_never_longer_than_the_longest() {
    let mut harness = Harness::new();
    for session in 1..=3 {
        harness.reply(session, join(&format!("room {session}"), "ada"));
    }

    assert_eq!(harness.rooms(None, None, 0).0.len(), 1);
    assert_eq!(harness.rooms(None, None, usize::MAX).0.len(), 3);
    assert_eq!(0_usize.clamp(1, MAX_PAGE), 1);
}

#[test]
fn a_room_tells_how_many_are_in_it_and_since_when() {
    let mut harness = Harness::new();
    let began = harness.now;
    harness.join_and_publish(1, "ada");
    harness.pass(Duration::from_secs(5));
    harness.join(2, "bob");

    let Answer::Room(Some(room)) = harness.control.answer(harness.now, &Query::Room(key("", "kitchen")))
    else {
        panic!("there is a room");
    };

    assert_eq!((room.participants, room.publications, room.since), (2, 2, Some(began)));
    assert_eq!(*room.codecs, CodecPolicy::default());
    assert_eq!(harness.control.answer(harness.now, &Query::Room(key("", "cellar"))), Answer::Room(None));
}

#[test]
fn participants_come_in_the_order_in_which_they_came_page_by_page() {
    let mut harness = Harness::new();
    for (session, name) in (1..).zip(["zoe", "ada", "bob"]) {
        harness.join(session, name);
    }
    let query = |after| Query::Participants { room: key("", "kitchen"), after, limit: 2 };

    let Answer::Participants(Some(first)) = harness.control.answer(harness.now, &query(None)) else {
        panic!()
    };
    let Answer::Participants(Some(second)) = harness.control.answer(harness.now, &query(first.next)) else {
        panic!()
    };

    let named = |items: &[crate::query::ParticipantInfo]| -> Vec<String> {
        items.iter().map(|info| info.identity.to_string()).collect()
    };
    assert_eq!((named(&first.items), first.next), (vec!["zoe".into(), "ada".into()], Some(SessionId(2))));
    assert_eq!((named(&second.items), second.next), (vec!["bob".into()], None));
}

#[test]
fn one_participant_is_told_with_connections_publications_and_what_it_receives_and_why() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);
    let (worker, peer) = harness.latest_peer(2);
    let layers = Default::default();
    harness.event(worker, Event::PublicationChanged { publication: tracks[1], layers, format: None });
    let subscription = harness
        .log
        .iter()
        .find_map(|output| match output {
            crate::driver::Output::Command(_, switchyard_bus::command::Command::Subscribe(subscribe))
                if subscribe.publication == tracks[1] =>
            {
                Some(subscribe.section.subscription)
            }
            _ => None,
        })
        .expect("bob receives ada's picture");
    let decision = Decision {
        current: Some(EncodingIndex(0)),
        layer: Some(SpatialLayer(0)),
        target: None,
        limited_by: LimitingFactor::PublisherNotSending,
    };
    harness.event(worker, Event::SubscriptionChanged { subscription, decision });

    let ada = harness.detail("ada").expect("she is here");
    let bob = harness.detail("bob").expect("he is here");

    assert_eq!((ada.about.publications, ada.publications.len(), ada.subscriptions.len()), (2, 2, 0));
    assert_eq!(ada.publications[1].about.id, tracks[1]);
    assert_eq!(ada.publications[1].subscribers, 1);
    let closed = ConnectionInfo { peer, connection: Connection::Subscribe, open: false, downlink: None };
    assert_eq!((bob.about.worker, bob.connections), (Some(worker), vec![closed]));
    let received = bob.subscriptions.iter().find(|one| one.publication == tracks[1]).expect("he receives it");
    assert_eq!(received.publisher, Some(Identity::new("ada")));
    assert_eq!((received.flowing, received.decision), (true, Some(decision)));
    harness.event(worker, Event::PeerOpened { peer, took: Duration::ZERO });
    assert!(harness.detail("bob").expect("he is here").connections[0].open);
    assert_eq!(harness.detail("nobody"), None);
}

#[test]
fn bans_and_revocations_are_listed_until_they_are_over() {
    let mut harness = Harness::new();
    for identity in ["ada", "bob"] {
        let act = Act::Kick {
            room: key("", "kitchen"),
            identity: Identity::new(identity),
            message: None,
            ban: Some(Duration::from_secs(if identity == "ada" { 10 } else { 60 })),
        };
        assert!(harness.control.handle_act(harness.now, act).is_ok());
    }
    for (tenant, revoked) in [
        ("acme", Revoked::Identity(Identity::new("ada"))),
        ("acme", Revoked::Token("t1".into())),
        ("bolt", Revoked::Token("t2".into())),
    ] {
        let tenant = Tenant::new(tenant);
        let act = Act::Revoke { tenant, revoked, lasts: Duration::from_secs(30) };
        assert!(harness.control.handle_act(harness.now, act).is_ok());
    }
    let bans = |harness: &Harness, after: Option<&str>, limit| {
        let after = after.map(Identity::new);
        let query = Query::Bans { room: key("", "kitchen"), after, limit };
        let Answer::Bans(page) = harness.control.answer(harness.now, &query) else { panic!() };
        page.items.iter().map(|ban| ban.identity.to_string()).collect::<Vec<_>>()
    };
    let revocations = |harness: &Harness, tenant: Option<&str>| {
        let query = Query::Revocations { tenant: tenant.map(Tenant::new), after: None, limit: 9 };
        let Answer::Revocations(page) = harness.control.answer(harness.now, &query) else { panic!() };
        page.items.len()
    };
    let is_revoked = |harness: &Harness, tenant| {
        let revoked = vec![Revoked::Token("t2".into()), Revoked::Token("t1".into())];
        harness.control.answer(harness.now, &Query::IsRevoked { tenant: Tenant::new(tenant), revoked })
    };

    assert_eq!(
        (bans(&harness, None, 9), bans(&harness, Some("ada"), 9)),
        (vec!["ada".into(), "bob".into()], vec!["bob".into()])
    );
    assert_eq!(bans(&harness, None, 1), ["ada"]);
    assert_eq!((revocations(&harness, None), revocations(&harness, Some("acme"))), (3, 2));
    assert_eq!(is_revoked(&harness, "acme"), Answer::IsRevoked(true));
    assert_eq!(is_revoked(&harness, "corp"), Answer::IsRevoked(false));

    harness.pass(Duration::from_secs(30));

    assert_eq!(bans(&harness, None, 9), ["bob"]);
    assert_eq!((revocations(&harness, None), is_revoked(&harness, "acme")), (0, Answer::IsRevoked(false)));
}
