//! Queries and answers: looking at what control holds, without changing it.

/// What somebody outside asks. Answers are values of the moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Query {
    /// How much there is.
    Totals,
}

/// The answer to a [`Query`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Answers [`Query::Totals`].
    Totals(Totals),
}

/// How much control holds, and what it has counted since start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Rooms that somebody is in.
    pub rooms: u64,
    /// Sessions, joined or about to join.
    pub sessions: u64,
    /// Peers opened and not yet ended.
    pub peers: u64,
    /// Publications.
    pub publications: u64,
    /// Subscriptions.
    pub subscriptions: u64,
    /// Joins that were let in.
    pub joins_accepted: u64,
    /// Joins that were refused.
    pub joins_refused: u64,
    /// Requests refused, of any kind.
    pub requests_refused: u64,
}
