use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::*;

#[test]
fn every_workers_ufrag_leads_back_to_it() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);

    for number in 0..=255 {
        let credentials = issue_credentials(&mut rng, WorkerId(number));

        assert_eq!(worker_of(&credentials.ufrag), Some(WorkerId(number)));
        assert_eq!((credentials.ufrag.len(), credentials.pwd.len()), (UFRAG_LEN, PWD_LEN));
        assert!(credentials.pwd.bytes().all(|byte| ALPHABET.contains(&byte)));
    }
}

#[test]
fn credentials_differ_from_line_to_line() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);

    let (one, other) = (issue_credentials(&mut rng, WorkerId(0)), issue_credentials(&mut rng, WorkerId(0)));

    assert!(one.ufrag != other.ufrag && one.pwd != other.pwd);
}

#[test]
fn ufrags_of_strangers_lead_nowhere() {
    for ufrag in ["", "0", "00", "00short", "zz0123456789abcdef", "+10123456789abcdef", "ü0123456789abcdef"]
    {
        assert_eq!(worker_of(ufrag), None, "{ufrag}");
    }
}

#[test]
fn control_can_take_it_as_a_plain_function() {
    let issue: fn(&mut ChaCha20Rng, WorkerId) -> IceCredentials = issue_credentials;

    assert_eq!(worker_of(&issue(&mut ChaCha20Rng::seed_from_u64(2), WorkerId(7)).ufrag), Some(WorkerId(7)));
}
