//! Session descriptions that nobody honest sends: a table of things done to offers of real clients, and some
//! written from nothing.

mod blows;
mod written;

use crate::sdp::OFFERS;

/// Names of [`OFFERS`], in their order.
const CLIENTS: [&str; 4] = ["chromium", "firefox", "safari", "library"];

/// What such a description deserves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// A refusal whose sentence holds these words: they name what is at fault.
    Refused(&'static str),
    /// An answer that can be read.
    Answered,
    /// Either, as long as it is one of them.
    Either,
}

/// A hostile description.
#[derive(Clone, Debug)]
pub struct Hostile {
    /// What was done, and to whose offer.
    pub name: String,
    /// The description; most are UTF-8.
    pub bytes: Vec<u8>,
    /// What it deserves.
    pub verdict: Verdict,
}

/// All of them: more than two hundred, the same ones every time.
pub fn hostile_descriptions() -> Vec<Hostile> {
    let done = blows::BLOWS.iter().flat_map(|(what, verdict, deal)| {
        CLIENTS.iter().zip(OFFERS).map(move |(client, offer)| Hostile {
            name: format!("{what} ({client})"),
            bytes: deal(offer).into_bytes(),
            verdict: *verdict,
        })
    });
    done.chain(written::all()).collect()
}
