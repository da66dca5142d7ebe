//! Somebody who was let in and may come back.

use std::time::Instant;

use crate::auth::Admission;
use crate::config::GatewayConfig;
use crate::rate_limit::{Allowance, full_burst};

/// What stays the same from connection to connection of one session.
#[derive(Debug)]
pub struct Guest {
    /// What its client was let in with.
    pub admission: Admission,
    pub(crate) allowance: Allowance,
}

impl Guest {
    /// Somebody who has not said anything yet.
    pub fn new(admission: Admission, config: &GatewayConfig) -> Self {
        Self::with_first_burst(admission, config, full_burst(config.max_message_bytes))
    }

    /// Somebody at whose address many begin: of descriptions it may send so many bytes at once.
    pub(crate) fn with_first_burst(admission: Admission, config: &GatewayConfig, first_burst: f64) -> Self {
        let (messages, longest) = (config.max_messages_per_second, config.max_message_bytes);
        Self { admission, allowance: Allowance::new(messages, longest, first_burst, Instant::now()) }
    }
}
