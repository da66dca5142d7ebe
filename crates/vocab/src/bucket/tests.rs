use super::*;

const COST: Duration = Duration::from_millis(100);
const CAPACITY: Duration = Duration::from_millis(300);

/// Times of a bucket's test, in milliseconds from its beginning.
struct Clock(Instant);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "a test needs some beginning")]
    fn new() -> Self {
        Self(Instant::now())
    }

    fn takes(&self, bucket: &mut Bucket, milliseconds: u64) -> bool {
        bucket.try_take(self.0 + Duration::from_millis(milliseconds), COST, CAPACITY)
    }
}

#[test]
fn a_full_bucket_gives_all_it_holds_at_once_and_then_as_fast_as_it_fills() {
    let (clock, mut bucket) = (Clock::new(), Bucket::new());

    let mut given = Vec::new();
    for now in 0..500 {
        while clock.takes(&mut bucket, now) {
            given.push(now);
        }
    }

    assert_eq!(given, [0, 0, 0, 100, 200, 300, 400]);
}

#[test]
fn rest_never_fills_it_beyond_what_it_holds() {
    let (clock, mut bucket) = (Clock::new(), Bucket::new());
    clock.takes(&mut bucket, 0);

    assert_eq!((0..10).filter(|_| clock.takes(&mut bucket, 60_000)).count(), 3);
}

#[test]
fn what_is_not_there_is_not_taken() {
    let (clock, mut bucket) = (Clock::new(), Bucket::new());
    while clock.takes(&mut bucket, 0) {}

    let full = clock.0 + CAPACITY;
    assert!(!bucket.try_take(clock.0, COST, CAPACITY));
    assert_eq!(bucket.ready_at(clock.0, CAPACITY, CAPACITY), full);
    assert!(bucket.has(full, CAPACITY, CAPACITY));
}
