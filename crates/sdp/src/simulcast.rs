//! Simulcast: which encodings an m-line announces (RFC 8851, RFC 8853).

use rtc_sdp::description::common::Attribute;
use switchyard_vocab::layer::MAX_ENCODINGS;
use switchyard_vocab::rtp::{PayloadType, Rid};

/// Most `a=rid` lines read of one m-line.
const MAX_RIDS: usize = 16;

/// One encoding that the peer sends, by name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentRid {
    /// Its name.
    pub rid: Rid,
    /// Marked with `~`: announced, and not sent for now.
    pub paused: bool,
    /// Payload types it is limited to; empty for no limit.
    payload_types: Vec<PayloadType>,
}

impl SentRid {
    /// Whether the encoding may use a payload type.
    pub fn allows(&self, payload_type: PayloadType) -> bool {
        self.payload_types.is_empty() || self.payload_types.contains(&payload_type)
    }
}

/// The encodings an m-line announces.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct SentEncodings {
    /// In the order of `a=simulcast`, else in that of the `a=rid` lines; at most [`MAX_ENCODINGS`].
    /// The order is the sender's preference and says nothing about size (RFC 8853 §5.2).
    pub(crate) rids: Vec<SentRid>,
    /// Whether there is an `a=simulcast` line with a send list.
    pub(crate) simulcast: bool,
    /// How many were left out.
    pub(crate) ignored: u32,
}

impl SentEncodings {
    /// Reads the encodings, whichever of the two kinds of lines comes first.
    pub(crate) fn parse(attributes: &[Attribute]) -> Self {
        let mut ignored = 0;
        let mut declared: Vec<SentRid> = Vec::new();
        let mut listed: Option<Vec<(&str, bool)>> = None;
        for attribute in attributes {
            let Some(value) = attribute.value.as_deref() else { continue };
            match attribute.key.as_str() {
                "rid" => match parse_rid(value) {
                    Some(rid) if declared.iter().any(|known| known.rid == rid.rid) => ignored += 1,
                    Some(rid) if declared.len() < MAX_RIDS => declared.push(rid),
                    Some(_) => ignored += 1,
                    None => {}
                },
                "simulcast" if listed.is_none() => listed = parse_send_list(value),
                _ => {}
            }
        }

        let simulcast = listed.is_some();
        let ordered = match listed {
            Some(listed) => in_order(&declared, &listed),
            None => declared,
        };
        ignored += ordered.len().saturating_sub(MAX_ENCODINGS) as u32;
        let rids = ordered.into_iter().take(MAX_ENCODINGS).collect();
        Self { rids, simulcast, ignored }
    }
}

/// Declared encodings in the order of the list; names that no `a=rid` declares do not count.
fn in_order(declared: &[SentRid], listed: &[(&str, bool)]) -> Vec<SentRid> {
    let mut ordered: Vec<SentRid> = Vec::new();
    for &(name, paused) in listed {
        let Some(rid) = declared.iter().find(|rid| rid.rid.as_str() == name) else { continue };
        if ordered.iter().all(|known| known.rid != rid.rid) {
            ordered.push(SentRid { paused, ..rid.clone() });
        }
    }
    ordered
}

/// `<rid> send [pt=96,97;max-width=…]`; names are alphanumeric, `-` and `_` (RFC 8852 §3).
fn parse_rid(value: &str) -> Option<SentRid> {
    let mut words = value.split_ascii_whitespace();
    let name = words.next()?;
    if !words.next()?.eq_ignore_ascii_case("send") || !is_rid_name(name) {
        return None;
    }
    let rid = Rid::parse(name.as_bytes()).ok()?;
    let payload_types = words
        .next()
        .and_then(|limits| limits.split(';').find_map(|limit| limit.strip_prefix("pt=")))
        .map(|list| {
            list.split(',').filter_map(|number| number.parse().ok()).map(PayloadType).take(64).collect()
        })
        .unwrap_or_default();
    Some(SentRid { rid, paused: false, payload_types })
}

fn is_rid_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The send list of `a=simulcast`: streams between `;`, of which the first alternative counts.
///
/// An older form of the draft (`send rid=a;b`) is read too.
fn parse_send_list(value: &str) -> Option<Vec<(&str, bool)>> {
    let mut words = value.split_ascii_whitespace();
    let list = loop {
        let direction = words.next()?;
        let list = words.next()?;
        if direction.eq_ignore_ascii_case("send") {
            break list;
        }
    };
    let list = list.strip_prefix("rid=").unwrap_or(list);
    let first = |stream: &str| stream.find(',').unwrap_or(stream.len());
    let streams = list.split(';').take(MAX_RIDS).map(|stream| stream.get(..first(stream)).unwrap_or(stream));
    Some(streams.map(|name| name.strip_prefix('~').map_or((name, false), |name| (name, true))).collect())
}

#[cfg(test)]
mod tests;
