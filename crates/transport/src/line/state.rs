//! The state machine, and everything but media.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::line::{DtlsRole, IceCredentials, RemoteLine};
use switchyard_wire::stun::BindingRequest;

use super::event::LineEvent;
use super::flights::Flights;
use crate::dtls::{Certificate, Drained, DtlsVersions, EarlyRecords, HANDSHAKE_TIMEOUT, Handshake};
use crate::ice_lite::{Checked, IceLite, StunOutcome, Verdict};
use crate::srtp::{Inbound, Outbound, SrtpKeys};

/// What a line is made with.
#[derive(Clone, Debug)]
pub struct LineConfig {
    /// Our credentials; see [`issue_credentials`](crate::ice_lite::issue_credentials).
    pub local: IceCredentials,
    /// Our certificate: one for all lines.
    pub certificate: Arc<Certificate>,
    /// Which versions of DTLS are spoken.
    pub dtls: DtlsVersions,
}

/// How far a line is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineState {
    /// The peer's description is not known. Checks are answered.
    New,
    /// No check came yet.
    Checking,
    /// The peer is reachable.
    Handshaking,
    /// Media flows.
    Open,
    /// Over.
    Closed,
}

/// One peer's line. See the [module page](super).
pub struct Line {
    config: LineConfig,
    created: Instant,
    pub(super) ice: IceLite,
    remote: Option<RemoteLine>,
    pub(super) stage: Stage,
    /// Outlives its stage, because records may still wait for being sent.
    handshake: Option<Box<Handshake>>,
    flights: Flights,
    early: EarlyRecords,
    is_disconnected: bool,
    pub(super) events: VecDeque<LineEvent>,
}

/// What exists only in some states.
pub(super) enum Stage {
    New,
    Checking,
    Handshaking { since: Instant },
    Open(Box<Media>),
    Closed,
}

/// The contexts of both directions.
pub(super) struct Media {
    pub(super) inbound: Inbound,
    pub(super) outbound: Outbound,
}

impl Line {
    /// A line that answers checks and waits for the peer's description.
    pub fn new(now: Instant, config: LineConfig) -> Self {
        Self {
            ice: IceLite::new(now, config.local.clone()),
            config,
            created: now,
            remote: None,
            stage: Stage::New,
            handshake: None,
            flights: Flights::default(),
            early: EarlyRecords::default(),
            is_disconnected: false,
            events: VecDeque::new(),
        }
    }

    /// The peer's description arrived. Records that came before it are replayed.
    pub fn connect(&mut self, now: Instant, remote: RemoteLine) {
        if !matches!(self.stage, Stage::New) {
            return;
        }
        self.ice.set_remote(&remote.ice);
        self.remote = Some(remote);
        self.stage = Stage::Checking;
        if self.ice.liveness().is_checked() {
            self.start_handshake(now);
        } else {
            self.ice.expect_checks(now);
        }
    }

    /// New credentials on both sides; the handshake, keys and all counters stay (RFC 8445 §9).
    ///
    /// Called with the same `local` again it fills in the peer's half.
    pub fn restart_ice(&mut self, now: Instant, local: IceCredentials, remote: Option<&IceCredentials>) {
        if !matches!(self.stage, Stage::Closed) {
            self.ice.restart(now, local, remote);
        }
    }

    /// Opens the line with given keys on a given path, without ICE and DTLS.
    ///
    /// For worlds in which handshakes are tested apart. `role` tells which of the keys are ours.
    pub fn install_keys(&mut self, now: Instant, tuple: Tuple, role: DtlsRole, keys: &SrtpKeys) {
        let checked = self.ice.assume(now, tuple);
        self.note(checked);
        self.flights.note(tuple);
        self.open(now, now, role, keys);
    }

    /// Answers one Binding request; the answer, for the same path, is appended to `out`.
    ///
    /// An error means that nothing is to be sent. The worker has found this line by the
    /// request's [`server_ufrag`](BindingRequest::server_ufrag) and has limited the rate.
    pub fn handle_binding_request(
        &mut self,
        now: Instant,
        tuple: Tuple,
        request: &BindingRequest<'_>,
        out: &mut Vec<u8>,
    ) -> Result<StunOutcome, DropReason> {
        if matches!(self.stage, Stage::Closed) {
            return Err(DropReason::PeerGone);
        }
        let (outcome, checked) = self.ice.handle_binding_request(now, tuple, request, out)?;
        self.note(checked);
        if outcome == StunOutcome::Answered {
            self.on_heard();
            if matches!(self.stage, Stage::Checking) {
                self.start_handshake(now);
            }
        }
        Ok(outcome)
    }

    /// Takes one DTLS datagram. How many of them are handled at once is the worker's to limit.
    pub fn handle_dtls(&mut self, now: Instant, tuple: Tuple, datagram: &[u8]) -> Result<(), DropReason> {
        if !self.knows(tuple) {
            return Err(DropReason::UnknownAddress);
        }
        match (&self.stage, &mut self.handshake) {
            (Stage::Closed, _) => Err(DropReason::PeerGone),
            (Stage::New | Stage::Checking, _) => self.early.push(datagram),
            (_, Some(handshake)) => {
                let drained = handshake.handle_datagram(now, datagram)?;
                self.on_drained(now, &drained);
                Ok(())
            }
            (_, None) => Err(DropReason::DtlsRefused),
        }
    }

    /// Lets time pass. Calling it early does no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        let dropped_credentials = self.ice.handle_timeout(now);
        self.events.extend(dropped_credentials.then_some(LineEvent::CredentialsDropped));
        match self.ice.liveness().verdict(now) {
            Verdict::Ended(end) => return self.end(now, end),
            Verdict::Disconnected if !self.is_disconnected => {
                self.is_disconnected = true;
                self.events.push_back(LineEvent::Disconnected);
            }
            Verdict::Disconnected | Verdict::Alive => {}
        }
        if self.handshake_deadline().is_some_and(|deadline| now >= deadline) {
            return self.end(now, LineEnd::DtlsTimeout);
        }
        if let Some(handshake) = &mut self.handshake
            && handshake.poll_timeout().is_some_and(|due| now >= due)
        {
            let drained = handshake.handle_timeout(now);
            self.on_drained(now, &drained);
        }
    }

    /// Says goodbye and ends the line. Datagrams may remain to be sent.
    pub fn close(&mut self, now: Instant) {
        self.end(now, LineEnd::ClosedByUs);
    }

    /// The next DTLS datagram to send and its path. `out` needs 1200 bytes
    /// ([`HANDSHAKE_MTU`](crate::dtls::HANDSHAKE_MTU)).
    pub fn poll_transmit(&mut self, out: &mut [u8]) -> Option<(Tuple, usize)> {
        let path = self.send_path()?;
        let len = self.handshake.as_mut()?.poll_transmit(out)?;
        self.flights.note(path);
        Some((path, len))
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<LineEvent> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout). `None` once closed.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if matches!(self.stage, Stage::Closed) {
            return None;
        }
        let liveness = self.ice.liveness().deadline(self.is_disconnected);
        let handshake = self.handshake.as_ref().and_then(|handshake| handshake.poll_timeout());
        let deadlines = [Some(liveness), self.ice.poll_timeout(), self.handshake_deadline(), handshake];
        deadlines.into_iter().flatten().min()
    }

    /// For how long nothing had come over the path in use when it was last changed.
    pub const fn pause(&self) -> Duration {
        self.ice.tuples().pause()
    }

    /// Whether the peer authenticated itself on this path.
    pub fn knows(&self, tuple: Tuple) -> bool {
        self.ice.tuples().contains(tuple)
    }

    /// Whether this path is the peer's beyond doubt and in use: no other peer may have its address.
    ///
    /// It is so for the path over which the handshake was answered, until
    /// [`IN_USE_FOR`](crate::ice_lite::IN_USE_FOR) after the peer was last heard there.
    pub fn holds(&self, now: Instant, tuple: Tuple) -> bool {
        matches!(self.stage, Stage::Open(_)) && self.ice.tuples().holds(now, tuple)
    }

    /// The path to send media on: the one nominated last, once it is believed, and before any
    /// nomination the one used last. See [`ice_lite`](crate::ice_lite).
    pub fn send_path(&self) -> Option<Tuple> {
        self.ice.tuples().send_path()
    }

    /// Our ufrags that are answered, the newest first: at most two.
    pub fn ufrags(&self) -> impl Iterator<Item = &str> {
        self.ice.ufrags()
    }

    /// How far it is.
    pub const fn state(&self) -> LineState {
        match self.stage {
            Stage::New => LineState::New,
            Stage::Checking => LineState::Checking,
            Stage::Handshaking { .. } => LineState::Handshaking,
            Stage::Open(_) => LineState::Open,
            Stage::Closed => LineState::Closed,
        }
    }

    pub(super) fn note(&mut self, checked: Checked) {
        let Checked { added, forgotten, selected, dropped_credentials } = checked;
        self.events.extend(forgotten.map(LineEvent::AddressForgotten));
        self.events.extend(added.map(LineEvent::AddressAdded));
        self.events.extend(selected.map(LineEvent::PathChanged));
        self.events.extend(dropped_credentials.then_some(LineEvent::CredentialsDropped));
    }

    /// The peer gave a sign of life.
    pub(super) fn on_heard(&mut self) {
        if self.is_disconnected {
            self.is_disconnected = false;
            self.events.push_back(LineEvent::Reconnected);
        }
    }

    fn start_handshake(&mut self, now: Instant) {
        let Some(remote) = &self.remote else { return };
        let LineConfig { certificate, dtls, .. } = &self.config;
        let (handshake, drained) =
            Handshake::new(now, certificate, remote.our_role, *dtls, remote.fingerprints.clone());
        self.handshake = Some(Box::new(handshake));
        self.stage = Stage::Handshaking { since: now };
        self.on_drained(now, &drained);
        while let Some(datagram) = self.early.pop() {
            let Some(handshake) = &mut self.handshake else { return };
            if let Ok(drained) = handshake.handle_datagram(now, &datagram) {
                self.on_drained(now, &drained);
            }
        }
    }

    fn on_drained(&mut self, now: Instant, drained: &Drained) {
        if let Some(end) = drained.ended {
            return self.end(now, end);
        }
        if let (Some(keys), Some(remote), &Stage::Handshaking { since }) =
            (&drained.keys, &self.remote, &self.stage)
        {
            self.open(now, since, remote.our_role, keys);
        }
    }

    fn open(&mut self, now: Instant, since: Instant, role: DtlsRole, keys: &SrtpKeys) {
        let (ours, theirs) = match role {
            DtlsRole::Client => (&keys.client, &keys.server),
            DtlsRole::Server => (&keys.server, &keys.client),
        };
        let media = Media { inbound: Inbound::new(theirs), outbound: Outbound::new(ours) };
        let path = self.ice.on_opened(now, self.flights.only());
        self.events.extend(path.map(LineEvent::PathChanged));
        self.stage = Stage::Open(Box::new(media));
        self.events.push_back(LineEvent::Opened {
            after: now.saturating_duration_since(self.created),
            handshake: now.saturating_duration_since(since),
            profile: keys.profile(),
        });
    }

    fn end(&mut self, now: Instant, end: LineEnd) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        if let Some(handshake) = &mut self.handshake {
            handshake.close(now);
        }
        self.stage = Stage::Closed;
        self.events.push_back(LineEvent::Ended(end));
    }

    /// A client that never says hello must not hold its line forever.
    fn handshake_deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Handshaking { since } => Some(since + HANDSHAKE_DEADLINE),
            _ => None,
        }
    }
}

/// The library's own deadline counts from the hello, ours from the first check: ours comes
/// first only if the hello is late.
const HANDSHAKE_DEADLINE: Duration = HANDSHAKE_TIMEOUT;

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("state", &self.state()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
