//! Networks: addresses that begin alike.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A network, as `192.0.2.0/24` or `2001:db8::/32`; an address alone is a network of one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network {
    address: IpAddr,
    /// How many bits are the same.
    length: u8,
}

/// What is no network.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an address or a network, like \"192.0.2.7\" or \"2001:db8::/32\"")]
pub struct NetworkError;

impl Network {
    /// Whether an address is in it. IPv4 addresses in their IPv6 form count as what they are.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, other) = (bits(self.address), bits(address.to_canonical()));
        self.address.is_ipv4() == address.to_canonical().is_ipv4() && (own ^ other) & mask(self.length) == 0
    }

    /// Whether everybody is in it.
    pub const fn is_everybody(&self) -> bool {
        self.length == 0
    }
}

/// The address at the upper end of 128 bits.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

const fn mask(length: u8) -> u128 {
    match length {
        0 => 0,
        length => u128::MAX << (128 - length as u32),
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                digits.parse().ok().filter(|&length| length <= longest).ok_or(NetworkError)?
            }
            Some(_) => return Err(NetworkError),
            None => longest,
        };
        Ok(Self { address, length })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| {
            de::Error::invalid_value(de::Unexpected::Str(&text), &format!("{error}").as_str())
        })
    }
}
