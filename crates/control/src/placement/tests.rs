use super::*;

fn load(peers: usize, of_room: usize) -> WorkerLoad {
    WorkerLoad { peers, of_room }
}

#[test]
fn a_new_room_goes_to_the_emptiest_worker() {
    let loads = [load(3, 0), load(1, 0), load(1, 0)];

    assert_eq!(Placement::Affine.choose(&loads, 9), Some(WorkerId(1)));
}

#[test]
fn a_room_stays_together_while_its_worker_is_not_much_busier() {
    assert_eq!(Placement::Affine.choose(&[load(0, 0), load(64, 8)], 0), Some(WorkerId(1)));
    assert_eq!(Placement::Affine.choose(&[load(0, 0), load(65, 8)], 0), Some(WorkerId(0)));
}

#[test]
fn a_room_that_spilled_over_fills_the_emptier_of_its_workers() {
    let loads = [load(200, 200), load(150, 20), load(140, 0)];

    assert_eq!(Placement::Affine.choose(&loads, 0), Some(WorkerId(1)));
}

#[test]
fn spreading_takes_one_worker_after_the_other() {
    let loads = [load(0, 0), load(90, 0)];

    let chosen: Vec<_> = (0..4).filter_map(|turn| Placement::Spread.choose(&loads, turn)).collect();

    assert_eq!(chosen, [WorkerId(0), WorkerId(1), WorkerId(0), WorkerId(1)]);
}

#[test]
fn without_workers_there_is_no_place() {
    assert_eq!(Placement::Affine.choose(&[], 0), None);
    assert_eq!(Placement::Spread.choose(&[], 0), None);
}
