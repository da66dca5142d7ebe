//! What is wrong with a configuration: which key, which value, what is accepted.

use std::fmt;
use std::path::PathBuf;

/// Why a configuration was refused.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// The named file is not there.
    NoFile(PathBuf),
    /// A layer could not be read: a syntax error, an unknown key, a value of the wrong kind.
    Unreadable(Vec<String>),
    /// Every value can be read, but some make no sense.
    Impossible(Vec<Problem>),
}

/// A value that makes no sense.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    /// The key, with its table: `media.port_base`.
    pub(crate) key: String,
    /// What it was set to.
    pub(crate) value: String,
    /// What would be accepted.
    pub(crate) accepted: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}: accepted is {}", self.key, self.value, self.accepted)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile(path) => write!(f, "there is no configuration file {}", path.display()),
            Self::Unreadable(errors) => write!(f, "configuration: {}", errors.join("; ")),
            Self::Impossible(problems) => {
                write!(f, "configuration:")?;
                problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<figment::Error> for ConfigError {
    fn from(errors: figment::Error) -> Self {
        Self::Unreadable(errors.into_iter().map(describe).collect())
    }
}

/// One mistake in a sentence: the library's own leaves out what stands in the environment's name.
fn describe(error: figment::Error) -> String {
    let key = error.path.join(".");
    let origin = error.metadata.as_ref().map(|layer| match &layer.source {
        Some(source) => format!(" (in {source})"),
        None => format!(" (in {})", layer.name),
    });
    let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
    format!("{key}{}{}", error.kind, origin.unwrap_or_default())
}
