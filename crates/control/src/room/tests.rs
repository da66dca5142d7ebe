use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::ids::Identity;

use super::*;
use crate::intent::TrackSource;

fn member(name: &str) -> Member {
    Member {
        identity: Identity::new(name),
        display_name: None,
        since: crate::testing::epoch(),
        metadata: None,
        messages: 0,
        auto_subscribe: name != "reader",
        hidden: false,
        connected: true,
        sees_hidden: false,
        cname: String::new(),
    }
}

fn track(id: u64, owner: u64) -> Track {
    let about = Publication {
        id: PublicationId(id),
        kind: MediaKind::Video,
        source: TrackSource::Camera,
        name: None,
        muted: false,
        encodings: 1,
        codec: Codec::Vp8,
    };
    Track {
        owner: SessionId(owner),
        home: WorkerId(0),
        format: Format::of(Codec::Vp8),
        about,
        layers: Layers::default(),
        backup_of: None,
        backup: None,
        awaiting: BTreeMap::new(),
        wanted_codecs: Vec::new(),
        subscribers: BTreeSet::new(),
    }
}

#[test]
fn who_leaves_takes_its_tracks_and_its_subscriptions_along() {
    let mut room = Room::default();
    room.membership.join(SessionId(1), member("a"));
    room.membership.join(SessionId(2), member("b"));
    room.publish(track(10, 1));
    room.publish(track(20, 2));
    room.track_mut(PublicationId(20)).unwrap().subscribers.insert(SessionId(1));

    let (gone, published) = room.leave(SessionId(1)).unwrap();

    assert_eq!(gone.identity, Identity::new("a"));
    assert_eq!(published.len(), 1);
    assert!(room.track(PublicationId(20)).unwrap().subscribers.is_empty());
    assert_eq!(room.membership.session_of(&Identity::new("a")), None);
}

#[test]
fn nobody_sees_themselves_among_the_others() {
    let mut room = Room::default();
    room.membership.join(SessionId(1), member("a"));
    room.membership.join(SessionId(2), member("reader"));
    room.publish(track(10, 1));

    assert_eq!(room.participants_except(SessionId(1)).len(), 1);
    assert_eq!(room.participants_except(SessionId(2))[0].publications.len(), 1);
    assert_eq!(room.tracks_of_others(SessionId(1)), []);
    assert_eq!(room.auto_subscribers_except(SessionId(1)), [], "a reader chooses by itself");
}
