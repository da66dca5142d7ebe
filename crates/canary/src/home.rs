//! Where we are: the local address of all our connections, which look for it anew when they restart ICE.

use std::io::Result;
use std::iter::{Once, once};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};

/// A local address that may change. Clones change with it.
#[derive(Clone, Debug)]
pub(crate) struct Home(Arc<Mutex<IpAddr>>);

impl Home {
    /// The address to begin with.
    pub(crate) fn new(address: IpAddr) -> Self {
        Self(Arc::new(Mutex::new(address)))
    }

    /// Connections that look for it from now on find `address`.
    pub(crate) fn move_to(&self, address: IpAddr) {
        *self.0.lock().expect("nobody panics while holding the address") = address;
    }
}

impl ToSocketAddrs for Home {
    type Iter = Once<SocketAddr>;

    /// The address, with any port.
    fn to_socket_addrs(&self) -> Result<Self::Iter> {
        let address = *self.0.lock().expect("nobody panics while holding the address");
        Ok(once(SocketAddr::new(address, 0)))
    }
}
