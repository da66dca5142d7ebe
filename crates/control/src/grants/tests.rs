use super::*;

#[test]
fn nothing_said_grants_everything_but_to_moderate_and_to_hide() {
    let grants = Grants::default();

    for grant in [Grant::Subscribe, Grant::Messages, Grant::Rename] {
        assert_eq!(grants.check(grant), Ok(()));
    }
    assert!(TrackSource::ALL.into_iter().all(|source| grants.check_source(source).is_ok()));
    let refused = grants.check(Grant::Admin).unwrap_err();
    assert_eq!((refused.code(), refused.to_string().contains("admin")), ("not_permitted", true));
}

#[test]
fn sources_are_granted_one_by_one_and_none_to_whoever_is_hidden() {
    let mut grants = Grants { publish: [TrackSource::Microphone].into_iter().collect(), ..Grants::default() };

    assert!(grants.check_source(TrackSource::Microphone).is_ok());
    let refused = grants.check_source(TrackSource::Camera).unwrap_err();
    assert!(refused.to_string().contains("publish: camera"), "{refused}");

    grants.hidden = true;
    assert!(grants.check_source(TrackSource::Microphone).is_err());
    assert_eq!(grants.sources().iter().count(), 0);
}

#[test]
fn a_cap_is_reached_when_as_many_are_held() {
    let caps = Caps { max_tracks: Some(2), ..Caps::default() };

    assert_eq!(caps.check_tracks(1), Ok(()));
    assert_eq!(caps.check_tracks(2), Err(Refusal::CapReached { what: "tracks", cap: 2 }));
    assert_eq!(caps.check_subscriptions(10_000), Ok(()));
}

#[test]
fn a_capped_layer_bounds_what_is_wanted_and_leaves_less_alone() {
    let caps = Caps { max_layer: Some(SpatialLayer(1)), ..Caps::default() };
    let wanted = |layer| Preference { max_layer: SpatialLayer(layer), paused: true };

    assert_eq!(caps.bound(wanted(2)), wanted(1));
    assert_eq!(caps.bound(wanted(0)), wanted(0));
    assert_eq!(Caps::default().bound(wanted(9)), wanted(9));
}
