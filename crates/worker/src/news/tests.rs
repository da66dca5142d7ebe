use switchyard_bus::event::Event;

use crate::testing::World;
use crate::testing::call::Call;

#[test]
fn a_lane_for_one_event_loses_only_steps_in_between() {
    let mut call = Call::in_world(World::with_event_lane(1, 1));
    let viewers: Vec<_> = (0..5).map(|_| call.join(0)).collect();
    call.run(2_000);

    let told = &call.world.desks[0].told;
    let opened = told.iter().filter(|event| matches!(event, Event::PeerOpened { .. })).count();
    assert_eq!(opened, 6);
    let layers = told.iter().rev().find_map(|event| match event {
        Event::PublicationChanged { publication, layers, .. }
            if *publication == call.video[0].publication =>
        {
            Some(layers.iter().filter(|layer| layer.live).count())
        }
        _ => None,
    });
    assert_eq!(layers, Some(3));
    for viewer in &viewers {
        let decision = told.iter().rev().find_map(|event| match event {
            Event::SubscriptionChanged { subscription, decision }
                if *subscription == viewer.video.subscription =>
            {
                Some(decision)
            }
            _ => None,
        });
        assert_eq!(decision.and_then(|decision| decision.current), decision.and_then(|it| it.target));
    }
    assert!(!call.world.tables(0).news);
}

#[test]
fn control_that_does_not_listen_holds_up_nobody_and_is_told_the_latest() {
    let mut call = Call::in_world(World::with_event_lane(1, 1));
    call.world.desks[0].is_deaf = true;
    let viewer = call.join(0);
    for layer in [0, 2, 1, 2, 0] {
        call.run(1_000);
        call.prefer(0, &viewer.video, layer);
    }
    call.run(1_500);
    call.assert_unharmed(&viewer);

    let turns = call.world.desks[0].turns;
    call.world.run(1_000);
    assert!(call.world.desks[0].turns - turns <= 1_100, "it does not spin while it waits");
    call.world.desks[0].is_deaf = false;
    call.run(100);

    let told = call.world.desks[0].told.iter();
    let decisions: Vec<_> = told
        .filter_map(|event| match event {
            Event::SubscriptionChanged { subscription, decision }
                if *subscription == viewer.video.subscription =>
            {
                Some(decision.current)
            }
            _ => None,
        })
        .collect();
    assert_eq!(decisions.last().copied().flatten().map(|encoding| encoding.0), Some(0));
    assert!(decisions.len() <= 2, "steps in between are left out: {decisions:?}");
}
