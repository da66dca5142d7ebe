use super::*;
use crate::wake::Flag;
use switchyard_vocab::demand::EncodingSet;
use switchyard_vocab::ids::PublicationId;

#[test]
fn every_worker_reaches_every_other_and_nobody_itself() {
    let wakes: Vec<Arc<dyn Wake>> = (0..3).map(|_| Arc::new(Flag::default()) as Arc<dyn Wake>).collect();

    let links = mesh(&wakes);

    for (worker, links) in links.iter().enumerate() {
        let others: Vec<_> = links.iter().map(|link| link.other.index()).collect();
        let expected: Vec<_> = (0..3).filter(|&other| other != worker).collect();
        assert_eq!(others, expected);
    }
}

#[test]
fn what_one_worker_demands_arrives_at_the_other_and_wakes_it() {
    let flags = [Arc::new(Flag::default()), Arc::new(Flag::default())];
    let wakes: Vec<Arc<dyn Wake>> = flags.iter().map(|flag| flag.clone() as Arc<dyn Wake>).collect();
    let mut links = mesh(&wakes);
    let demand = Demand {
        publication: PublicationId(1),
        encodings: EncodingSet::default(),
        keyframes: EncodingSet::default(),
    };

    links[0][0].demand_out.send(demand).unwrap();
    links[0][0].demand_out.flush();

    assert!(flags[1].take() && !flags[0].take());
    assert_eq!(links[1][0].demand_in.recv(), Some(demand));
}
