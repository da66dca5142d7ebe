//! What fuzzers feed: one function of bytes per parser that strangers or participants reach.
//!
//! Each [`Target`] takes any bytes, plays them against the real thing and claims more than that nothing
//! panics: what is written can be read again, what is not signed is not believed, what is counted is bounded.
//! `tests/fuzz` gives the targets to a fuzzer that is guided by coverage; the tests of this crate feed them
//! their seeds and a bounded number of mutations, the same in every run.
//!
//! ```
//! let target = switchyard_fuzz_targets::target("stun").expect("there is one");
//!
//! target.run(b"any bytes at all");
//! ```
#![forbid(unsafe_code)]

mod control;
mod descriptor;
mod dtls;
mod hostile;
mod http;
mod ice;
mod input;
mod mutation;
mod native;
mod payload;
mod rtcp;
mod rtp;
mod sdp;
mod srtp;
mod stun;
mod token;

use std::path::Path;

pub use hostile::{Hostile, Verdict, hostile_descriptions};
pub use mutation::exercise;
pub use sdp::local;
pub use token::wrong_tokens;

/// One thing to be fed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its binary and of its folder of seeds.
    pub name: &'static str,
    body: fn(&[u8]),
    written: fn() -> Vec<Vec<u8>>,
}

/// Every target, the most exposed ones first.
pub const TARGETS: [Target; 15] = [
    Target { name: "stun", body: stun::run, written: stun::seeds },
    Target { name: "ice", body: ice::run, written: ice::seeds },
    Target { name: "dtls", body: dtls::run, written: dtls::seeds },
    Target { name: "token", body: token::run, written: token::seeds },
    Target { name: "http", body: http::run, written: http::seeds },
    Target { name: "sdp_offer", body: sdp::offer, written: sdp::offer_seeds },
    Target { name: "sdp_answer", body: sdp::answers, written: sdp::answer_seeds },
    Target { name: "trickle", body: sdp::trickle, written: sdp::trickle_seeds },
    Target { name: "native", body: native::run, written: native::seeds },
    Target { name: "control", body: control::run, written: control::seeds },
    Target { name: "srtp", body: srtp::run, written: srtp::seeds },
    Target { name: "rtp", body: rtp::run, written: rtp::seeds },
    Target { name: "rtcp", body: rtcp::run, written: rtcp::seeds },
    Target { name: "payload", body: payload::run, written: payload::seeds },
    Target { name: "dependency_descriptor", body: descriptor::run, written: descriptor::seeds },
];

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

impl Target {
    /// Feeds it.
    ///
    /// # Panics
    ///
    /// When one of its claims does not hold: that is a finding.
    pub fn run(&self, bytes: &[u8]) {
        (self.body)(bytes);
    }

    /// What to begin with: what our writers and real clients make, and every finding there was, kept as a file in
    /// `tests/fuzz/findings`.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        let findings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../findings").join(self.name);
        let mut paths: Vec<_> = std::fs::read_dir(findings)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        paths.sort();
        let kept = paths.iter().filter_map(|path| std::fs::read(path).ok());
        (self.written)().into_iter().chain(kept).collect()
    }
}
