use super::*;
use crate::testing::at;

const COST: Duration = Duration::from_millis(100);
const CAPACITY: Duration = Duration::from_millis(300);

fn takes(bucket: &mut Bucket, milliseconds: u64) -> bool {
    let has = bucket.has(at(milliseconds), COST, CAPACITY);
    if has {
        bucket.take(at(milliseconds), COST);
    }
    has
}

#[test]
fn a_full_bucket_gives_all_it_holds_at_once_and_then_as_fast_as_it_fills() {
    let mut bucket = Bucket::default();

    let mut given = Vec::new();
    for now in 0..500 {
        while takes(&mut bucket, now) {
            given.push(now);
        }
    }

    assert_eq!(given, [0, 0, 0, 100, 200, 300, 400]);
}

#[test]
fn rest_never_fills_it_beyond_what_it_holds() {
    let mut bucket = Bucket::default();
    takes(&mut bucket, 0);

    assert_eq!((0..10).filter(|_| takes(&mut bucket, 60_000)).count(), 3);
}
