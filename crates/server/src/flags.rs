//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use switchyard_gateway::admin::config::AdminListen;

use crate::config::{ENV_FILE, ENV_PREFIX, Flags};
use crate::token::TokenOptions;

/// Switchyard: a WebRTC media server that forwards each publisher's tracks to every subscriber.
#[derive(Debug, Parser)]
#[command(name = "switchyard", version, args_conflicts_with_subcommands = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (also without naming it).
    Serve(Options),
    /// Read the configuration, say what is wrong with it, and stop.
    CheckConfig(Options),
    /// Ask a running server of the same configuration whether it takes newcomers (/readyz), and stop: exit code 0
    /// when it does, else 1.
    Healthcheck {
        /// Ask only whether it lives (/healthz).
        #[arg(long)]
        alive: bool,
        #[command(flatten)]
        options: Options,
    },
    /// Make an access token with a key of the configuration, print it, and stop.
    Token {
        #[command(flatten)]
        token: Box<TokenOptions>,
        #[command(flatten)]
        options: Options,
    },
}

#[derive(Args, Clone, Debug, Default)]
struct Options {
    /// Configuration file; without one, only defaults, environment and flags count.
    #[arg(long, env = ENV_FILE, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Let anybody in by name and announce loopback: for trying it out, never for the open network.
    #[arg(long)]
    dev: bool,
    /// Address for HTTP and WebSocket.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Address for `/metrics`; keep it from strangers.
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// Address for the admin API, or `off`; keep it from strangers.
    #[arg(long, value_name = "ADDRESS:PORT")]
    admin_listen: Option<AdminListen>,
    /// Number of workers; 0 means one per core.
    #[arg(long, value_name = "COUNT")]
    workers: Option<usize>,
    /// UDP port of the first worker.
    #[arg(long, value_name = "PORT")]
    port_base: Option<u16>,
    /// Address at which clients reach this machine; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    announce: Vec<IpAddr>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Run until told to stop.
    Serve,
    /// Only read the configuration.
    CheckConfig,
    /// Make a token.
    Token(Box<TokenOptions>),
    /// Ask a running server how it is.
    Healthcheck {
        /// Only whether it lives.
        alive: bool,
    },
}

/// Everything the command line says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Start {
    /// What to do.
    pub(crate) action: Action,
    /// The file to read, if one was named.
    pub(crate) file: Option<PathBuf>,
    /// What overrides the file and the environment.
    pub(crate) flags: Flags,
}

impl CommandLine {
    /// Reads the choice. With `arguments` zero, no file and no keys in the environment there is nothing
    /// a production server could start with, so that is taken as trying it out.
    pub(crate) fn start(self, arguments: usize, environment: &[(String, String)]) -> Start {
        let (action, options) = match self.command {
            Some(Command::Serve(options)) => (Action::Serve, options),
            Some(Command::CheckConfig(options)) => (Action::CheckConfig, options),
            Some(Command::Token { token, options }) => (Action::Token(token), options),
            Some(Command::Healthcheck { alive, options }) => (Action::Healthcheck { alive }, options),
            None => {
                let mut options = self.options;
                options.dev |= arguments == 0 && options.config.is_none() && !names_keys(environment);
                (Action::Serve, options)
            }
        };
        let Options { config, dev, listen, metrics_listen, admin_listen, workers, port_base, announce } =
            options;
        let flags = Flags { dev, listen, metrics_listen, admin_listen, workers, port_base, announce };
        Start { action, file: config, flags }
    }
}

fn names_keys(environment: &[(String, String)]) -> bool {
    let prefix = format!("{ENV_PREFIX}GATEWAY__AUTH__KEYS");
    environment.iter().any(|(name, _)| name.to_uppercase().starts_with(&prefix))
}

#[cfg(test)]
mod tests;
