//! The short form of NTP time: 16 bits of seconds, 16 of fraction (RFC 3550 §4).

use std::time::Duration;

use switchyard_vocab::wall_clock::NtpTime;

/// A round trip longer than this is a report about another life, or a lie.
const MAX_ROUND_TRIP: Duration = Duration::from_secs(10);

/// `units` of 1/65536 s.
pub(super) const fn duration(units: u32) -> Duration {
    Duration::from_nanos((units as u64 * 1_000_000_000) >> 16)
}

/// A time span in units of 1/65536 s, rounded; about 18 hours at most.
pub(super) fn units(span: Duration) -> u32 {
    let units = ((span.as_nanos() << 16) + 500_000_000) / 1_000_000_000;
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// Time on the network of a report that left at `sent` (the middle bits), was answered `delay`
/// later and came back `now`. `None` when that is negative or more than ten seconds.
pub(super) fn round_trip(now: NtpTime, sent: u32, delay: Duration) -> Option<Duration> {
    let away = duration(now.middle().wrapping_sub(sent));
    away.checked_sub(delay).filter(|&trip| trip <= MAX_ROUND_TRIP)
}
