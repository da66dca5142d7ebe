//! The two conversations: we answer an offer; we offer and read the answer.

pub(crate) mod accept;
pub(crate) mod answer;
pub(crate) mod offer;
