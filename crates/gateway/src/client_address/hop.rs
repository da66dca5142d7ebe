//! One hop, as headers write it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An element of `X-Forwarded-For`: an address, perhaps with a port.
pub(super) fn x_forwarded(element: &str) -> Option<SocketAddr> {
    node(element)
}

/// The `for` of an element of `Forwarded`. `None` as well for names that hide who it is (`unknown`, `_name`;
/// RFC 7239 §6.3), and for an element that says two.
pub(super) fn forwarded(element: &str) -> Option<SocketAddr> {
    let pairs = split_unquoted(element, ';')?.into_iter().filter_map(|pair| pair.split_once('='));
    let mut said = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let (_, value) = said.next()?;
    if said.next().is_some() {
        return None;
    }
    let value = value.trim();
    let value = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    node(value)
}

/// The parts of a text between separators; those within quotes are none (RFC 9110 §5.6.4). `None` when quotes are
/// not closed.
pub(super) fn split_unquoted(text: &str, separator: char) -> Option<Vec<&str>> {
    let mut quoted = false;
    let mut escaped = false;
    let is_end = |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    };
    let parts = text.split(is_end).map(str::trim).collect();
    (!quoted).then_some(parts)
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn node(text: &str) -> Option<SocketAddr> {
    let address = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            match port.strip_prefix(':') {
                Some(port) => SocketAddr::new(address.into(), port.parse().ok()?),
                None if port.is_empty() => SocketAddr::new(address.into(), 0),
                None => return None,
            }
        }
        None => match text.parse::<IpAddr>() {
            Ok(address) => SocketAddr::new(address, 0),
            Err(_) => text.parse::<SocketAddr>().ok()?,
        },
    };
    Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
}
