//! What every request handler shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use switchyard_metrics::{Exporter, GatewayTotals};
use tokio::sync::Semaphore;

use crate::client_address::Proxies;
use crate::config::GatewayConfig;
use crate::counters::Counters;
use crate::port::ControlPort;
use crate::rate_limit::{AddressLimit, FIRST_BURSTS_AT_ONCE, FIRST_BURSTS_PER_SECOND, KeyLimit};

/// Everything the handlers need, made once.
#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) config: GatewayConfig,
    pub(crate) port: ControlPort,
    pub(crate) exporter: Exporter,
    pub(crate) counters: Counters,
    pub(crate) connects: AddressLimit,
    /// How often participants of one key may connect.
    pub(crate) connects_by_key: KeyLimit,
    /// How often they may come back.
    pub(crate) returns_by_key: KeyLimit,
    /// Bytes of descriptions that sessions of one address may begin with.
    pub(crate) first_bursts: AddressLimit,
    pub(crate) proxies: Proxies,
    /// A permit per signalling connection, held from the handshake to the last byte.
    pub(crate) places: Arc<Semaphore>,
    stopping: AtomicBool,
}

impl AppState {
    pub(crate) fn new(config: GatewayConfig, port: ControlPort, exporter: Exporter) -> Self {
        let longest = config.max_message_bytes as f64;
        let first_bursts = (longest * FIRST_BURSTS_PER_SECOND, longest * FIRST_BURSTS_AT_ONCE);
        Self {
            returns_by_key: KeyLimit::of_returns(config.connects_by_key(), Instant::now()),
            first_bursts: AddressLimit::with_burst(first_bursts.0, first_bursts.1, Instant::now()),
            connects_by_key: KeyLimit::new(config.connects_by_key(), Instant::now()),
            proxies: Proxies::new(config.trusted_proxies.clone(), config.proxy_header),
            connects: AddressLimit::new(config.max_connects_per_second_per_address, Instant::now()),
            places: Arc::new(Semaphore::new(config.max_connections)),
            counters: Counters::default(),
            stopping: AtomicBool::new(false),
            config,
            port,
            exporter,
        }
    }

    /// Lets nobody in any more and ends the sessions there are.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.port.sessions.stop();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// What the gateway holds now, and what it has counted.
    pub(crate) fn totals(&self) -> GatewayTotals {
        GatewayTotals {
            connections: self.connections() as u64,
            waiting_requests: self.port.waiting_requests() as u64,
            waiting_notices: self.port.sessions.most_waiting() as u64,
            ..self.counters.totals()
        }
    }

    /// Signalling connections open now.
    pub(crate) fn connections(&self) -> usize {
        self.config.max_connections.saturating_sub(self.places.available_permits())
    }
}
