//! The wake-up that somebody waits for: of all that were planned, the soonest alone counts.

use std::time::Instant;

/// When one flow wakes up next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WakeUp(Option<Instant>);

impl WakeUp {
    /// Whether a wake-up has to be planned for that time: not if there is one that is no later.
    pub(super) fn plans(&mut self, at: Instant) -> bool {
        let is_sooner = self.0.is_none_or(|planned| at < planned);
        if is_sooner {
            self.0 = Some(at);
        }
        is_sooner
    }

    /// Whether the wake-up of that time is still the one planned.
    pub(super) fn wakes(&mut self, at: Instant) -> bool {
        self.0.take_if(|planned| *planned == at).is_some()
    }
}
