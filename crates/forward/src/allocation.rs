//! Who gets how much of what fits to one subscriber.
//!
//! ```text
//! what fits ─ sound ─► the smallest layer of each picture, by priority
//!                           │ what is left
//!                           ▼
//!                      a step for each in turn, until nobody's next step fits
//! ```
//!
//! Sound is never asked: it takes what it takes. A picture whose smallest layer does not fit pauses; only the
//! first one may overdraw a little, so that somebody is seen for as long as that does sound no harm. A step up has to fit with room to spare, a step down is taken
//! when what there is fits no more, so that a rate between two layers does not make them alternate.

use std::cmp::Reverse;

use switchyard_vocab::layer::{Layer, Layers, MAX_ENCODINGS, SpatialLayer};
use switchyard_vocab::units::Bitrate;

/// A step up has to leave this share of what fits unused. Less, and an estimate that trembles by a tenth
/// changes layers with every breath; more, and a layer that fits is not shown.
const HEADROOM: f64 = 0.1;

/// The smallest layer of the first picture may take so many times what sound leaves: an estimate is no more
/// than that, and a picture that jerks is better than none. More, and it only stands still while it is sent.
const OVERDRAFT: f64 = 1.5;

/// What a layer takes on the wire for each byte that was measured of it: networks add 44 bytes to a packet of
/// about 800 (IPv4, UDP, the tag of SRTP).
const ON_WIRE: f64 = 1.06;

/// What a layer of which nothing has been measured is taken for, in bits per second and pixel: 320×180 at
/// 150 kbit/s, 640×360 at 500, 1280×720 at 2 500 are what browsers send.
const BITS_PER_PIXEL: f64 = 2.5;

/// What one picture could have.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Live layers up to what is wanted, the smallest first, with their rates on the wire.
    steps: [Option<(SpatialLayer, Bitrate)>; MAX_ENCODINGS],
    /// What it was granted last.
    had: Grant,
    /// How important it is: greater goes first.
    priority: u8,
    /// Whether probes can show that more fits while nothing of it is sent. The first picture of which they can't
    /// never pauses: it would not be known when to go on.
    can_pause: bool,
}

impl Wish {
    /// What a publication offers up to `max`, by a subscriber that was granted `had` so far. Where even the
    /// smallest layer is larger than `max`, it is that or nothing.
    pub fn new(layers: &Layers, max: SpatialLayer, had: Grant, priority: u8) -> Self {
        let mut steps = [None; MAX_ENCODINGS];
        let live = || layers.iter().filter(|layer| layer.live);
        let smallest = live().next().map(|layer| layer.rank);
        let wanted = live().filter(|layer| layer.rank <= max || Some(layer.rank) == smallest);
        for (slot, layer) in steps.iter_mut().zip(wanted) {
            *slot = Some((layer.rank, rate_on_wire(layer)));
        }
        Self { steps, had, priority, can_pause: true }
    }

    /// The same, of a stream on which no probe can be filled.
    pub const fn without_padding(self) -> Self {
        Self { can_pause: false, ..self }
    }

    fn step(&self, place: usize) -> Option<(SpatialLayer, Bitrate)> {
        self.steps.get(place).copied().flatten()
    }

    /// What the step in this place costs more than the one below it.
    fn cost(&self, place: usize) -> Option<u64> {
        let (_, rate) = self.step(place)?;
        let below = place.checked_sub(1).and_then(|below| self.step(below));
        let saved = below.map_or(0, |(_, rate)| rate.as_bps());
        Some(rate.as_bps().saturating_sub(saved))
    }

    /// Whether it was granted the step in this place.
    fn had_step(&self, place: usize) -> bool {
        self.step(place).is_some_and(|(rank, _)| matches!(self.had, Grant::UpTo(had) if rank <= had))
    }
}

/// What one picture may have.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Grant {
    /// Layers up to this one.
    UpTo(SpatialLayer),
    /// Nothing for now.
    #[default]
    Pause,
}

/// What was decided for all pictures of one subscriber.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Allocation {
    /// One for each wish, in their order.
    pub grants: Vec<Grant>,
    /// What all that was granted takes, sound included.
    pub spent: Bitrate,
    /// Somebody has less than before.
    pub has_lowered: bool,
    /// What would have to fit for the next step of whoever is the first that has less than it wants; `None`
    /// when all have all.
    pub need: Option<Bitrate>,
}

/// What there is to divide.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// What fits in all.
    pub fits: Bitrate,
    /// What sound takes of it.
    pub sound: Bitrate,
    /// Whether anybody may get more than before.
    pub may_raise: bool,
}

/// Divides what fits.
pub fn allocate(budget: Budget, wishes: &[Wish]) -> Allocation {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|&place| Reverse(wishes[place].priority));
    let mut division = Division {
        wishes,
        fits: budget.fits.as_bps(),
        may_raise: budget.may_raise,
        spent: budget.sound.as_bps(),
        taken: vec![0; wishes.len()],
    };
    for (turn, &place) in order.iter().enumerate() {
        division.raise(place, turn == 0);
    }
    while order
        .iter()
        .fold(false, |any, &place| (division.taken[place] > 0 && division.raise(place, false)) | any)
    {}
    division.finish(&order)
}

/// A division under way.
struct Division<'a> {
    wishes: &'a [Wish],
    fits: u64,
    may_raise: bool,
    spent: u64,
    /// How many steps each has.
    taken: Vec<usize>,
}

impl Division<'_> {
    /// Takes the next step of one picture if it fits, or nearly fits where it `may_overdraw`. Whether it was taken.
    fn raise(&mut self, place: usize, may_overdraw: bool) -> bool {
        let wish = &self.wishes[place];
        let Some(cost) = wish.cost(self.taken[place]) else { return false };
        let has_it = wish.had_step(self.taken[place]);
        let limit = if has_it { self.fits } else { below_headroom(self.fits) };
        let left = limit.saturating_sub(self.spent) as f64 * if may_overdraw { OVERDRAFT } else { 1.0 };
        let never_pauses = may_overdraw && !wish.can_pause;
        let goes = never_pauses || (has_it || self.may_raise) && cost as f64 <= left;
        if goes {
            self.taken[place] += 1;
            self.spent += cost;
        }
        goes
    }

    fn finish(self, order: &[usize]) -> Allocation {
        let next = order.iter().find_map(|&place| self.wishes[place].cost(self.taken[place]));
        let need = next.map(|cost| Bitrate::bps(((self.spent + cost) as f64 / (1.0 - HEADROOM)) as u64));
        let last = |(wish, &taken): (&Wish, &usize)| {
            match taken.checked_sub(1).and_then(|last| wish.step(last)) {
                Some((rank, _)) => Grant::UpTo(rank),
                // Whatever begins to be sent is welcome until it is known what it takes.
                None if wish.step(0).is_none() => Grant::UpTo(SpatialLayer::HIGHEST),
                None => Grant::Pause,
            }
        };
        let grants = self.wishes.iter().zip(&self.taken).map(last).collect();
        let has_lowered = self.wishes.iter().zip(&self.taken).any(|(wish, &taken)| wish.had_step(taken));
        Allocation { grants, spent: Bitrate::bps(self.spent), has_lowered, need }
    }
}

/// What a layer takes on the wire, as far as can be told.
fn rate_on_wire(layer: &Layer) -> Bitrate {
    let measured = layer.bitrate.as_bps() as f64;
    let guessed = || layer.size.map_or(0.0, |size| f64::from(size.area()) * BITS_PER_PIXEL);
    let rate = if measured > 0.0 { measured } else { guessed() };
    Bitrate::bps((rate * ON_WIRE) as u64)
}

fn below_headroom(fits: u64) -> u64 {
    (fits as f64 * (1.0 - HEADROOM)) as u64
}

#[cfg(test)]
mod tests;
