//! One value from the environment or from a flag, as a layer of its own: so each mistake can be
//! told by the name under which it was made.

use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};
use switchyard_gateway::auth::Key;

/// Environment variables start with this; `__` separates levels: `SWITCHYARD_MEDIA__WORKERS=2`.
pub(crate) const ENV_PREFIX: &str = "SWITCHYARD_";

/// The variable that names the file. It is no key of the configuration itself.
pub(crate) const ENV_FILE: &str = "SWITCHYARD_CONFIG";

/// Where the keys that sign tokens are, by an id that is the operator's own.
pub(super) const KEYS: &str = "gateway.auth.keys";

/// How many levels lead to a key.
const KEY_LEVELS: usize = 4;

/// What a key is signed with, in a table of its own.
const SECRET: &str = "secret";

/// What opens the admin API.
pub(super) const ADMIN_SECRET: &str = "gateway.admin.secret";

/// A value and where it comes from.
pub(super) struct Setting {
    origin: Metadata,
    path: Vec<String>,
    value: Value,
}

impl Setting {
    /// What a flag says; it replaces the value of `key`.
    pub(super) fn from_flag(flag: &str, key: &str, value: impl Into<Value>) -> Self {
        let path = key.split('.').map(str::to_owned).collect();
        Self { origin: Metadata::named(flag.to_owned()), path, value: value.into() }
    }

    /// What a variable of the environment says, if it is one of ours. How its text is read depends on
    /// what stands at that place in `defaults`: `1.2` may be a number or a version.
    pub(super) fn from_variable(name: &str, text: &str, defaults: &Value) -> Option<Self> {
        let key = name.strip_prefix(ENV_PREFIX).filter(|_| name != ENV_FILE)?;
        let path = path(key);
        let value = read(text, &path, defaults);
        Some(Self { origin: Metadata::named(name.to_owned()), path, value })
    }
}

/// The keys of a layer in their longer form, where they stand as a secret alone: so that what a variable says of a
/// key adds to it in place of replacing it.
pub(super) fn spelled_out(layers: &Figment) -> Vec<Setting> {
    let keys = layers.find_value(KEYS).ok().and_then(Value::into_dict).unwrap_or_default();
    let secrets = keys.into_iter().filter_map(|(id, value)| {
        let origin = layers.find_metadata(&format!("{KEYS}.{id}"))?.clone();
        let path = KEYS.split('.').map(str::to_owned).chain([id, SECRET.to_owned()]).collect();
        let value = value.into_string()?;
        Some(Setting { origin, path, value: value.into() })
    });
    secrets.collect()
}

impl Provider for Setting {
    fn metadata(&self) -> Metadata {
        self.origin.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let nest = |inner: Value, name: &String| Value::from(Dict::from([(name.clone(), inner)]));
        let nested = self.path.iter().rev().fold(self.value.clone(), nest);
        let dict = nested.into_dict().unwrap_or_default();
        Ok(Map::from([(Profile::Default, dict)]))
    }
}

/// Levels in lower case, but the id of a key as it is written; what follows it may be one of the key's limits. A
/// variable of a key alone is its secret.
fn path(key: &str) -> Vec<String> {
    let levels: Vec<_> = key.split("__").collect();
    let lower = |levels: &[&str]| levels.iter().map(|level| level.to_lowercase()).collect::<Vec<_>>();
    let Some((table, id)) = levels.split_at_checked(3) else { return lower(&levels) };
    let mut path = lower(table);
    if id.is_empty() || path.join(".") != KEYS {
        return lower(&levels);
    }
    let (id, of_key) = match id {
        [id @ .., last] if !id.is_empty() && is_limit(last) => (id, last.to_lowercase()),
        id => (id, SECRET.to_owned()),
    };
    path.extend([id.join("__"), of_key]);
    path
}

fn is_limit(level: &str) -> bool {
    Key::LIMITS.contains(&level.to_lowercase().as_str())
}

fn read(text: &str, path: &[String], defaults: &Value) -> Value {
    let key = path.join(".");
    let is_limit = path.len() > KEY_LEVELS && path.last().is_some_and(|last| is_limit(last));
    let is_secret = (key.starts_with(KEYS) && key != KEYS && !is_limit) || key == ADMIN_SECRET;
    match defaults.find_ref(&key) {
        _ if is_secret => text.into(),
        Some(Value::String(..)) => text.into(),
        Some(Value::Array(..)) => list(text).into(),
        // Never fails: what is nothing else is a text.
        _ => text.parse().unwrap_or_else(|_| text.into()),
    }
}

/// `a, b` or `["a", "b"]`.
fn list(text: &str) -> Vec<String> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let items = inner.split(',').map(|item| item.trim().trim_matches('"').to_owned());
    items.filter(|item| !item.is_empty()).collect()
}
