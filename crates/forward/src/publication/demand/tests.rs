use super::*;

fn set(encodings: &[u8]) -> EncodingSet {
    let mut set = EncodingSet::NONE;
    encodings.iter().for_each(|&encoding| set.insert(EncodingIndex(encoding)));
    set
}

#[test]
fn a_packet_crosses_only_to_workers_that_want_its_encoding() {
    let mut demands = Demands::default();
    demands.set_local(set(&[0]));
    demands.set_worker(WorkerId(1), set(&[2]));
    demands.set_worker(WorkerId(2), set(&[1, 2]));
    demands.set_worker(WorkerId(1), set(&[1]));

    assert_eq!(demands.total(), set(&[0, 1, 2]));
    assert_eq!(demands.workers(EncodingIndex(2)).collect::<Vec<_>>(), [WorkerId(2)]);

    demands.set_worker(WorkerId(2), EncodingSet::NONE);
    assert_eq!(demands.all_workers().collect::<Vec<_>>(), [WorkerId(1)]);
}

#[test]
fn demand_goes_up_once_per_change_and_keyframes_until_they_went() {
    let mut upstream = Upstream::new(PublicationId(4));
    upstream.set(set(&[1]));
    assert!(upstream.poll().is_some());
    upstream.sent();
    assert_eq!(upstream.poll(), None);

    upstream.want_keyframe(EncodingIndex(1));
    upstream.set(set(&[1, 2]));
    let demand = upstream.poll().unwrap();

    assert_eq!((demand.encodings, demand.keyframes), (set(&[1, 2]), set(&[1])));
    assert_eq!(upstream.poll(), Some(demand), "until the lane took it");
}
