//! Configuration: embedded defaults, then a named file, then the environment, then flags.
//!
//! Each concern's struct lives beside the code that uses it, and its `Default` is production. This
//! module only stacks the layers, names the mistakes and applies the development overlay.

mod development;
mod explain;
mod problem;
mod setting;
mod validate;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use figment::value::Value;
use serde::{Deserialize, Serialize};
use switchyard_control::admission::Limits;
use switchyard_control::codec_policy::CodecPolicy;
use switchyard_control::placement::Placement;
use switchyard_gateway::admin::config::AdminListen;
use switchyard_gateway::config::GatewayConfig;

use setting::Setting;

pub(crate) use problem::{ConfigError, Problem};
pub(crate) use setting::{ENV_FILE, ENV_PREFIX};

/// Most workers: the number is one byte of the ICE ufrag, and no machine this is made for has more.
const MAX_WORKERS: usize = 128;

/// Everything that can be configured. `config/switchyard.toml` explains every key.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Signalling: HTTP, WebSocket, the page, and who may come in.
    pub(crate) gateway: GatewayConfig,
    /// Sessions and rooms.
    pub(crate) control: ControlSection,
    /// Media sockets and workers.
    pub(crate) media: MediaConfig,
    /// Logs.
    pub(crate) log: LogConfig,
}

/// Sessions and rooms.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ControlSection {
    /// How a session's worker is chosen: `"affine"` keeps a room together, `"spread"` does not.
    pub(crate) placement: Placement,
    /// How much of everything there may be.
    pub(crate) limits: Limits,
    /// Which codecs rooms take.
    pub(crate) codecs: CodecPolicy,
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
    /// Whether each subscriber gets what fits on its way, instead of all it asks for.
    pub(crate) adapt: bool,
    /// When sound is sent with what was sent before in it: `"off"`, `"on_loss"` or `"always"`.
    pub(crate) audio_redundancy: RedundancyChoice,
    /// Whether subscribers are offered to give feedback by stream (RFC 8888).
    pub(crate) ccfb: bool,
}

/// When sound is sent with what was sent before in it once more.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RedundancyChoice {
    /// Never, unless its publisher does.
    Off,
    /// To those who report loss.
    #[default]
    OnLoss,
    /// To everybody who takes it.
    Always,
}

/// Which DTLS versions are spoken.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum DtlsChoice {
    /// 1.3 with peers that can, else 1.2.
    #[serde(rename = "auto")]
    Auto,
    /// Never more than 1.2: the cheaper cipher for every packet of the call.
    #[default]
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
    /// Overrides `gateway.metrics_listen`.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Overrides `gateway.admin.listen`.
    pub(crate) admin_listen: Option<AdminListen>,
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
            dtls: DtlsChoice::OnlyV12,
            adapt: false,
            audio_redundancy: RedundancyChoice::OnLoss,
            ccfb: false,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Human, filter: "info".into() }
    }
}

impl MediaConfig {
    /// How many workers there will be: as many as were asked for, else one per core. On machines with
    /// fewer than four cores, one is left to signalling and the system.
    pub(crate) fn worker_count(&self) -> usize {
        if self.workers > 0 {
            return self.workers;
        }
        let cores = available_parallelism().map_or(1, usize::from);
        if cores < 4 { (cores - 1).max(1) } else { cores.min(MAX_WORKERS) }
    }
}

impl Flags {
    fn settings(&self) -> impl Iterator<Item = Setting> {
        let text = |flag, key, value: Option<SocketAddr>| {
            value.map(|value| Setting::from_flag(flag, key, value.to_string()))
        };
        let announce: Vec<_> = self.announce.iter().map(IpAddr::to_string).collect();
        [
            text("--listen", "gateway.listen", self.listen),
            text("--metrics-listen", "gateway.metrics_listen", self.metrics_listen),
            self.admin_listen
                .map(|admin| Setting::from_flag("--admin-listen", "gateway.admin.listen", admin.to_string())),
            self.workers.map(|count| Setting::from_flag("--workers", "media.workers", count)),
            self.port_base.map(|port| Setting::from_flag("--port-base", "media.port_base", port)),
            (!announce.is_empty()).then(|| Setting::from_flag("--announce", "media.announce", announce)),
        ]
        .into_iter()
        .flatten()
    }
}

impl Config {
    /// Stacks the layers, applies the development overlay if it is asked for, and checks the result.
    /// Of the environment, given as names and texts, only what starts with [`ENV_PREFIX`] counts.
    ///
    /// # Errors
    /// [`ConfigError`] names the mistakes with key, value, origin and what is accepted.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: &[(String, String)],
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let mut layers = Figment::from(Serialized::defaults(Self::default()));
        let defaults =
            layers.extract::<Value>().map_err(|error| ConfigError::Unreadable(error.to_string()))?;
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(PathBuf::from(file)));
            }
            layers = layers.merge(Toml::file_exact(file));
            layers = setting::spelled_out(&layers).into_iter().fold(layers, Figment::merge);
        }
        let variables =
            environment.iter().filter_map(|(name, text)| Setting::from_variable(name, text, &defaults));
        layers = variables.chain(flags.settings()).fold(layers, Figment::merge);

        let mut config: Self =
            layers.extract().map_err(|error| explain::explain(error, &layers, &defaults))?;
        if flags.dev {
            development::overlay(&mut config);
        }
        let mut problems = validate::problems(&config, flags.dev);
        for problem in &mut problems {
            problem.origin = explain::origin_of(&problem.key, &layers);
        }
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::Refused(problems)) }
    }
}

#[cfg(test)]
mod tests;
