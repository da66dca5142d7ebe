//! Values that can be read but make no sense, or not together.

use std::ops::RangeInclusive;

use switchyard_gateway::config::Start;
use switchyard_vocab::negotiated::MAX_PUBLICATIONS;

use super::{Config, MAX_WORKERS, Problem};
use crate::logging;

/// Sizes of kernel buffers. Smaller ones lose packets at the first keyframe; the kernel counts in 31 bits.
const BUFFER_BYTES: RangeInclusive<usize> = 64 * 1024..=1024 * 1024 * 1024;

/// Most of anything that `control.limits` counts: a slip of the finger, rather than a plan, beyond it.
const MOST: usize = 10_000_000;

/// Longest names. Each is kept per session and sent to everybody in the room.
const LONGEST_NAME: usize = 4_096;

/// Longest message and metadata. Each message is handed on to everybody in the room.
const LONGEST_TEXT: usize = 64 * 1_024;

/// Most messages a second of one session: as many as the gateway may be told to take.
const MOST_MESSAGES: usize = 10_000;

/// Lists everything that would make a start pointless or dangerous.
pub(super) fn problems(config: &Config, dev: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    media(config, &mut problems);
    limits(config, &mut problems);
    if !config.control.codecs.is_complete() {
        let accepted = "\"opus\" and at least one of \"VP8\", \"VP9\", \"H264\", \"AV1\", \"H265\"";
        let names: Vec<_> = config.control.codecs.allowed.iter().map(|name| name.as_str()).collect();
        let value = format!("{names:?}");
        problems.push(Problem::value("control.codecs.allowed", value, accepted));
    }
    if let Err(error) = logging::filter(&config.log.filter) {
        problems.push(Problem::value("log.filter", format!("{:?}", config.log.filter), error));
    }
    let start = if dev { Start::Development } else { Start::Production };
    if let Err(error) = config.gateway.check(start) {
        problems.push(Problem::value(format!("gateway.{}", error.key), error.value, error.accepted));
    }
    problems
}

fn media(config: &Config, problems: &mut Vec<Problem>) {
    let media = &config.media;
    let mut refuse = |key: &str, value: String, accepted: &str| {
        problems.push(Problem::value(format!("media.{key}"), value, accepted));
    };
    if media.workers > MAX_WORKERS {
        refuse("workers", media.workers.to_string(), "0 (one per core) to 128");
    }
    let highest = usize::from(media.port_base) + media.worker_count() - 1;
    if highest > usize::from(u16::MAX) || media.port_base == 0 {
        let accepted =
            format!("1 to {} with {} workers", 65_536 - media.worker_count(), media.worker_count());
        refuse("port_base", media.port_base.to_string(), &accepted);
    }
    if media.bind.is_empty() {
        refuse("bind", "[]".to_owned(), "at least one local address");
    }
    for (key, addresses) in [("bind", &media.bind), ("announce", &media.announce)] {
        let mut numbered = addresses.iter().enumerate();
        if let Some((_, address)) = numbered.find(|&(index, address)| addresses[..index].contains(address)) {
            refuse(key, format!("{address} twice"), "each address once");
        }
    }
    let unreachable = |address: &&std::net::IpAddr| address.is_unspecified() || address.is_multicast();
    if let Some(address) = media.announce.iter().find(unreachable) {
        refuse("announce", address.to_string(), "addresses that clients can reach");
    }
    for (key, value) in [("receive_buffer", media.receive_buffer), ("send_buffer", media.send_buffer)] {
        if !BUFFER_BYTES.contains(&value) {
            refuse(key, value.to_string(), "65536 to 1073741824 bytes");
        }
    }
}

fn limits(config: &Config, problems: &mut Vec<Problem>) {
    let limits = &config.control.limits;
    let counts = [
        ("sessions", limits.sessions, MOST),
        ("rooms", limits.rooms, MOST),
        ("participants_per_room", limits.participants_per_room, MOST),
        ("publications_per_session", limits.publications_per_session, MAX_PUBLICATIONS),
        ("subscriptions_per_session", limits.subscriptions_per_session, MOST),
        ("revocations", limits.revocations, MOST),
        ("bans", limits.bans, MOST),
        ("metadata_bytes", limits.metadata_bytes, LONGEST_TEXT),
        ("message_bytes", limits.message_bytes, LONGEST_TEXT),
        ("messages_per_second", limits.messages_per_second as usize, MOST_MESSAGES),
        ("ban_seconds", usize::try_from(limits.ban_seconds).unwrap_or(usize::MAX), MOST),
    ];
    let names = [
        ("room_name_bytes", limits.room_name_bytes),
        ("identity_bytes", limits.identity_bytes),
        ("display_name_bytes", limits.display_name_bytes),
    ];
    let mut check = |key: &str, value: usize, most: usize| {
        if !(1..=most).contains(&value) {
            let accepted = format!("1 to {most}");
            problems.push(Problem::value(format!("control.limits.{key}"), value.to_string(), &accepted));
        }
    };
    counts.iter().for_each(|&(key, value, most)| check(key, value, most));
    names.iter().for_each(|&(key, value)| check(key, value, LONGEST_NAME));
}
