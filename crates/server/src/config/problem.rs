//! What is wrong with a configuration: which key, which value, where it was set, what is accepted.

use std::fmt;
use std::path::PathBuf;

/// Why a configuration was refused.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// The named file is not there.
    NoFile(PathBuf),
    /// The file could not be read at all.
    Unreadable(String),
    /// The file is well formed, but some keys or values cannot be.
    Refused(Vec<Problem>),
}

/// A key or a value that cannot be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    /// The key, with its table: `media.port_base`.
    pub(crate) key: String,
    /// Which file, variable or flag set it; `None` for a default.
    pub(crate) origin: Option<String>,
    /// What is the matter with it.
    pub(crate) mistake: Mistake,
}

/// What is the matter with a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Mistake {
    /// There is no key of that name.
    NoSuchKey {
        /// Which there are.
        accepted: String,
    },
    /// Its value cannot be.
    Value {
        /// What it was set to; secrets are left out.
        value: String,
        /// What would be accepted.
        accepted: String,
    },
}

impl Problem {
    /// A value that cannot be; whoever knows adds where it came from.
    pub(super) fn value(key: impl Into<String>, value: impl Into<String>, accepted: &str) -> Self {
        let mistake = Mistake::Value { value: value.into(), accepted: accepted.to_owned() };
        Self { key: key.into(), origin: None, mistake }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        if let Mistake::Value { value, .. } = &self.mistake {
            write!(f, " = {value}")?;
        }
        if let Some(origin) = &self.origin {
            write!(f, " ({origin})")?;
        }
        match &self.mistake {
            Mistake::NoSuchKey { accepted } => write!(f, ": there is no such key; accepted are {accepted}"),
            Mistake::Value { accepted, .. } => write!(f, ": accepted is {accepted}"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile(path) => write!(f, "there is no configuration file {}", path.display()),
            Self::Unreadable(why) => write!(f, "the configuration can't be read: {why}"),
            Self::Refused(problems) => {
                write!(f, "the configuration is refused:")?;
                problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for ConfigError {}
