//! One numbering, checked as it comes in.

/// Numbers below the highest one that are remembered one by one. Whatever is older counts as a double:
/// on the networks this is for, nothing is overtaken by a thousand packets.
const WINDOW: u64 = 1024;

/// Numbers that should come once each, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequence {
    range: Option<Range>,
    unique: u64,
    duplicated: u64,
    reordered: u64,
}

#[derive(Clone, Debug)]
struct Range {
    first: u64,
    highest: u64,
    /// Bit `n % WINDOW` says whether number `n` was seen, for the last [`WINDOW`] numbers.
    seen: [u64; (WINDOW / 64) as usize],
}

/// What a number was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Entered {
    /// The first of all.
    First,
    /// Higher than all before.
    Newest,
    /// Lower than the highest, but new.
    Late,
    /// Seen before.
    Again,
}

impl Sequence {
    /// Enters a number.
    pub(crate) fn enter(&mut self, number: u64) -> Entered {
        let entered = match &mut self.range {
            None => {
                self.range = Some(Range::starting_at(number));
                Entered::First
            }
            Some(range) => range.enter(number),
        };
        match entered {
            Entered::First | Entered::Newest => self.unique += 1,
            Entered::Late => {
                self.unique += 1;
                self.reordered += 1;
            }
            Entered::Again => self.duplicated += 1,
        }
        entered
    }

    /// Numbers seen at least once.
    pub(crate) const fn unique(&self) -> u64 {
        self.unique
    }

    /// Numbers seen again.
    pub(crate) const fn duplicated(&self) -> u64 {
        self.duplicated
    }

    /// Numbers that came after a higher one.
    pub(crate) const fn reordered(&self) -> u64 {
        self.reordered
    }

    /// The highest number.
    pub(crate) fn highest(&self) -> Option<u64> {
        self.range.as_ref().map(|range| range.highest)
    }

    /// Numbers between the first and the highest that were never seen.
    pub(crate) fn lost(&self) -> u64 {
        let span = self.range.as_ref().map_or(0, |range| range.highest + 1 - range.first);
        span.saturating_sub(self.unique)
    }
}

impl Range {
    fn starting_at(number: u64) -> Self {
        let mut range = Self { first: number, highest: number, seen: [0; (WINDOW / 64) as usize] };
        range.mark(number);
        range
    }

    fn enter(&mut self, number: u64) -> Entered {
        if number > self.highest {
            if number - self.highest >= WINDOW {
                self.seen.fill(0);
            } else {
                (self.highest + 1..number).for_each(|skipped| self.clear(skipped));
            }
            self.highest = number;
            self.mark(number);
            return Entered::Newest;
        }
        if self.highest - number >= WINDOW || self.has(number) {
            return Entered::Again;
        }
        self.mark(number);
        self.first = self.first.min(number);
        Entered::Late
    }

    fn has(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        number >= self.first && self.seen.get(word).is_some_and(|word| word & bit != 0)
    }

    fn mark(&mut self, number: u64) {
        let (word, bit) = place(number);
        if let Some(word) = self.seen.get_mut(word) {
            *word |= bit;
        }
    }

    fn clear(&mut self, number: u64) {
        let (word, bit) = place(number);
        if let Some(word) = self.seen.get_mut(word) {
            *word &= !bit;
        }
    }
}

const fn place(number: u64) -> (usize, u64) {
    let index = number % WINDOW;
    ((index / 64) as usize, 1 << (index % 64))
}
