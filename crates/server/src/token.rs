//! `switchyard token`: mints a token with a key of the configuration.

use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::Args;
use switchyard_control::codec_policy::{CodecName, CodecPolicy};
use switchyard_gateway::auth::{
    AdminClaims, AuthConfig, CapClaims, Claims, DEVELOPMENT_KEY_ID, GrantClaims, Key, mint, source,
};

/// What the token is to say.
#[derive(Args, Clone, Debug, PartialEq)]
pub(crate) struct TokenOptions {
    /// The room it is for.
    #[arg(long, required_unless_present = "server_admin")]
    room: Option<String>,
    /// For the admin API, and all that belongs to the key, instead of a room.
    #[arg(long, conflicts_with_all = ["room", "name", "metadata", "grants", "caps"])]
    server_admin: bool,
    /// Whom it names.
    #[arg(long)]
    identity: String,
    /// How long it holds: a number of s, m, h or d.
    #[arg(long, default_value = "1h", value_name = "TIME")]
    ttl: Lifetime,
    /// The participant's name for people to read.
    #[arg(long)]
    name: Option<String>,
    /// What others shall know of the participant.
    #[arg(long, value_name = "TEXT")]
    metadata: Option<String>,
    /// The token's own name, by which it can be revoked.
    #[arg(long, value_name = "NAME")]
    id: Option<String>,
    /// What it allows, several times: admin, hidden, subscribe=false, messages=false, rename=false,
    /// publish=false or publish=camera,microphone.
    #[arg(long = "grant", value_name = "GRANT[=VALUE]")]
    grants: Vec<String>,
    /// How much of it, several times: max_layer, max_bitrate, max_tracks or max_subscriptions.
    #[arg(long = "cap", value_name = "CAP=NUMBER")]
    caps: Vec<String>,
    /// What the room takes that is opened with it, of what the server takes, like VP8,H264.
    #[arg(long, value_name = "CODECS", value_delimiter = ',')]
    codecs: Vec<String>,
    /// What publishers are to use there if they can, the best one first, like VP9,VP8.
    #[arg(long, value_name = "CODECS", value_delimiter = ',')]
    prefer: Vec<String>,
    /// Which key signs it; not needed when there is just one.
    #[arg(long, value_name = "ID")]
    key: Option<String>,
}

/// A time as `90s`, `15m`, `1h` or `7d`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Lifetime(Duration);

impl FromStr for Lifetime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is no time: a whole number of s, m, h or d, like 90s or 1h");
        let unit = text.chars().next_back().ok_or_else(problem)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 24 * 3_600,
            _ => return Err(problem()),
        };
        let count: u64 = text.trim_end_matches(unit).parse().map_err(|_| problem())?;
        count.checked_mul(seconds).map(|seconds| Self(Duration::from_secs(seconds))).ok_or_else(problem)
    }
}

impl TokenOptions {
    /// The token, signed with one of the keys.
    ///
    /// # Errors
    /// What is wrong with the options, or which key is meant when there are several.
    pub(crate) fn mint(&self, auth: &AuthConfig, dev: bool) -> anyhow::Result<String> {
        let (id, key) = self.key(auth, dev)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?;
        let exp = now.saturating_add(self.ttl.0).as_secs();
        if self.server_admin {
            let (sub, jti) = (self.identity.clone(), self.id.clone());
            return Ok(mint(&AdminClaims { sub, exp, server_admin: true, jti }, id, &key.secret)?);
        }
        let claims = Claims {
            sub: self.identity.clone(),
            room: self.room.clone().context("--room is missing")?,
            exp,
            nbf: None,
            jti: self.id.clone(),
            name: self.name.clone(),
            metadata: self.metadata.clone(),
            grants: self.grants()?,
            caps: self.caps()?,
            codecs: self.codecs()?,
        };
        Ok(mint(&claims, id, &key.secret)?)
    }

    fn key<'a>(&self, auth: &'a AuthConfig, dev: bool) -> anyhow::Result<(&'a String, &'a Key)> {
        let ids = || auth.keys.keys().cloned().collect::<Vec<_>>().join(", ");
        let wanted = self.key.as_deref().or_else(|| dev.then_some(DEVELOPMENT_KEY_ID));
        match (wanted, auth.keys.len()) {
            (Some(id), _) => {
                let found = auth.keys.get_key_value(id);
                found.with_context(|| format!("there is no key {id:?}; there are: {}", ids()))
            }
            (None, 1) => auth.keys.first_key_value().context("there is no key"),
            (None, _) => bail!("there are several keys: name one with --key: {}", ids()),
        }
    }

    fn grants(&self) -> anyhow::Result<Option<GrantClaims>> {
        let mut claims = GrantClaims::default();
        for grant in &self.grants {
            let (name, value) = grant.split_once('=').unwrap_or((grant, "true"));
            let place = match name {
                "publish" => {
                    let list = value.split(',').filter(|source| !source.is_empty());
                    match value {
                        "true" => claims.publish = GrantClaims::default().publish,
                        "false" => claims.publish = std::iter::empty().collect(),
                        _ => {
                            claims.publish =
                                list.map(source).collect::<Result<_, _>>().map_err(anyhow::Error::msg)?
                        }
                    }
                    continue;
                }
                "subscribe" => &mut claims.subscribe,
                "messages" => &mut claims.messages,
                "rename" => &mut claims.rename,
                "admin" => &mut claims.admin,
                "hidden" => &mut claims.hidden,
                _ => bail!(
                    "there is no grant {name:?}, only publish, subscribe, messages, rename, admin, hidden"
                ),
            };
            *place = value.parse().with_context(|| format!("{grant}: the value is true or false"))?;
        }
        Ok((!self.grants.is_empty()).then_some(claims))
    }

    fn codecs(&self) -> anyhow::Result<Option<CodecPolicy>> {
        if self.codecs.is_empty() && self.prefer.is_empty() {
            return Ok(None);
        }
        let all = || CodecName::ALL.map(CodecName::as_str).join(", ");
        let named = |name: &String| {
            CodecName::named(name).with_context(|| format!("there is no codec {name:?}, only {}", all()))
        };
        let read = |names: &[String]| names.iter().map(named).collect::<anyhow::Result<Vec<_>>>();
        let everything = CodecPolicy::default().allowed;
        let allowed = if self.codecs.is_empty() { everything } else { read(&self.codecs)? };
        Ok(Some(CodecPolicy { allowed, preferred: read(&self.prefer)? }))
    }

    fn caps(&self) -> anyhow::Result<Option<CapClaims>> {
        let mut claims = CapClaims::default();
        for cap in &self.caps {
            let (name, value) = cap.split_once('=').with_context(|| format!("{cap}: as NAME=NUMBER"))?;
            let number = || format!("{cap}: the value is a whole number, 0 or more");
            match name {
                "max_layer" => claims.max_layer = Some(value.parse().with_context(number)?),
                "max_bitrate" => claims.max_bitrate = Some(value.parse().with_context(number)?),
                "max_tracks" => claims.max_tracks = Some(value.parse().with_context(number)?),
                "max_subscriptions" => claims.max_subscriptions = Some(value.parse().with_context(number)?),
                _ => bail!(
                    "there is no cap {name:?}, only max_layer, max_bitrate, max_tracks, max_subscriptions"
                ),
            }
        }
        Ok((!self.caps.is_empty()).then_some(claims))
    }
}

#[cfg(test)]
mod tests;
