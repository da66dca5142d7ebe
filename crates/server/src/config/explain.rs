//! Turns what the layering library complains about into problems that people can mend.

use figment::error::Kind;
use figment::value::Value;
use figment::{Error, Figment, Metadata};

use super::problem::{ConfigError, Mistake, Problem};
use super::setting::{ADMIN_SECRET, ENV_PREFIX, KEYS};

/// Says what is wrong with `layers`. `defaults` shows what values look like.
pub(super) fn explain(error: Error, layers: &Figment, defaults: &Value) -> ConfigError {
    let mut problems = Vec::new();
    for error in error {
        let origin = error.metadata.as_ref().and_then(origin);
        if error.path.is_empty() {
            let origin = origin.map_or_else(String::new, |origin| format!("{origin}: "));
            return ConfigError::Unreadable(format!("{origin}{}", without_source(&error.kind.to_string())));
        }
        let key = error.path.join(".");
        let mistake = match &error.kind {
            Kind::UnknownField(_, known) => Mistake::NoSuchKey { accepted: keys(&key, known) },
            kind => Mistake::Value { value: value(&key, layers), accepted: accepted(&key, kind, defaults) },
        };
        problems.push(Problem { key, origin, mistake });
    }
    ConfigError::Refused(problems)
}

/// Where the value of `key` was set; `None` for a default.
pub(super) fn origin_of(key: &str, layers: &Figment) -> Option<String> {
    layers.find_metadata(key).and_then(origin)
}

fn origin(layer: &Metadata) -> Option<String> {
    match layer.source.as_ref().and_then(|source| source.file_path()) {
        Some(path) => Some(format!("in {}", path.display())),
        None if layer.name.starts_with(ENV_PREFIX) || layer.name.starts_with("--") => {
            Some(layer.name.to_string())
        }
        None => None,
    }
}

/// The file's own lines stay out of logs: one of them may hold a secret.
fn without_source(message: &str) -> String {
    let is_source = |line: &str| {
        line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().starts_with('|')
    };
    let lines = message.lines().filter(|line| !is_source(line)).map(str::trim);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

fn keys(key: &str, known: &[&str]) -> String {
    let hint = if key.contains('.') { "" } else { " (with `__` between levels in the environment)" };
    format!("{}{hint}", known.join(", "))
}

fn value(key: &str, layers: &Figment) -> String {
    if key.starts_with(KEYS) || key == ADMIN_SECRET {
        return "…".to_owned();
    }
    let item = || {
        let (list, index) = key.rsplit_once('.')?;
        layers.find_value(list).ok()?.into_array()?.into_iter().nth(index.parse().ok()?)
    };
    layers.find_value(key).ok().or_else(item).map_or_else(|| "…".to_owned(), |value| shown(&value))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Char(_, char) => format!("{:?}", char.to_string()),
        Value::Bool(_, yes) => yes.to_string(),
        Value::Num(_, number) => number
            .to_i128()
            .map(|whole| whole.to_string())
            .or_else(|| number.to_u128().map(|whole| whole.to_string()))
            .or_else(|| number.to_f64().map(|number| number.to_string()))
            .unwrap_or_else(|| "a number".to_owned()),
        Value::Array(_, items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Value::Dict(..) => "{…}".to_owned(),
        Value::Empty(..) => "nothing".to_owned(),
    }
}

/// What is accepted: the library knows the words of a choice and the width of a number, the default
/// shows the rest.
fn accepted(key: &str, kind: &Kind, defaults: &Value) -> String {
    let expected = match kind {
        Kind::UnknownVariant(_, choice) => {
            return choice.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" or ");
        }
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => expected.as_str(),
        _ => "",
    };
    match (expected, defaults.find_ref(key)) {
        _ if key == KEYS => "a table of keys, as id = \"secret\"".to_owned(),
        _ if key.starts_with(KEYS) => {
            "a text of 32 bytes or more, or a table with secret and quotas".to_owned()
        }
        ("u16", _) => format!("a whole number from 0 to {}", u16::MAX),
        ("u32", _) => format!("a whole number from 0 to {}", u32::MAX),
        (_, Some(Value::Num(_, number))) => {
            format!("a whole number, 0 or more, like {}", number.to_u128().unwrap_or_default())
        }
        (_, Some(Value::Bool(..))) => "true or false".to_owned(),
        (_, Some(Value::String(_, text))) => format!("a text like {text:?}"),
        (_, Some(Value::Array(..))) => {
            "a list of IP addresses, like [\"192.0.2.1\", \"2001:db8::1\"]".to_owned()
        }
        (_, Some(Value::Dict(_, table))) => {
            format!("a table with {}", table.keys().cloned().collect::<Vec<_>>().join(", "))
        }
        // An item of a list: all lists hold addresses.
        _ if key.starts_with("media.") => "an IP address".to_owned(),
        _ => kind.to_string(),
    }
}
