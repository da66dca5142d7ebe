//! Which of our addresses the world would see: for a development server that was told none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Anything that only the default route leads to: a root name server. Nothing is sent to it.
const FAR_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 41, 0, 4)), 53);
/// The same server's other address.
const FAR_V6: SocketAddr =
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0x503, 0xba3e, 0, 0, 0, 2, 0x30)), 53);

/// The addresses of the default routes, IPv4 first; the IPv4 loopback alone when there are none.
///
/// Connecting a UDP socket only asks the routing table, so no packet leaves the machine. Behind a NAT
/// these are the inner addresses.
pub fn default_addresses() -> Vec<IpAddr> {
    let found: Vec<IpAddr> = [FAR_V4, FAR_V6].into_iter().filter_map(source_towards).collect();
    if found.is_empty() { vec![Ipv4Addr::LOCALHOST.into()] } else { found }
}

fn source_towards(far: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if far.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(far).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified()).then_some(ip)
}

#[cfg(test)]
mod tests;
