//! Values that can be read but make no sense together.

use switchyard_gateway::config::Start;

use super::{Config, Problem};

/// Most workers: the number is one byte of the ICE ufrag, and no machine this is made for has more.
const MAX_WORKERS: usize = 128;

/// Kernel buffers below this lose packets at the first keyframe.
const MIN_BUFFER: usize = 64 * 1024;

/// Lists everything that would make a start pointless or dangerous.
pub(super) fn problems(config: &Config, dev: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    media(config, &mut problems);
    let start = if dev { Start::Development } else { Start::Production };
    if let Err(error) = config.gateway.check(start) {
        let key = format!("gateway.{}", error.key);
        problems.push(Problem { key, value: error.value, accepted: error.accepted });
    }
    problems
}

fn media(config: &Config, problems: &mut Vec<Problem>) {
    let media = &config.media;
    let mut refuse = |key: &str, value: String, accepted| {
        problems.push(Problem { key: key.to_owned(), value, accepted });
    };
    if media.workers > MAX_WORKERS {
        refuse("media.workers", media.workers.to_string(), "0 (one per core) to 128");
    }
    if usize::from(media.port_base) + media.workers.max(1) - 1 > usize::from(u16::MAX) || media.port_base == 0
    {
        refuse("media.port_base", media.port_base.to_string(), "1 to 65535 less the number of workers");
    }
    if media.bind.is_empty() {
        refuse("media.bind", "[]".into(), "at least one local address");
    }
    if let Some(address) = media.announce.iter().find(|address| address.is_unspecified()) {
        refuse("media.announce", address.to_string(), "addresses that clients can reach");
    }
    for (key, value) in
        [("media.receive_buffer", media.receive_buffer), ("media.send_buffer", media.send_buffer)]
    {
        if value < MIN_BUFFER {
            refuse(key, value.to_string(), "65536 bytes or more");
        }
    }
}
