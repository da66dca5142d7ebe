use std::time::Duration;

use switchyard_vocab::ids::{Identity, PublicationId};

use super::*;
use crate::intent::Connection;

#[test]
fn a_refusal_is_about_the_part_of_the_intent_that_says_it() {
    let publication = PublicationId(7);
    let message =
        Intent::Message { text: "hello".into(), to: Some(Identity::new("eve")), at: Duration::ZERO };
    let kick = Intent::Kick { identity: Identity::new("eve"), message: None, ban: None };
    let offer = Intent::Offer { sdp: String::new(), tracks: Vec::new() };
    let candidate = Intent::Candidate { connection: Connection::Publish, candidate: "x".into() };
    let absent = || Refusal::UnknownParticipant("eve".into());
    let long = || Refusal::MessageTooLong { bytes: 2, limit: 1 };
    let unreadable = || Refusal::BadDescription("x".into());
    let about = |intent: &Intent, refusal: Refusal| Parts::of(intent).at_fault(&refusal);

    assert_eq!(about(&message, absent()), Some("to"));
    assert_eq!(about(&message, long()), Some("text"));
    assert_eq!(about(&kick, absent()), Some("identity"));
    assert_eq!(about(&kick, long()), Some("message"));
    assert_eq!(about(&offer, unreadable()), Some("sdp"));
    assert_eq!(about(&offer, Refusal::UnknownPublication(7)), Some("tracks"));
    assert_eq!(about(&candidate, unreadable()), Some("candidate"));
    assert_eq!(
        about(&Intent::Unpublish { publication }, Refusal::UnknownPublication(7)),
        Some("publication")
    );
    assert_eq!(about(&offer, Refusal::Overloaded), None);
}
