//! The paths on which a peer proved that it knows our password, and what else it proved there.
//!
//! A check proves no more than the password, under a source address that can be made up. So what a
//! path is good for depends on what else came over it:
//!
//! - The path over which the peer *answered our handshake* is its own beyond doubt: whoever is not
//!   there has not read what it answers. While the peer is heard there, nobody else gets that address.
//! - On any other path nothing is beyond doubt, so it is lost to the latest check of another peer. A
//!   claim that was made up costs its true owner what it sends until its next check, which renews a true one.
//! - Once the line is open, media follows a nomination when something protected with the line's keys
//!   has come over that path as well: a check can be recorded and sent again from elsewhere, a protected
//!   packet is taken only once. Without that it moves only when the path it is on has fallen silent.
//! - Who has renewed its credentials has said over the signalling that it looks for another path. The first
//!   nomination with the new ones needs only that the path in use has been silent for half a second: no check
//!   with them was there to be recorded before.
//! - When nothing is heard on any path and something protected comes from another port of the same host,
//!   a NAT has forgotten its binding, of which the client knows nothing. The next check would tell, but
//!   browsers make one every 2.5 to 5 s: media moves at once. It does so too when a check that nominated
//!   nothing was the first to come from there.
//! - Chrome sends on the path it has turned to, and nominates it with its next check up to 2.5 s later. So
//!   something protected on a path that was checked moves media when nothing is heard on any other.

use std::time::{Duration, Instant};

use switchyard_vocab::datagram::Tuple;

/// Paths remembered per peer: a client with two networks and both IP versions uses four, a
/// rebinding NAT adds some. The worker keeps an address entry for each.
pub const MAX_TUPLES: usize = 8;

/// How long a path counts as in use after something authentic came over it: the longest pause between
/// two checks (RFC 7675 §5.1: 4 to 6 s). Shorter, and a peer that only listens lost its address in
/// between; longer, and whoever gets the address after it waits for nothing.
pub const IN_USE_FOR: Duration = Duration::from_secs(6);

/// Silence on the path in use after which a nomination alone moves media. A client that has moved sends
/// media or reports from there, most within a second; this is for one that has nothing to say. Chrome
/// checks every 2.5 s: not sooner, or a recorded check could turn a quiet listener's media away.
pub const NOMINATED_AFTER: Duration = Duration::from_secs(3);

/// Silence on the path in use after which any check moves media: the peer is evidently not there, and
/// whoever is has not asked for anything. Firefox checks every five seconds, hence not sooner.
pub const ABANDONED_AFTER: Duration = super::liveness::DISCONNECTED_AFTER;

/// Silence on all paths after which protected media from another port of the same host moves media there
/// at once. A NAT that forgot what it knew has left nothing to be heard elsewhere. A publisher sends
/// every 20 ms and a subscriber reports every 100 ms or so: shorter, and a packet that overtook others was
/// enough; longer, and the report that would show it may be missed, with the next a second away.
pub const REBOUND_AFTER: Duration = Duration::from_millis(100);

/// The same when the path leads to another host, which a check has shown to be the peer's, and when a check
/// with renewed credentials nominates a path. Longer than the pause of a network that merely stutters: whoever
/// holds up what comes on the true path could hand on copies from elsewhere and be sent to for as long; and who
/// renews without having moved listens on the old path until it has sent on the new one.
pub(super) const MOVED_AFTER: Duration = Duration::from_millis(500);

/// A small table of paths, most lately used last.
#[derive(Debug, Default)]
pub struct Tuples {
    known: Vec<Known>,
    selected: Option<Tuple>,
    /// Nominated, and to be selected once something protected comes over it.
    awaited: Option<Tuple>,
    is_open: bool,
    /// Where our handshake was sent to and answered.
    answered: Option<Tuple>,
    /// For how long nothing had come over the path in use when another took its place.
    pause: Duration,
}

#[derive(Debug)]
struct Known {
    tuple: Tuple,
    checked: Instant,
    /// When something came that only the owner of the line's keys can have made.
    keyed: Option<Instant>,
    /// Whether it was shown in another way that the peer is there: by the handshake, or the first nomination with
    /// renewed credentials.
    is_shown: bool,
}

impl Tuples {
    /// Whether the peer authenticated itself on this path.
    pub fn contains(&self, tuple: Tuple) -> bool {
        self.place(tuple).is_some()
    }

    /// Where in the table a path is, until the next check.
    pub fn place(&self, tuple: Tuple) -> Option<usize> {
        self.known.iter().position(|known| known.tuple == tuple)
    }

    /// The nominated path, if it is believed.
    pub const fn selected(&self) -> Option<Tuple> {
        self.selected
    }

    /// The path to send on: the nominated one, else the one used last.
    pub fn send_path(&self) -> Option<Tuple> {
        self.selected.or_else(|| self.known.last().map(|known| known.tuple))
    }

    /// For how long nothing had come over the path in use when it was last changed: what was sent there in that
    /// time is lost, in all likelihood.
    pub const fn pause(&self) -> Duration {
        self.pause
    }

    /// Whether this path is the peer's beyond doubt and in use.
    pub fn holds(&self, now: Instant, tuple: Tuple) -> bool {
        self.answered == Some(tuple)
            && self.known.iter().any(|known| known.tuple == tuple && known.is_in_use(now))
    }

    /// Whether a check on this path says that the peer still agrees to be sent to where it is sent to (RFC 7675 §5.1). Once
    /// the line is open it says so on the path in use alone, if anything has shown that the peer was there: on that path, or on
    /// another of the same host, to which a NAT may have given another port.
    pub(crate) fn is_consent(&self, tuple: Tuple) -> bool {
        let is_same_host = |known: &Known| known.tuple.remote.ip() == tuple.remote.ip();
        let is_shown = |known: &Known| known.is_shown || known.keyed.is_some();
        let mut shown = self.known.iter().filter(|known| is_shown(known));
        !self.is_open || self.send_path() == Some(tuple) && shown.any(is_same_host)
    }

    /// Whether a path could be the one in use, behind a NAT that gave it another port.
    pub(crate) fn may_be_rebound(&self, now: Instant, tuple: Tuple) -> bool {
        let is_same_host =
            |known: &Known| known.tuple.local == tuple.local && known.tuple.remote.ip() == tuple.remote.ip();
        let mut others = self.known.iter().filter(|known| known.tuple != tuple);
        others.any(is_same_host) && self.is_alone(now, tuple, REBOUND_AFTER)
    }

    /// Whether nothing was heard on any other path for so long.
    fn is_alone(&self, now: Instant, tuple: Tuple, silence: Duration) -> bool {
        let is_silent = |known: &Known| now.saturating_duration_since(known.heard()) >= silence;
        self.known.iter().filter(|known| known.tuple != tuple).all(is_silent)
    }

    /// Takes a path that [may be](Self::may_be_rebound) the one in use for it, because something protected
    /// came over it. The path that had to go for it.
    pub(crate) fn follow(&mut self, now: Instant, tuple: Tuple) -> Option<Tuple> {
        let touched = self.touch(now, tuple);
        if let Some(known) = self.known.last_mut() {
            known.keyed = Some(now);
        }
        self.select(now, tuple);
        match touched {
            Touched::Known => None,
            Touched::Added { evicted } => evicted,
        }
    }

    /// Notes an authenticated check on `tuple`.
    #[must_use]
    pub fn touch(&mut self, now: Instant, tuple: Tuple) -> Touched {
        if let Some(at) = self.place(tuple) {
            self.known[at].checked = now;
            self.known[at..].rotate_left(1);
            return Touched::Known;
        }
        let evicted = (self.known.len() >= MAX_TUPLES).then(|| self.evict()).flatten();
        self.known.push(Known { tuple, checked: now, keyed: None, is_shown: false });
        Touched::Added { evicted }
    }

    /// What an authenticated check on a known path means for the path to send on; tells whether it changed.
    ///
    /// Until the line is open a nomination is followed at once: nothing but the handshake goes there,
    /// and whoever does not get it cannot finish it.
    #[must_use]
    pub fn on_check(&mut self, now: Instant, tuple: Tuple, is_nominated: bool) -> bool {
        if !self.is_open {
            return is_nominated && self.select(now, tuple);
        }
        if is_nominated {
            self.awaited = (self.selected != Some(tuple)).then_some(tuple);
        }
        let needed = match (is_nominated, self.is_keyed(now, tuple)) {
            (true, true) => Duration::ZERO,
            (true, false) => NOMINATED_AFTER,
            (false, _) => ABANDONED_AFTER,
        };
        self.has_paused(now, needed) && self.select(now, tuple)
    }

    /// The same for the first nomination with renewed credentials.
    #[must_use]
    pub(crate) fn on_renewed(&mut self, now: Instant, tuple: Tuple) -> bool {
        let is_changed = if self.has_paused(now, MOVED_AFTER) {
            self.select(now, tuple)
        } else {
            self.on_check(now, tuple, true)
        };
        if self.selected == Some(tuple) {
            self.show(tuple);
        }
        is_changed
    }

    /// Notes something that was protected with the line's keys on the path in this place; tells whether
    /// the path to send on changed.
    #[must_use]
    pub fn on_keyed(&mut self, now: Instant, place: usize) -> bool {
        let Some(known) = self.known.get_mut(place) else { return false };
        known.keyed = Some(now);
        let tuple = known.tuple;
        if self.selected == Some(tuple) {
            return false;
        }
        let is_due = self.awaited == Some(tuple)
            || self.is_open && (self.may_be_rebound(now, tuple) || self.is_alone(now, tuple, MOVED_AFTER));
        is_due && self.select(now, tuple)
    }

    /// The line is open. `answered` is the only path that our handshake was sent to, if there is one:
    /// media begins there. Tells whether the path to send on changed.
    #[must_use]
    pub fn on_opened(&mut self, now: Instant, answered: Option<Tuple>) -> bool {
        self.is_open = true;
        self.answered = answered.filter(|&answered| self.contains(answered));
        let nominated = self.selected;
        let Some(path) = self.answered.or_else(|| self.send_path()) else { return false };
        self.show(path);
        let is_changed = self.select(now, path);
        self.awaited = nominated.filter(|&nominated| nominated != path);
        is_changed
    }

    fn show(&mut self, tuple: Tuple) {
        if let Some(known) = self.known.iter_mut().find(|known| known.tuple == tuple) {
            known.is_shown = true;
        }
    }

    fn select(&mut self, now: Instant, tuple: Tuple) -> bool {
        self.awaited = self.awaited.filter(|&awaited| awaited != tuple);
        if self.selected == Some(tuple) {
            return false;
        }
        self.pause = self.silence(now).unwrap_or_default();
        self.selected = Some(tuple);
        true
    }

    /// For how long nothing has come over the path in use, if there is one.
    fn silence(&self, now: Instant) -> Option<Duration> {
        let in_use = self.known.iter().find(|known| Some(known.tuple) == self.selected)?;
        Some(now.saturating_duration_since(in_use.heard()))
    }

    fn has_paused(&self, now: Instant, needed: Duration) -> bool {
        self.silence(now).is_none_or(|silence| silence >= needed)
    }

    fn is_keyed(&self, now: Instant, tuple: Tuple) -> bool {
        let keyed = self.known.iter().find(|known| known.tuple == tuple).and_then(|known| known.keyed);
        keyed.is_some_and(|keyed| now.saturating_duration_since(keyed) < IN_USE_FOR)
    }

    /// Removes the longest unused path that is not the selected one.
    fn evict(&mut self) -> Option<Tuple> {
        let at = self.known.iter().position(|known| Some(known.tuple) != self.selected)?;
        let evicted = self.known.remove(at).tuple;
        self.answered = self.answered.filter(|&answered| answered != evicted);
        self.awaited = self.awaited.filter(|&awaited| awaited != evicted);
        Some(evicted)
    }
}

impl Known {
    fn heard(&self) -> Instant {
        self.keyed.map_or(self.checked, |keyed| keyed.max(self.checked))
    }

    fn is_in_use(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.heard()) < IN_USE_FOR
    }
}

/// What using a path did to the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Touched {
    /// It was there.
    Known,
    /// It is new: a second network of the client, or a NAT that changed its mind.
    Added {
        /// The path that had to go for it.
        evicted: Option<Tuple>,
    },
}

#[cfg(test)]
mod tests;
