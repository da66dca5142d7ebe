//! The table itself: workers first, then the shells.

mod shells;
mod workers;

use super::{Kind, Metric, Read};
use shells::SHELLS;
use workers::WORKERS;

/// Every metric, in the order of the document.
pub const METRICS: &[Metric] = &joined();

const fn metric(name: &'static str, kind: Kind, help: &'static str, read: Read) -> Metric {
    Metric { name, help, kind, read }
}

const fn joined() -> [Metric; WORKERS.len() + SHELLS.len()] {
    let mut all = [SHELLS[0]; WORKERS.len() + SHELLS.len()];
    let (workers, shells) = all.split_at_mut(WORKERS.len());
    workers.copy_from_slice(WORKERS);
    shells.copy_from_slice(SHELLS);
    all
}
