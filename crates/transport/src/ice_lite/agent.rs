//! The agent: what a Binding request is answered with, and what it changes.

use std::time::{Duration, Instant};

use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::line::IceCredentials;
use switchyard_wire::stun::{
    BindingRequest, ErrorReason, Key, MAX_RESPONSE_LEN, Role, write_error, write_success,
};

use super::liveness::Liveness;
use super::transactions::{Seen, Transactions};
use super::tuples::{Touched, Tuples};

/// How long the old credentials are answered after a restart that does not complete. A client that
/// renews its path does so within a few seconds; one that has not after this will not, and whatever
/// reads its old password must not be let in for ever.
pub const OLD_CREDENTIALS_LAST: Duration = Duration::from_secs(20);

/// What became of a request. Either way an answer was written, for the path it came on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StunOutcome {
    /// The peer proved itself and was told so.
    Answered,
    /// An error was the answer; the request changed nothing. The reason is for counting.
    Refused(DropReason),
}

/// What an answered request changed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Checked {
    /// The path is new.
    pub added: Option<Tuple>,
    /// The path that had to go for it.
    pub forgotten: Option<Tuple>,
    /// The path to send on from now on.
    pub selected: Option<Tuple>,
    /// The credentials from before a restart are answered no more.
    pub dropped_credentials: bool,
}

/// The controlled, lite side of one ICE session.
pub struct IceLite {
    current: Generation,
    /// Credentials from before a restart: answered until the new ones carry a nomination, or until then.
    previous: Option<(Generation, Instant)>,
    tuples: Tuples,
    liveness: Liveness,
    transactions: Transactions,
}

/// One pair of credentials.
struct Generation {
    local: IceCredentials,
    key: Key,
    /// Unknown until the peer's description arrived; its checks may be faster.
    remote_ufrag: Option<String>,
    /// The highest NOMINATION value so far, when the peer uses renomination.
    nomination: Option<u32>,
}

impl IceLite {
    /// Ready to answer checks that are made with `local`.
    pub fn new(now: Instant, local: IceCredentials) -> Self {
        Self {
            current: Generation::new(local),
            previous: None,
            tuples: Tuples::default(),
            liveness: Liveness::new(now),
            transactions: Transactions::default(),
        }
    }

    /// The peer's description arrived: from now on its ufrag has to be right as well.
    pub fn set_remote(&mut self, remote: &IceCredentials) {
        self.current.remote_ufrag = Some(remote.ufrag.clone());
    }

    /// New credentials (RFC 8445 §9). Paths stay, and the old credentials are answered, until a
    /// request with the new ones is nominated, for [`OLD_CREDENTIALS_LAST`] at most. Of several restarts
    /// in a row that did not complete, those from before the first are the old ones.
    ///
    /// Called again with the same `local` it only fills in the peer's half.
    pub fn restart(&mut self, now: Instant, local: IceCredentials, remote: Option<&IceCredentials>) {
        if self.current.local != local {
            let replaced = std::mem::replace(&mut self.current, Generation::new(local));
            let old = self.previous.take().map_or(replaced, |(old, _)| old);
            self.previous = Some((old, now + OLD_CREDENTIALS_LAST));
            self.liveness.on_restart(now);
        }
        if let Some(remote) = remote {
            self.set_remote(remote);
        }
    }

    /// Answers one request that names one of our ufrags; the answer is appended to `out`.
    ///
    /// An error means silence: the request is for somebody else, or one that was taken before came again
    /// from another address. One that comes again from where it came from, because its answer was lost, is
    /// answered again and changes nothing.
    pub fn handle_binding_request(
        &mut self,
        now: Instant,
        tuple: Tuple,
        request: &BindingRequest<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(StunOutcome, Checked), DropReason> {
        let server_ufrag = request.server_ufrag().ok_or(DropReason::UnknownUfrag)?;
        let is_current = self.current.local.ufrag == server_ufrag;
        let generation = if is_current {
            &mut self.current
        } else {
            let previous = self.previous.as_mut().filter(|(_, until)| now < *until).map(|(old, _)| old);
            previous.filter(|old| old.local.ufrag == server_ufrag).ok_or(DropReason::UnknownUfrag)?
        };
        if let Err(refusal) = generation.judge(request) {
            return Ok((refuse(request, &refusal, &generation.key, out), Checked::default()));
        }
        let seen = self.transactions.note(request.transaction(), tuple);
        if seen == Seen::Elsewhere {
            return Err(DropReason::StunReplayed);
        }
        let is_nominated = generation.is_nominated(request);
        append(out, |room| write_success(room, request.transaction(), tuple.remote, &generation.key).ok());
        if seen == Seen::Here {
            return Ok((StunOutcome::Answered, Checked::default()));
        }

        let dropped_credentials = is_nominated && is_current && self.previous.take().is_some();
        let mut checked = Checked { dropped_credentials, ..self.touch(now, tuple) };
        let is_selected = match dropped_credentials {
            true => self.tuples.on_renewed(now, tuple),
            false => self.tuples.on_check(now, tuple, is_nominated),
        };
        checked.selected = is_selected.then_some(tuple);
        self.liveness.on_check(now, self.tuples.is_consent(tuple));
        Ok((StunOutcome::Answered, checked))
    }

    fn touch(&mut self, now: Instant, tuple: Tuple) -> Checked {
        match self.tuples.touch(now, tuple) {
            Touched::Known => Checked::default(),
            Touched::Added { evicted } => {
                Checked { added: Some(tuple), forgotten: evicted, ..Checked::default() }
            }
        }
    }

    /// Opens a path without a check, for lines that are opened with given keys.
    pub fn assume(&mut self, now: Instant, tuple: Tuple) -> Checked {
        self.liveness.on_check(now, true);
        let mut checked = self.touch(now, tuple);
        checked.selected = self.tuples.on_check(now, tuple, true).then_some(tuple);
        checked
    }

    /// Whether `ufrag` is one of ours that is still answered.
    pub fn answers(&self, ufrag: &str) -> bool {
        self.ufrags().any(|ours| ours == ufrag)
    }

    /// Our ufrags that are still answered, the newest first: what the worker finds the line by.
    pub fn ufrags(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.current)
            .chain(self.previous.iter().map(|(old, _)| old))
            .map(|generation| generation.local.ufrag.as_str())
    }

    /// Lets time pass. Whether the credentials from before a restart were dropped.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        self.previous.take_if(|(_, until)| now >= *until).is_some()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.previous.as_ref().map(|(_, until)| *until)
    }

    /// The paths.
    pub const fn tuples(&self) -> &Tuples {
        &self.tuples
    }

    /// The clocks.
    pub const fn liveness(&self) -> &Liveness {
        &self.liveness
    }

    /// From now on the peer can be expected to check.
    pub fn expect_checks(&mut self, now: Instant) {
        self.liveness.on_restart(now);
    }

    /// Authenticated media came, on the path in this [place](Tuples::place). The path to send on, if
    /// that changes it.
    pub fn on_media(&mut self, now: Instant, place: usize) -> Option<Tuple> {
        self.liveness.on_media(now);
        let is_changed = self.tuples.on_keyed(now, place);
        self.tuples.selected().filter(|_| is_changed)
    }

    /// Something of the peer's came over a path that no check proved, and shows that the peer is there.
    pub(crate) fn follow(&mut self, now: Instant, tuple: Tuple) -> Checked {
        let forgotten = self.tuples.follow(now, tuple);
        Checked { added: Some(tuple), forgotten, selected: Some(tuple), dropped_credentials: false }
    }

    /// The line is open; `answered` is the only path that our handshake was sent to. The path to send
    /// on, if that changes it.
    pub fn on_opened(&mut self, now: Instant, answered: Option<Tuple>) -> Option<Tuple> {
        let is_changed = self.tuples.on_opened(now, answered);
        self.tuples.selected().filter(|_| is_changed)
    }
}

/// Why a request is refused, and what for it is counted.
struct Refusal<'r> {
    reason: ErrorReason<'r>,
    counted: DropReason,
    /// Errors before authentication must not be signed (RFC 8489 §9.1.3).
    is_signed: bool,
}

impl Generation {
    fn new(local: IceCredentials) -> Self {
        Self { key: Key::new(&local.pwd), local, remote_ufrag: None, nomination: None }
    }

    /// RFC 8489 §9.1.3, §6.3.1 and RFC 8445 §7.3.1.1, in that order.
    fn judge<'r>(&self, request: &'r BindingRequest<'_>) -> Result<(), Refusal<'r>> {
        if !request.has_integrity() {
            return Err(Refusal::unsigned(ErrorReason::BadRequest, DropReason::MalformedStun));
        }
        let is_from_peer =
            self.remote_ufrag.is_none() || request.client_ufrag() == self.remote_ufrag.as_deref();
        if !is_from_peer || !request.verify(&self.key) {
            return Err(Refusal::unsigned(ErrorReason::Unauthorized, DropReason::StunUnauthentic));
        }
        if !request.unknown().is_empty() {
            let reason = ErrorReason::UnknownAttributes(request.unknown().as_slice());
            return Err(Refusal { reason, counted: DropReason::MalformedStun, is_signed: true });
        }
        // We are always controlled: a peer that believes to be so as well has to change its mind.
        if let Some(Role::Controlled(_)) = request.role() {
            let reason = ErrorReason::RoleConflict;
            return Err(Refusal { reason, counted: DropReason::StunUnexpected, is_signed: true });
        }
        Ok(())
    }

    /// Whether the peer wants this path. A NOMINATION value counts unless a higher one came before.
    fn is_nominated(&mut self, request: &BindingRequest<'_>) -> bool {
        match request.nomination().filter(|&value| value > 0) {
            Some(value) if self.nomination.is_some_and(|highest| value < highest) => false,
            Some(value) => {
                self.nomination = Some(value);
                true
            }
            None => request.use_candidate(),
        }
    }
}

impl<'r> Refusal<'r> {
    const fn unsigned(reason: ErrorReason<'r>, counted: DropReason) -> Self {
        Self { reason, counted, is_signed: false }
    }
}

fn refuse(request: &BindingRequest<'_>, refusal: &Refusal<'_>, key: &Key, out: &mut Vec<u8>) -> StunOutcome {
    let key = refusal.is_signed.then_some(key);
    append(out, |room| write_error(room, request.transaction(), refusal.reason, key).ok());
    StunOutcome::Refused(refusal.counted)
}

fn append(out: &mut Vec<u8>, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
    let start = out.len();
    out.resize(start + MAX_RESPONSE_LEN, 0);
    let written = write(&mut out[start..]);
    debug_assert!(written.is_some(), "the room is made for the longest answer");
    out.truncate(start + written.unwrap_or(0));
}

#[cfg(test)]
mod tests;
