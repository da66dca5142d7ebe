//! Many who come at once, and few who come and go for long.

use std::collections::BTreeSet;
use std::time::Duration;

use switchyard_bus::command::Command;

use switchyard_vocab::ids::PublicationId;

use crate::driver::Output;
use crate::intent::Intent;
use crate::notice::Notice;
use crate::testing::description::Client;
use crate::testing::{Harness, published};

/// How many enter one room …
const CROWD: u64 = 100;

/// … and how long that takes them.
const ENTERING: Duration = Duration::from_secs(2);

/// How long a client takes to answer an offer.
const ANSWERING: Duration = Duration::from_millis(30);

/// A crowd, each with what it was offered.
struct Crowd {
    harness: Harness,
    /// Who has to answer, and when.
    due: Vec<(Duration, u64)>,
    elapsed: Duration,
    offers: Vec<usize>,
    /// Who is heard by each, in the order in which the worker was told.
    flowing: Vec<Vec<PublicationId>>,
    settled: Duration,
}

impl Crowd {
    fn handle(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Notice(told) => {
                    if let Notice::Offer { .. } = told.notice {
                        self.offers[told.session.0 as usize] += 1;
                        self.due.push((self.elapsed + ANSWERING, told.session.0));
                    }
                }
                Output::Command(_, Command::Subscribe(_)) => self.settled = self.elapsed,
                Output::Command(..) => {}
            }
        }
    }

    /// Lets a millisecond pass.
    fn step(&mut self) {
        self.elapsed += Duration::from_millis(1);
        let outputs = self.harness.pass(Duration::from_millis(1));
        self.handle(&outputs);
        let now = self.elapsed;
        let answering: Vec<_> = self.due.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, session) in answering {
            let outputs = self.harness.answer(session);
            let flowing = outputs.iter().filter_map(|output| match output {
                Output::Command(_, Command::Subscribe(subscribe)) => Some(subscribe.publication),
                _ => None,
            });
            self.flowing[session as usize].extend(flowing);
            self.handle(&outputs);
        }
    }
}

#[test]
fn a_hundred_who_enter_within_two_seconds_get_ten_offers_at_most_and_all_hear_all_in_five() {
    let mut crowd = Crowd {
        harness: Harness::new(),
        due: Vec::new(),
        elapsed: Duration::ZERO,
        offers: vec![0; CROWD as usize],
        flowing: vec![Vec::new(); CROWD as usize],
        settled: Duration::ZERO,
    };
    for session in 0..CROWD {
        while crowd.elapsed < ENTERING * session as u32 / CROWD as u32 {
            crowd.step();
        }
        let before = crowd.harness.log.len();
        crowd.harness.join(session, &format!("guest-{session}"));
        crowd.harness.reply(session, Client::new(session).offer(&[("0", "audio", "sendonly")]));
        let told = crowd.harness.log.split_off(before);
        crowd.handle(&told);
        crowd.harness.log.extend(told);
    }
    while crowd.elapsed < Duration::from_secs(5) {
        crowd.step();
    }

    let told_twice =
        crowd.flowing.iter().filter(|flowing| flowing.len() > BTreeSet::from_iter(*flowing).len());
    assert_eq!(told_twice.count(), 0, "a worker is told once who is to be heard");
    let most = crowd.offers.iter().max();
    assert!(most <= Some(&10), "{:?}", crowd.offers);
    assert!(crowd.flowing.iter().all(|flowing| flowing.len() == CROWD as usize - 1), "{:?}", crowd.flowing);
    assert!(crowd.settled < Duration::from_secs(3), "{:?}", crowd.settled);
}

#[test]
fn two_hundred_cycles_of_publishing_leave_every_offer_as_long_as_before() {
    let mut harness = Harness::new();
    harness.join(1, "ada");
    harness.join(2, "bob");
    let client = Client::new(1);
    let mut lengths = Vec::new();

    for _ in 0..200 {
        let camera = published(&harness.reply(1, client.offer(&[("0", "video", "sendonly")])));
        harness.pass(Duration::from_millis(500));
        lengths.push(harness.latest_offer(2).expect("the camera is offered").1.len());
        harness.answer(2);
        harness.ask(1, Intent::Unpublish { publication: camera[0] });
        harness.ask(1, client.offer(&[("0", "video", "inactive")]));
        harness.pass(Duration::from_millis(500));
        harness.answer(2);
    }

    // The numbers of streams and of versions in it have more digits or fewer.
    let (least, most) = (lengths.iter().min(), lengths.iter().max());
    assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 40), "{lengths:?}");
    let (_, sdp) = harness.latest_offer(2).expect("an offer");
    assert_eq!(sdp.matches("\r\nm=").count(), 1);
}
