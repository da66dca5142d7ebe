//! Every hostile description is refused by what is wrong with it, or answered as if it were an honest one.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use switchyard_control::refusal::Refusal;
use switchyard_fuzz_targets::{Hostile, Verdict, hostile_descriptions, local, target};
use switchyard_sdp::{AnswerPolicy, RemoteDescription, answer};
use switchyard_vocab::ids::PublicationId;

/// The longest sentence for people, in bytes: what is quoted of a description is cut.
const LONGEST_SENTENCE: usize = 2_048;

/// Far more than any of them takes in a build that is not optimised.
const LONGEST: Duration = Duration::from_secs(2);

/// The text of the answer, or the refusal.
fn judge(text: &str) -> Result<String, Refusal> {
    let offer = RemoteDescription::parse(text)?;
    let answer =
        answer(&offer, &AnswerPolicy::default(), &local(), |section| PublicationId(section.index as u64))?;
    Ok(answer.sdp)
}

/// What is wrong with how a description was taken.
fn fault(hostile: &Hostile) -> Option<String> {
    let text = String::from_utf8_lossy(&hostile.bytes);
    let began = Instant::now();
    let judged = judge(&text);
    if began.elapsed() > LONGEST {
        return Some(format!("took {:?}", began.elapsed()));
    }
    let said = match &judged {
        Ok(sdp) => sdp.replace("\r\n", ""),
        Err(refusal) => refusal.to_string(),
    };
    if let Some(control) = said.chars().find(|c| c.is_control()) {
        return Some(format!("is answered with {control:?}: {said:?}"));
    }
    match (&judged, hostile.verdict) {
        (Err(_), _) if said.len() > LONGEST_SENTENCE => {
            Some(format!("gets {} bytes of sentence", said.len()))
        }
        (Err(_), Verdict::Answered) => Some(format!("is refused: {said}")),
        (Err(refusal), Verdict::Refused(words)) if !said.contains(words) => {
            Some(format!("is {}, and nothing says {words:?}: {said}", refusal.code()))
        }
        (Ok(_), Verdict::Refused(words)) => Some(format!("is answered, and should hear of {words:?}")),
        _ => None,
    }
}

#[test]
fn each_hostile_description_gets_a_sane_answer_or_a_sentence_that_names_what_is_at_fault() {
    let faults: Vec<_> = hostile_descriptions()
        .iter()
        .filter_map(|hostile| Some(format!("{} {}", hostile.name, fault(hostile)?)))
        .collect();

    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn there_are_two_hundred_hostile_descriptions_of_different_names() {
    let all = hostile_descriptions();

    assert!(all.len() >= 200, "{}", all.len());
    assert_eq!(all.iter().map(|hostile| &hostile.name).collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn whole_negotiations_with_hostile_descriptions_hold_every_claim_of_the_fuzz_targets() {
    for hostile in hostile_descriptions() {
        for name in ["sdp_offer", "trickle"] {
            target(name).expect("there is one").run(&hostile.bytes);
        }
    }
}
