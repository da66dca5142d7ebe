//! Status chunks: 16 bits that tell of many numbers whether they arrived (§3.1.2–3.1.4).

/// What is known of one number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Symbol {
    /// It did not arrive.
    Missing = 0,
    /// It arrived up to 63.75 ms after the one before it: one byte of delta.
    Small = 1,
    /// It arrived later than that, or earlier than the one before it: two bytes.
    Large = 2,
}

impl Symbol {
    const fn of(bits: u16) -> Option<Self> {
        match bits {
            0 => Some(Self::Missing),
            1 => Some(Self::Small),
            2 => Some(Self::Large),
            _ => None,
        }
    }

    /// Bytes of delta that belong to it.
    pub(super) const fn delta_len(self) -> usize {
        self as usize
    }
}

/// Longest run one chunk can tell: 13 bits.
const MAX_RUN: u16 = 0x1fff;
/// Symbols of one bit in one chunk.
const ONE_BIT_LEN: u16 = 14;
/// Symbols of two bits in one chunk.
const TWO_BIT_LEN: u16 = 7;

const VECTOR: u16 = 0x8000;
const TWO_BITS: u16 = 0x4000;

/// A chunk that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    word: u16,
    /// Symbols not taken yet.
    left: u16,
}

impl Chunk {
    pub(super) const fn new(word: u16) -> Self {
        let left = match (word & VECTOR != 0, word & TWO_BITS != 0) {
            (false, _) => word & MAX_RUN,
            (true, false) => ONE_BIT_LEN,
            (true, true) => TWO_BIT_LEN,
        };
        Self { word, left }
    }

    /// Symbols not taken yet.
    pub(super) const fn left(&self) -> u16 {
        self.left
    }

    /// Takes as many symbols as are known at once, at most `limit`: all of a run, one of a vector.
    /// `None` when none is left, or for the symbol that is reserved.
    pub(super) fn take(&mut self, limit: u16) -> Option<(Symbol, u16)> {
        let last = self.left.checked_sub(1)?;
        let (bits, count) = match (self.word & VECTOR != 0, self.word & TWO_BITS != 0) {
            (false, _) => ((self.word >> 13) & 3, self.left.min(limit)),
            (true, false) => ((self.word >> last) & 1, 1),
            (true, true) => ((self.word >> (2 * last)) & 3, 1),
        };
        self.left -= count;
        Symbol::of(bits).map(|symbol| (symbol, count))
    }
}

/// Packs symbols into as few chunks as can be known without looking ahead.
///
/// What waits always fits one chunk: a run, up to 14 symbols none of which is large, or up to 7.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packer {
    first: [Symbol; ONE_BIT_LEN as usize],
    len: u16,
    all_same: bool,
    has_large: bool,
}

impl Packer {
    pub(super) const fn new() -> Self {
        let first = [Symbol::Missing; ONE_BIT_LEN as usize];
        Self { first, len: 0, all_same: true, has_large: false }
    }

    /// Adds a symbol; returns the chunk that became complete by it, if one did.
    pub(super) fn push(&mut self, symbol: Symbol) -> Option<u16> {
        let complete = if self.takes(symbol) { None } else { self.pop() };
        self.add(symbol);
        complete
    }

    /// The chunk of what still waits. Only here may a vector have room left, at its end.
    pub(super) fn finish(&self) -> Option<u16> {
        match self.len {
            0 => None,
            _ if self.all_same => Some(self.run()),
            _ if self.has_large => Some(two_bit_vector(self.waiting())),
            _ => Some(one_bit_vector(self.waiting())),
        }
    }

    fn takes(&self, symbol: Symbol) -> bool {
        let continues_run = self.all_same && self.len < MAX_RUN && self.first[0] == symbol;
        let fits_one_bit = self.len < ONE_BIT_LEN && !self.has_large && symbol != Symbol::Large;
        self.len < TWO_BIT_LEN || continues_run || fits_one_bit
    }

    fn add(&mut self, symbol: Symbol) {
        if let Some(place) = self.first.get_mut(usize::from(self.len)) {
            *place = symbol;
        }
        self.all_same = self.len == 0 || (self.all_same && self.first[0] == symbol);
        self.has_large |= symbol == Symbol::Large;
        self.len += 1;
    }

    /// Takes out one full chunk. Only a vector of two bits may leave something waiting.
    fn pop(&mut self) -> Option<u16> {
        let waiting = *self;
        *self = Self::new();
        if waiting.all_same {
            return Some(waiting.run());
        }
        if waiting.len == ONE_BIT_LEN {
            return Some(one_bit_vector(waiting.waiting()));
        }
        let (now, later) = waiting.waiting().split_at_checked(usize::from(TWO_BIT_LEN))?;
        later.iter().for_each(|&symbol| self.add(symbol));
        Some(two_bit_vector(now))
    }

    const fn run(&self) -> u16 {
        ((self.first[0] as u16) << 13) | self.len
    }

    /// What waits, when it is no run.
    fn waiting(&self) -> &[Symbol] {
        self.first.get(..usize::from(self.len)).unwrap_or(&self.first)
    }
}

fn one_bit_vector(symbols: &[Symbol]) -> u16 {
    let places = (0..ONE_BIT_LEN).rev();
    symbols.iter().zip(places).fold(VECTOR, |bits, (&symbol, place)| bits | ((symbol as u16) << place))
}

fn two_bit_vector(symbols: &[Symbol]) -> u16 {
    let places = (0..TWO_BIT_LEN).rev();
    symbols
        .iter()
        .zip(places)
        .fold(VECTOR | TWO_BITS, |bits, (&symbol, place)| bits | ((symbol as u16) << (2 * place)))
}
