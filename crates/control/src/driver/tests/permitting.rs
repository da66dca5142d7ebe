use std::collections::BTreeMap;
use std::time::Duration;

use switchyard_bus::command::Command;
use switchyard_bus::event::Event;
use switchyard_vocab::decision::{Decision, LimitingFactor};
use switchyard_vocab::ids::{Identity, PublicationId, Tenant};
use switchyard_vocab::layer::SpatialLayer;
use switchyard_vocab::units::Bitrate;

use crate::act::{Act, Acted};
use crate::admission::Limits;
use crate::config::ControlConfig;
use crate::driver::Output;
use crate::grants::{Caps, Grants, Pass, Permissions};
use crate::intent::{Intent, TrackSource};
use crate::notice::{EndReason, Notice};
use crate::refusal::Refusal;
use crate::revocations::Revoked;
use crate::tenancy::Quota;
use crate::testing::description::Client;
use crate::testing::{Harness, commands, config, join_with, told};

fn granting(grants: Grants) -> Pass {
    Pass { permissions: Permissions { grants, ..Permissions::default() }, ..Pass::default() }
}

fn capping(caps: Caps) -> Pass {
    Pass { permissions: Permissions { caps, ..Permissions::default() }, ..Pass::default() }
}

fn of_tenant(tenant: &str) -> Pass {
    Pass { tenant: Tenant::new(tenant), ..Pass::default() }
}

fn microphone_only() -> Grants {
    Grants { publish: [TrackSource::Microphone].into_iter().collect(), ..Grants::default() }
}

fn code(notice: &Notice) -> &'static str {
    let Notice::Refused(refusal) = notice else { panic!("not refused: {notice:?}") };
    refusal.code()
}

/// What became of each m-line: a publication, or the code of its refusal.
fn outcomes(answer: &Notice) -> Vec<Result<PublicationId, &'static str>> {
    let Notice::Answer { publications, .. } = answer else { panic!("not an answer: {answer:?}") };
    publications.iter().map(|one| one.outcome.clone().map_err(|refusal| refusal.code())).collect()
}

#[test]
fn two_tenants_with_the_same_room_name_never_see_each_other() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", of_tenant("acme")));
    let tracks = harness.reply(1, Client::new(1).offer_both());
    let track = outcomes(&tracks)[0].unwrap();

    let outputs = harness.ask(2, join_with("ada", of_tenant("other")));

    assert!(told(&outputs, 1).is_empty(), "nobody is replaced and nobody came");
    let Notice::Joined { participants, .. } = told(&outputs, 2)[0] else { panic!("{outputs:?}") };
    assert!(participants.is_empty());
    let foreign = harness.reply(2, Intent::Subscribe { publication: track });
    assert_eq!(foreign, Notice::Refused(Refusal::UnknownPublication(track.0)));
    assert_eq!(harness.totals().rooms, 2);
}

#[test]
fn a_source_that_is_not_granted_is_refused_alone_and_its_m_line_stays_still() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", granting(microphone_only())));

    let answer = harness.reply(1, Client::new(1).offer_both());

    assert!(matches!(outcomes(&answer)[..], [Ok(_), Err("not_permitted")]), "{answer:?}");
    let Notice::Answer { sdp, .. } = &answer else { panic!("{answer:?}") };
    assert_eq!((sdp.matches("a=recvonly").count(), sdp.matches("a=inactive").count()), (1, 1), "{sdp}");
    assert_eq!(harness.totals().publications, 1);
}

#[test]
fn a_microphone_that_is_granted_sends_no_pictures() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", granting(microphone_only())));
    harness.join(2, "bob");
    let Intent::Offer { sdp, mut tracks } = Client::new(1).offer_both() else { unreachable!() };
    tracks[1].source = TrackSource::Microphone;

    let answer = harness.reply(1, Intent::Offer { sdp, tracks });

    assert!(matches!(outcomes(&answer)[..], [Ok(_), Err("bad_description")]), "{answer:?}");
    assert_eq!(harness.totals().publications, 1);
}

#[test]
fn a_camera_that_is_granted_sends_no_sound() {
    let publish = [TrackSource::Camera].into_iter().collect();
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", granting(Grants { publish, ..Grants::default() })));
    let Intent::Offer { sdp, mut tracks } = Client::new(1).offer_both() else { unreachable!() };
    tracks[0].source = TrackSource::Camera;

    let answer = harness.reply(1, Intent::Offer { sdp, tracks });

    assert!(matches!(outcomes(&answer)[..], [Ok(_), Err("bad_description")]), "{answer:?}");
    let Notice::Answer { sdp, .. } = &answer else { panic!("{answer:?}") };
    assert_eq!((sdp.matches("a=recvonly").count(), sdp.matches("a=inactive").count()), (1, 1), "{sdp}");
}

#[test]
fn an_offer_need_not_repeat_what_its_tracks_are_about() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", granting(microphone_only())));
    let client = Client::new(1);
    let Intent::Offer { sdp, tracks } = client.offer_both() else { unreachable!() };
    let first = harness.reply(1, Intent::Offer { sdp: sdp.clone(), tracks });

    let unnamed = harness.reply(1, Intent::Offer { sdp: sdp.clone(), tracks: Vec::new() });
    assert_eq!(outcomes(&unnamed), outcomes(&first), "each is what it was said to be");

    harness.ask(1, Intent::Refresh(Pass::default()));
    let granted = harness.reply(1, Intent::Offer { sdp, tracks: Vec::new() });
    let [microphone, Ok(_)] = outcomes(&granted)[..] else { panic!("{granted:?}") };
    assert_eq!(microphone, outcomes(&first)[0]);
}

#[test]
fn what_is_published_stays_what_it_was_whatever_a_later_offer_calls_it() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", granting(microphone_only())));
    let first = harness.reply(1, Client::new(1).offer_both());
    let Intent::Offer { sdp, mut tracks } = Client::new(1).offer_both() else { unreachable!() };
    tracks[0].source = TrackSource::ScreenAudio;

    let later = harness.reply(1, Intent::Offer { sdp, tracks });

    assert_eq!(outcomes(&later), outcomes(&first));
}

#[test]
fn a_new_track_at_the_cap_does_not_take_the_place_of_one_that_is_there() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", capping(Caps { max_tracks: Some(1), ..Caps::default() })));
    let lines = |microphone| [("0", "audio", microphone), ("1", "video", "sendonly")];
    let camera = outcomes(&harness.reply(1, Client::new(1).offer(&lines("inactive"))))[0].unwrap();

    let both = harness.reply(1, Client::new(1).offer(&lines("sendonly")));

    assert_eq!(outcomes(&both), [Ok(camera), Err("cap_reached")]);
}

#[test]
fn no_more_tracks_are_published_than_the_token_allows() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", capping(Caps { max_tracks: Some(1), ..Caps::default() })));

    let answer = harness.reply(1, Client::new(1).offer_both());
    let again = harness.reply(1, Client::new(1).restarted().offer_both());

    assert!(matches!(outcomes(&answer)[..], [Ok(_), Err("cap_reached")]), "{answer:?}");
    assert_eq!(outcomes(&again), outcomes(&answer), "what was let in stays");
}

#[test]
fn whoever_may_not_subscribe_gets_nothing_and_is_told_why_when_it_asks() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.reply(2, join_with("bob", granting(Grants { subscribe: false, ..Grants::default() })));

    assert_eq!(harness.latest_offer(2), None);
    assert_eq!(code(&harness.reply(2, Intent::Subscribe { publication: tracks[0] })), "not_permitted");
}

#[test]
fn no_more_is_received_than_the_token_allows() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.reply(2, join_with("bob", capping(Caps { max_subscriptions: Some(1), ..Caps::default() })));

    assert_eq!(harness.totals().subscriptions, 1);
    assert_eq!(code(&harness.reply(2, Intent::Subscribe { publication: tracks[1] })), "cap_reached");
}

#[test]
fn a_capped_layer_bounds_every_preference_and_is_named_as_the_reason() {
    let mut harness = Harness::new();
    let camera = harness.join_and_publish(1, "ada")[1];
    harness.reply(2, join_with("bob", capping(Caps { max_layer: Some(SpatialLayer(1)), ..Caps::default() })));

    let answered = harness.answer(2);
    let mut subscription = None;
    for command in commands(&answered) {
        let Command::Subscribe(subscribe) = command else { continue };
        assert_eq!(subscribe.preference.max_layer, SpatialLayer(1));
        if subscribe.publication == camera {
            subscription = Some(subscribe.section.subscription);
        }
    }
    let any = Intent::SetMaxLayer { publication: camera, layer: SpatialLayer::HIGHEST };
    assert!(commands(&harness.ask(2, any)).is_empty(), "the worker has nothing to hear");

    let heard = |harness: &mut Harness| {
        let decision =
            Decision { current: None, layer: None, target: None, limited_by: LimitingFactor::Preference };
        let subscription = subscription.expect("the camera flows");
        let event = Event::SubscriptionChanged { subscription, decision };
        let outputs = harness.event(switchyard_vocab::ids::WorkerId(0), event);
        match told(&outputs, 2)[..] {
            [Notice::SubscriptionChanged { decision, .. }] => decision.limited_by,
            ref other => panic!("{other:?}"),
        }
    };
    assert_eq!(heard(&mut harness), LimitingFactor::TokenCap);
    harness.ask(2, Intent::SetMaxLayer { publication: camera, layer: SpatialLayer(0) });
    assert_eq!(heard(&mut harness), LimitingFactor::Preference, "it asked for less than it may");
}

#[test]
fn whoever_is_hidden_is_seen_by_moderators_alone_and_publishes_nothing() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.reply(2, join_with("mod", granting(Grants { admin: true, ..Grants::default() })));

    let outputs = harness.ask(3, join_with("eve", granting(Grants { hidden: true, ..Grants::default() })));

    assert!(told(&outputs, 1).is_empty());
    assert!(matches!(told(&outputs, 2)[..], [Notice::ParticipantJoined(eve)] if eve.hidden));
    let Notice::Joined { participants, .. } = harness.join(4, "bob") else { panic!("bob joins") };
    assert!(participants.iter().all(|one| one.identity.as_str() != "eve"));
    let answer = harness.reply(3, Client::new(3).offer_both());
    assert_eq!(outcomes(&answer), [Err("not_permitted"), Err("not_permitted")]);

    let outputs = harness.ask(3, Intent::Leave);
    assert!(told(&outputs, 1).is_empty());
    assert!(matches!(told(&outputs, 2)[..], [Notice::ParticipantLeft { .. }]));
}

#[test]
fn each_quota_of_a_tenant_is_refused_with_its_own_code() {
    let quota = Quota { max_rooms: Some(1), max_participants: Some(2), max_bitrate: Some(4_000_000) };
    let quotas = BTreeMap::from([(Tenant::new("acme"), quota)]);
    let mut harness = Harness::with(ControlConfig { quotas, ..config() });
    harness.reply(1, join_with("ada", of_tenant("acme")));
    harness.reply(2, join_with("bob", of_tenant("acme")));

    assert_eq!(code(&harness.reply(3, join_with("eve", of_tenant("acme")))), "quota_reached");
    assert!(matches!(harness.reply(4, join_with("eve", of_tenant("other"))), Notice::Joined { .. }));

    harness.reply(1, Client::new(1).offer_both());
    assert_eq!(
        code(&harness.reply(2, Client::new(2).offer_both())),
        "quota_reached",
        "3.5 of 4 Mbit/s are taken"
    );
    harness.ask(1, Intent::Leave);
    assert!(matches!(harness.reply(2, Client::new(2).offer_both()), Notice::Answer { .. }));
}

#[test]
fn what_nothing_comes_of_uses_up_no_quota() {
    let quota = Quota { max_bitrate: Some(4_000_000), ..Quota::default() };
    let quotas = BTreeMap::from([(Tenant::new("acme"), quota)]);
    let mut harness = Harness::with(ControlConfig { quotas, ..config() });
    harness.reply(1, join_with("ada", of_tenant("acme")));
    harness.reply(2, join_with("bob", of_tenant("acme")));
    let Intent::Offer { sdp, tracks } = Client::new(1).offer(&[("0", "audio", "sendonly")]) else { panic!() };
    let unknown = sdp.replace("opus/48000/2", "what/48000/2").replace("G722/8000", "ever/8000");

    let refused = harness.reply(1, Intent::Offer { sdp: unknown, tracks });

    assert!(
        !matches!(&refused, Notice::Answer { publications, .. }
        if publications.iter().any(|one| one.outcome.is_ok())),
        "{refused:?}"
    );
    assert!(matches!(harness.reply(2, Client::new(2).offer_both()), Notice::Answer { .. }));
    assert_eq!(code(&harness.reply(1, Client::new(1).offer_both())), "quota_reached");
    harness.ask(2, Intent::Leave);
    assert!(matches!(harness.reply(1, Client::new(1).offer_both()), Notice::Answer { .. }));
}

#[test]
fn a_session_ends_with_its_pass_unless_it_showed_another() {
    let mut harness = Harness::new();
    let until = |harness: &Harness, seconds| Pass {
        expires_at: Some(harness.now + Duration::from_secs(seconds)),
        ..Pass::default()
    };
    harness.reply(1, join_with("ada", until(&harness, 60)));
    harness.reply(2, join_with("bob", until(&harness, 60)));
    let longer = until(&harness, 90);
    assert_eq!(harness.reply(2, Intent::Refresh(longer)), Notice::Done);

    let outputs = harness.pass(Duration::from_secs(60));
    assert_eq!(told(&outputs, 1), [&Notice::Ended(EndReason::TokenExpired)]);
    let outputs = harness.pass(Duration::from_secs(30));
    assert_eq!(told(&outputs, 2), [&Notice::Ended(EndReason::TokenExpired)]);
}

#[test]
fn a_change_of_grants_takes_effect_at_once() {
    let mut harness = Harness::new();
    let tracks = harness.join_and_publish(1, "ada");
    harness.join(2, "bob");

    let outputs = harness.ask(1, Intent::Refresh(granting(microphone_only())));

    assert!(matches!(told(&outputs, 1)[0], Notice::PermissionsChanged(_)));
    let Notice::PublicationRemoved { publication, why: Some(why), .. } = told(&outputs, 1)[1] else {
        panic!("{outputs:?}")
    };
    assert_eq!((*publication, why.code()), (tracks[1], "not_permitted"));
    assert!(matches!(told(&outputs, 2)[..], [Notice::PublicationRemoved { why: None, .. }]));
    assert!(
        matches!(commands(&outputs)[..], [Command::Receive { receiving, .. }] if receiving.sections.len() == 1)
    );

    let answer = harness.reply(1, Client::new(1).restarted().offer_both());
    assert!(matches!(outcomes(&answer)[..], [Ok(_), Err("not_permitted")]), "the microphone stays");
    harness.ask(1, Intent::Refresh(Pass::default()));
    let answer = harness.reply(1, Client::new(1).restarted().offer_both());
    assert!(matches!(outcomes(&answer)[..], [Ok(_), Ok(_)]), "what is granted again is published again");
}

#[test]
fn fewer_subscriptions_and_layers_take_effect_at_once_and_so_do_more() {
    let mut harness = Harness::new();
    harness.join_and_publish(1, "ada");
    harness.join(2, "bob");
    harness.answer(2);

    let one = Caps { max_subscriptions: Some(1), max_layer: Some(SpatialLayer(0)), ..Caps::default() };
    let outputs = harness.ask(2, Intent::Refresh(capping(one)));
    assert!(matches!(
        commands(&outputs)[..],
        [Command::Unsubscribe { .. }, Command::Prefer { preference, .. }] if preference.max_layer == SpatialLayer(0)
    ));

    harness.ask(2, Intent::Refresh(granting(Grants { subscribe: false, ..Grants::default() })));
    assert_eq!(harness.totals().subscriptions, 0);
    harness.ask(2, Intent::Refresh(Pass::default()));
    assert_eq!(harness.totals().subscriptions, 2, "it still wants everything");
}

#[test]
fn hiding_in_mid_call_is_leaving_for_the_others() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join_and_publish(2, "bob");

    let hidden = harness.ask(2, Intent::Refresh(granting(Grants { hidden: true, ..Grants::default() })));
    let shown = harness.ask(2, Intent::Refresh(Pass::default()));

    let [
        Notice::PublicationRemoved { .. },
        Notice::PublicationRemoved { .. },
        Notice::ParticipantLeft { .. },
    ] = told(&hidden, 1)[..]
    else {
        panic!("{hidden:?}")
    };
    assert!(matches!(told(&shown, 1)[..], [Notice::ParticipantJoined(bob)] if !bob.hidden));
}

#[test]
fn a_pass_of_another_tenant_is_refused_in_mid_call() {
    let mut harness = Harness::new();
    harness.reply(1, join_with("ada", of_tenant("acme")));

    assert_eq!(code(&harness.reply(1, Intent::Refresh(of_tenant("other")))), "token_for_other_room");
}

#[test]
fn a_revoked_token_is_out_at_once_and_stays_out() {
    let mut harness = Harness::new();
    let pass = |token: &str| Pass { token: Some(token.into()), ..of_tenant("acme") };
    harness.reply(1, join_with("ada", pass("t1")));
    harness.reply(2, join_with("bob", pass("t2")));

    let revoke = Act::Revoke {
        tenant: Tenant::new("acme"),
        revoked: Revoked::Token("t1".into()),
        lasts: Duration::from_secs(60),
    };
    assert_eq!(
        harness.control.handle_act(harness.now, revoke),
        Ok(Acted { ended: 1, changed: true, message: None })
    );
    let outputs = harness.drain();
    assert_eq!(told(&outputs, 1), [&Notice::Ended(EndReason::TokenRevoked)]);
    assert!(matches!(told(&outputs, 2)[..], [Notice::ParticipantLeft { .. }]));

    assert_eq!(code(&harness.reply(3, join_with("ada", pass("t1")))), "token_revoked");
    assert_eq!(code(&harness.reply(2, Intent::Refresh(pass("t1")))), "token_revoked");
    assert!(matches!(harness.reply(3, join_with("ada", pass("t3"))), Notice::Joined { .. }));
}

#[test]
fn a_revoked_identity_is_out_of_every_room_of_its_tenant_and_a_full_list_says_so() {
    let limits = Limits { revocations: 1, ..Limits::default() };
    let mut harness = Harness::with(ControlConfig { limits, ..config() });
    harness.reply(1, join_with("ada", of_tenant("acme")));
    harness.reply(2, join_with("ada", of_tenant("other")));
    let revoke = |harness: &mut Harness, identity: &str| {
        let revoked = Revoked::Identity(Identity::new(identity));
        let act = Act::Revoke { tenant: Tenant::new("acme"), revoked, lasts: Duration::MAX };
        harness.control.handle_act(harness.now, act)
    };

    assert_eq!(revoke(&mut harness, "ada"), Ok(Acted { ended: 1, changed: true, message: None }));
    assert_eq!(revoke(&mut harness, "bob").unwrap_err().code(), "limit_reached");
    assert!(
        !harness.drain().iter().any(|output| matches!(output, Output::Notice(told) if told.session.0 == 2))
    );
}

#[test]
fn a_cap_on_bitrate_that_no_longer_fits_the_quota_is_refused() {
    let quotas =
        BTreeMap::from([(Tenant::new(""), Quota { max_bitrate: Some(1_000_000), ..Quota::default() })]);
    let mut harness = Harness::with(ControlConfig { quotas, ..config() });
    let caps = |kbps| capping(Caps { max_bitrate: Some(Bitrate::kbps(kbps)), ..Caps::default() });
    harness.reply(1, join_with("ada", caps(500)));
    harness.reply(1, Client::new(1).offer_both());

    assert_eq!(code(&harness.reply(1, Intent::Refresh(caps(1_001)))), "quota_reached");
    assert_eq!(harness.reply(1, Intent::Refresh(caps(1_000))), Notice::Done);
}

#[test]
fn a_cap_on_bitrate_is_told_to_the_publisher_and_to_its_worker_also_when_it_changes() {
    let mut harness = Harness::new();
    let caps = |kbps| capping(Caps { max_bitrate: Some(Bitrate::kbps(kbps)), ..Caps::default() });
    harness.reply(1, join_with("ada", caps(1_128)));
    let shares = |outputs: &[Output]| {
        let receiving = commands(outputs).into_iter().find_map(|command| match command {
            Command::Receive { receiving, .. } => Some(receiving.clone()),
            _ => None,
        });
        let sections = receiving.expect("the worker hears").sections;
        sections.iter().map(|one| one.max_bitrate.map(|rate| rate.as_bps() / 1_000)).collect::<Vec<_>>()
    };

    let outputs = harness.ask(1, Client::new(1).offer_both());
    assert_eq!(shares(&outputs), [Some(128), Some(1_000)]);
    let Some(Notice::Answer { sdp, .. }) = told(&outputs, 1).last().copied() else { panic!("{outputs:?}") };
    assert!(sdp.contains("b=TIAS:850000\r\n") && sdp.contains("b=AS:850\r\n"), "{sdp}");
    assert_eq!(sdp.matches("b=").count(), 2, "only of the picture: {sdp}");

    let outputs = harness.ask(1, Intent::Refresh(caps(628)));
    assert_eq!(shares(&outputs), [Some(128), Some(500)]);
    let outputs = harness.ask(1, Intent::Refresh(Pass::default()));
    assert_eq!(shares(&outputs), [None, None]);
}
