//! What the gateway counts.

use std::sync::atomic::{AtomicU64, Ordering};

use switchyard_metrics::{
    ADMIN_OPERATIONS, AdminTotals, GatewayTotals, RESOURCE_METHODS, RefusedConnections, ResourceTotals,
    StatusClass,
};

/// A count that many connections add to.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// One more.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything that the gateway counts itself.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: Count,
    pub(crate) unauthorized: Count,
    pub(crate) malformed: Count,
    pub(crate) rate_limited: Count,
    pub(crate) key_rate_limited: Count,
    pub(crate) full: Count,
    pub(crate) crowded: Count,
    pub(crate) stopping: Count,
    pub(crate) resume_gone: Count,
    pub(crate) messages_received: Count,
    pub(crate) messages_sent: Count,
    pub(crate) messages_rejected: Count,
    pub(crate) descriptions_limited: Count,
    pub(crate) sessions_too_slow: Count,
    pub(crate) sessions_silent: Count,
    pub(crate) sessions_not_joined: Count,
    pub(crate) admin: AdminCounters,
    pub(crate) whip: ResourceCounters,
    pub(crate) whep: ResourceCounters,
}

impl Counters {
    /// What was counted; what is held and what waits is left at zero, for whoever holds it.
    pub(crate) fn totals(&self) -> GatewayTotals {
        GatewayTotals {
            connections_accepted: self.accepted.get(),
            connections_refused: RefusedConnections {
                unauthorized: self.unauthorized.get(),
                malformed: self.malformed.get(),
                rate_limited: self.rate_limited.get(),
                key_rate_limited: self.key_rate_limited.get(),
                full: self.full.get(),
                crowded: self.crowded.get(),
                stopping: self.stopping.get(),
                resume_gone: self.resume_gone.get(),
            },
            messages_received: self.messages_received.get(),
            messages_sent: self.messages_sent.get(),
            messages_rejected: self.messages_rejected.get(),
            descriptions_limited: self.descriptions_limited.get(),
            sessions_too_slow: self.sessions_too_slow.get(),
            sessions_silent: self.sessions_silent.get(),
            sessions_not_joined: self.sessions_not_joined.get(),
            admin: self.admin.totals(),
            whip: self.whip.totals(),
            whep: self.whep.totals(),
            ..GatewayTotals::default()
        }
    }
}

/// What the admin API has answered.
#[derive(Debug, Default)]
pub(crate) struct AdminCounters {
    answered: [[Count; StatusClass::ALL.len()]; ADMIN_OPERATIONS.len()],
    turned_away: Count,
}

impl AdminCounters {
    /// Counts an answer.
    pub(crate) fn add(&self, operation: &str, status: u16) {
        let place = ADMIN_OPERATIONS.iter().position(|known| *known == operation);
        let counts = place.and_then(|place| self.answered.get(place));
        if let Some(count) = counts.and_then(|counts| counts.get(StatusClass::of(status) as usize)) {
            count.add();
        }
    }

    /// Counts a caller who could not say who they are.
    pub(crate) fn turned_away(&self) {
        self.turned_away.add();
    }

    fn totals(&self) -> AdminTotals {
        let answered = self.answered.each_ref().map(|counts| counts.each_ref().map(Count::get));
        AdminTotals { answered, turned_away: self.turned_away.get() }
    }
}

/// What one of the dialects that make resources has answered, and what it holds.
#[derive(Debug, Default)]
pub(crate) struct ResourceCounters {
    answered: [[Count; StatusClass::ALL.len()]; RESOURCE_METHODS.len()],
    opened: Count,
    closed: Count,
}

impl ResourceCounters {
    /// Counts an answer.
    pub(crate) fn add(&self, method: &str, status: u16) {
        let place = RESOURCE_METHODS.iter().position(|known| *known == method);
        let counts = self.answered.get(place.unwrap_or(RESOURCE_METHODS.len() - 1));
        if let Some(count) = counts.and_then(|counts| counts.get(StatusClass::of(status) as usize)) {
            count.add();
        }
    }

    /// A resource opens.
    pub(crate) fn open(&self) {
        self.opened.add();
    }

    /// A resource that was open is no longer.
    pub(crate) fn close(&self) {
        self.closed.add();
    }

    fn totals(&self) -> ResourceTotals {
        let answered = self.answered.each_ref().map(|counts| counts.each_ref().map(Count::get));
        // What is closed was opened before: read in this order there are never fewer than none.
        let closed = self.closed.get();
        ResourceTotals { answered, open: self.opened.get().saturating_sub(closed) }
    }
}
