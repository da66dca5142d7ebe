//! Configuration: embedded defaults, then a named file, then the environment, then flags.
//!
//! Each concern's struct lives beside the code that uses it, and its `Default` is production. This
//! module only stacks the layers, names the mistakes and applies the development overlay.

mod development;
mod problem;
mod validate;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use switchyard_control::admission::Limits;
use switchyard_control::placement::Placement;
use switchyard_gateway::config::GatewayConfig;

pub(crate) use problem::{ConfigError, Problem};

/// Environment variables start with this; `__` separates levels: `SWITCHYARD_MEDIA__WORKERS=2`.
pub(crate) const ENV_PREFIX: &str = "SWITCHYARD_";

/// The variable that names the file. It is no key of the configuration itself.
pub(crate) const ENV_FILE: &str = "SWITCHYARD_CONFIG";

/// Everything that can be configured. `config/switchyard.toml` explains every key.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Signalling: HTTP, WebSocket, the page, and who may come in.
    pub(crate) gateway: GatewayConfig,
    /// Sessions and rooms.
    pub(crate) control: ControlConfig,
    /// Media sockets and workers.
    pub(crate) media: MediaConfig,
    /// Logs.
    pub(crate) log: LogConfig,
}

/// Sessions and rooms.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ControlConfig {
    /// How a session's worker is chosen: `"affine"` keeps a room together, `"spread"` does not.
    pub(crate) placement: Placement,
    /// How much of everything there may be.
    pub(crate) limits: Limits,
}

/// Media sockets and workers.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MediaConfig {
    /// UDP port of worker 0; worker `n` uses `port_base + n`.
    pub(crate) port_base: u16,
    /// How many workers; 0 means one per core, less one on machines with fewer than four.
    pub(crate) workers: usize,
    /// Local addresses to receive on.
    pub(crate) bind: Vec<IpAddr>,
    /// Addresses at which clients reach this machine; empty means those of the default route.
    pub(crate) announce: Vec<IpAddr>,
    /// Size asked of the kernel for each receive buffer, in bytes.
    pub(crate) receive_buffer: usize,
    /// Size asked of the kernel for each send buffer, in bytes.
    pub(crate) send_buffer: usize,
    /// Which DTLS versions are spoken: `"auto"` or `"1.2"`.
    pub(crate) dtls: DtlsChoice,
}

/// Which DTLS versions are spoken.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum DtlsChoice {
    /// 1.3 with peers that can, else 1.2.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// Never more than 1.2.
    #[serde(rename = "1.2")]
    OnlyV12,
}

/// Logs.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LogConfig {
    /// `"human"` or `"json"`.
    pub(crate) format: LogFormat,
    /// Which events are written, as in `"info,switchyard_gateway=debug"`.
    pub(crate) filter: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON object per line.
    Json,
}

/// What stands on the command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Flags {
    /// The development overlay is asked for.
    pub(crate) dev: bool,
    /// Overrides `gateway.listen`.
    pub(crate) listen: Option<SocketAddr>,
    /// Overrides `media.workers`.
    pub(crate) workers: Option<usize>,
    /// Overrides `media.port_base`.
    pub(crate) port_base: Option<u16>,
    /// Overrides `media.announce`.
    pub(crate) announce: Vec<IpAddr>,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            port_base: 7_882,
            workers: 0,
            bind: vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)],
            announce: Vec::new(),
            receive_buffer: 4 * 1024 * 1024,
            send_buffer: 4 * 1024 * 1024,
            dtls: DtlsChoice::Auto,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Human, filter: "info".into() }
    }
}

impl Config {
    /// Stacks the layers and checks the result.
    ///
    /// # Errors
    /// [`ConfigError`] lists every mistake with its key, its value and what is accepted.
    pub(crate) fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let mut layers = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(PathBuf::from(file)));
            }
            layers = layers.merge(Toml::file_exact(file));
        }
        let environment = Env::prefixed(ENV_PREFIX).ignore(&["CONFIG"]).split("__");
        let config: Self = layers.merge(environment).extract().map_err(ConfigError::from)?;
        config.finish(flags)
    }

    /// Applies flags and the development overlay, then checks.
    fn finish(mut self, flags: &Flags) -> Result<Self, ConfigError> {
        if let Some(listen) = flags.listen {
            self.gateway.listen = listen;
        }
        if let Some(workers) = flags.workers {
            self.media.workers = workers;
        }
        if let Some(port_base) = flags.port_base {
            self.media.port_base = port_base;
        }
        if !flags.announce.is_empty() {
            self.media.announce.clone_from(&flags.announce);
        }
        if flags.dev {
            development::overlay(&mut self);
        }
        let problems = validate::problems(&self, flags.dev);
        if problems.is_empty() { Ok(self) } else { Err(ConfigError::Impossible(problems)) }
    }
}

#[cfg(test)]
mod tests;
