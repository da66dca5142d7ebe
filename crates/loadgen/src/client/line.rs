//! The client's end of a line: checks, then the handshake, then keys.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rand::Rng;
use switchyard_transport::dtls::{Certificate, Drained, DtlsVersions, HANDSHAKE_MTU, Handshake};
use switchyard_transport::srtp::{Inbound, Outbound, SrtpKeys};
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::line::{DtlsRole, Fingerprint, IceCredentials};

use super::checks::{Answered, Checks};

/// Datagrams that wait to be sent: a flight and a check.
const MAX_WAITING: usize = 32;

/// What both descriptions said of a line.
#[derive(Clone, Debug)]
pub(crate) struct LinePlan {
    /// Our credentials.
    pub(crate) local: IceCredentials,
    /// The server's.
    pub(crate) remote: IceCredentials,
    /// The server's certificate.
    pub(crate) fingerprints: Vec<Fingerprint>,
    /// Our part in the handshake.
    pub(crate) role: DtlsRole,
    /// Where the server is.
    pub(crate) server: SocketAddr,
}

/// One line.
pub(crate) struct Line {
    plan: LinePlan,
    certificate: Arc<Certificate>,
    checks: Checks,
    stage: Stage,
    /// Outlives the handshake itself: its last flight may have to be repeated.
    handshake: Option<Handshake>,
    waiting: VecDeque<Vec<u8>>,
}

enum Stage {
    Checking,
    Handshaking,
    Open(Box<(Inbound, Outbound)>),
    Over,
}

/// What happened to a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LineNews {
    /// Media may flow.
    Opened,
    /// It is over.
    Ended(LineEnd),
}

impl Line {
    /// Begins with checks.
    pub(crate) fn new(
        now: Instant,
        plan: LinePlan,
        certificate: Arc<Certificate>,
        rng: &mut impl Rng,
    ) -> Self {
        let checks = Checks::new(now, &plan.local, &plan.remote, rng);
        Self { plan, certificate, checks, stage: Stage::Checking, handshake: None, waiting: VecDeque::new() }
    }

    /// Takes an answer to a check.
    pub(crate) fn handle_stun(&mut self, now: Instant, datagram: &[u8]) -> Option<LineNews> {
        let answered = self.checks.handle_answer(now, datagram);
        if answered != Answered::Reached || !matches!(self.stage, Stage::Checking) {
            return None;
        }
        self.stage = Stage::Handshaking;
        let LinePlan { role, fingerprints, .. } = &self.plan;
        let (handshake, drained) =
            Handshake::new(now, &self.certificate, *role, DtlsVersions::Auto, fingerprints.clone());
        self.handshake = Some(handshake);
        self.on_drained(&drained)
    }

    /// Takes a record of the handshake.
    pub(crate) fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) -> Option<LineNews> {
        let drained = self.handshake.as_mut()?.handle_datagram(now, datagram).ok()?;
        self.on_drained(&drained)
    }

    /// Lets time pass.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Option<LineNews> {
        if matches!(self.stage, Stage::Over) {
            return None;
        }
        if let Some(was_there) = self.checks.is_over(now) {
            return self.end(if was_there { LineEnd::ConsentLost } else { LineEnd::IceTimeout });
        }
        if let Some(check) = self.checks.poll_check(now) {
            self.post(check);
        }
        let handshake = self.handshake.as_mut()?;
        if handshake.poll_timeout().is_none_or(|due| now < due) {
            return None;
        }
        let drained = handshake.handle_timeout(now);
        self.on_drained(&drained)
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        if matches!(self.stage, Stage::Over) {
            return None;
        }
        let handshake = self.handshake.as_ref().and_then(Handshake::poll_timeout);
        [Some(self.checks.poll_timeout()), handshake].into_iter().flatten().min()
    }

    /// The next datagram to send.
    pub(crate) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.waiting.pop_front()
    }

    /// Says goodbye.
    pub(crate) fn close(&mut self, now: Instant) {
        if let Some(handshake) = &mut self.handshake {
            handshake.close(now);
        }
        self.collect();
        self.stage = Stage::Over;
    }

    /// The contexts of both directions, once the line is open.
    pub(crate) fn media(&mut self) -> Option<(&mut Inbound, &mut Outbound)> {
        match &mut self.stage {
            Stage::Open(media) => Some((&mut media.0, &mut media.1)),
            _ => None,
        }
    }

    fn on_drained(&mut self, drained: &Drained) -> Option<LineNews> {
        self.collect();
        if let Some(end) = drained.ended {
            return self.end(end);
        }
        let keys = drained.keys.as_ref().filter(|_| matches!(self.stage, Stage::Handshaking))?;
        self.stage = Stage::Open(Box::new(contexts(self.plan.role, keys)));
        Some(LineNews::Opened)
    }

    fn end(&mut self, end: LineEnd) -> Option<LineNews> {
        if matches!(self.stage, Stage::Over) {
            return None;
        }
        self.stage = Stage::Over;
        Some(LineNews::Ended(end))
    }

    fn collect(&mut self) {
        let mut out = [0; HANDSHAKE_MTU];
        while let Some(len) = self.handshake.as_mut().and_then(|handshake| handshake.poll_transmit(&mut out))
        {
            self.post(out[..len].to_vec());
        }
    }

    /// What finds no place is lost, as on the wire: all of it is repeated.
    fn post(&mut self, datagram: Vec<u8>) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(datagram);
        }
    }
}

fn contexts(role: DtlsRole, keys: &SrtpKeys) -> (Inbound, Outbound) {
    let (ours, theirs) = match role {
        DtlsRole::Client => (&keys.client, &keys.server),
        DtlsRole::Server => (&keys.server, &keys.client),
    };
    (Inbound::new(theirs), Outbound::new(ours))
}

#[cfg(test)]
mod tests;
