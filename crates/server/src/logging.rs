//! Logs: what is written, and how a line looks.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{LogConfig, LogFormat};

/// What `log.filter` accepts, in words.
const FILTERS: &str = "off, error, warn, info, debug or trace, then perhaps exceptions by module, \
                       as in \"info,switchyard_gateway=debug\"";

/// Reads a filter.
///
/// # Errors
/// Says what is accepted. A bare word that is no level is refused although the library would take it
/// for the name of a module: `"inof"` would silence everything else.
pub(crate) fn filter(text: &str) -> Result<EnvFilter, &'static str> {
    let parts: Vec<_> = text.split(',').map(str::trim).collect();
    let is_filter = |part: &&str| part.contains(['=', '[']) || part.parse::<LevelFilter>().is_ok();
    if !parts.iter().all(|part| !part.is_empty() && is_filter(part)) {
        return Err(FILTERS);
    }
    // Acts of operators are written whatever the rest is, unless the filter names them itself.
    EnvFilter::try_new(format!("audit=info,{}", parts.join(","))).map_err(|_| FILTERS)
}

/// Starts writing logs to standard error: in colour for people at a terminal who did not ask for none.
/// Panics are written there as well. The filter was read before, with the configuration.
pub(crate) fn start(config: &LogConfig) {
    let filter = filter(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match config.format {
        LogFormat::Human => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        // Only with RUST_BACKTRACE, as without this hook.
        let backtrace = Backtrace::capture();
        let captured = backtrace.status() == BacktraceStatus::Captured;
        tracing::error!(
            thread = std::thread::current().name(),
            at = panic.location().map(tracing::field::display),
            why = panic.payload_as_str(),
            backtrace = captured.then(|| tracing::field::display(&backtrace)),
            "panicked"
        );
    }));
}

#[cfg(test)]
mod tests;
