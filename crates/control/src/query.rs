//! Queries and answers: looking at what control holds, without changing it.

pub use switchyard_vocab::counters::ControlTotals;

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
    Totals(ControlTotals),
}
