//! Logs: what is written, and how a line looks.

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Starts writing logs to standard error. A filter that cannot be read falls back to `info`.
pub(crate) fn start(config: &LogConfig) {
    let (filter, mistake) = match EnvFilter::try_new(&config.filter) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.format {
        LogFormat::Human => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    if let Some(error) = mistake {
        tracing::warn!(filter = %config.filter, %error, "log.filter can't be read; writing `info`");
    }
}
