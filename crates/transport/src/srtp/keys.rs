//! Keys: from the handshake's exporter to the keys of one direction.

use std::fmt;

use aws_lc_rs::cipher::{EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

use super::profile::SrtpProfile;

/// Bytes of an SRTP authentication key (RFC 3711 §5.2).
pub(super) const AUTH_KEY_LEN: usize = 20;

/// Master key and salt of one direction.
#[derive(Clone)]
pub struct MasterKey {
    key: [u8; SrtpProfile::MAX_KEY_LEN],
    salt: [u8; SrtpProfile::MAX_SALT_LEN],
    profile: SrtpProfile,
}

/// Master keys of both directions, as the handshake left them.
#[derive(Clone)]
pub struct SrtpKeys {
    /// What the DTLS client protects its packets with.
    pub client: MasterKey,
    /// What the DTLS server protects its packets with.
    pub server: MasterKey,
}

impl SrtpKeys {
    /// Splits exported keying material: client key, server key, client salt, server salt (RFC 5764 §4.2).
    ///
    /// `None` when its length is not [`SrtpProfile::keying_material_len`].
    pub fn from_exporter(profile: SrtpProfile, material: &[u8]) -> Option<Self> {
        if material.len() != profile.keying_material_len() {
            return None;
        }
        let (keys, salts) = material.split_at(2 * profile.key_len());
        let (client_key, server_key) = keys.split_at(profile.key_len());
        let (client_salt, server_salt) = salts.split_at(profile.salt_len());
        Some(Self {
            client: MasterKey::new(profile, client_key, client_salt)?,
            server: MasterKey::new(profile, server_key, server_salt)?,
        })
    }

    /// The profile that was settled on.
    pub const fn profile(&self) -> SrtpProfile {
        self.client.profile
    }
}

impl MasterKey {
    /// A key and a salt of exactly the profile's lengths, `None` otherwise.
    pub fn new(profile: SrtpProfile, key: &[u8], salt: &[u8]) -> Option<Self> {
        if key.len() != profile.key_len() || salt.len() != profile.salt_len() {
            return None;
        }
        let mut master = Self { key: [0; 32], salt: [0; 14], profile };
        master.key[..key.len()].copy_from_slice(key);
        // A 96-bit salt is filled up with zeros on the right (RFC 7714 §11).
        master.salt[..salt.len()].copy_from_slice(salt);
        Some(master)
    }

    /// The profile it belongs to.
    pub const fn profile(&self) -> SrtpProfile {
        self.profile
    }

    pub(super) fn rtp_session(&self) -> SessionKeys {
        self.session(0x00, 0x01, 0x02)
    }

    pub(super) fn rtcp_session(&self) -> SessionKeys {
        self.session(0x03, 0x04, 0x05)
    }

    fn session(&self, encryption: u8, authentication: u8, salting: u8) -> SessionKeys {
        let mut keys = SessionKeys { profile: self.profile, key: [0; 32], auth: [0; 20], salt: [0; 14] };
        self.derive(encryption, &mut keys.key[..self.profile.key_len()]);
        self.derive(authentication, &mut keys.auth);
        self.derive(salting, &mut keys.salt[..self.profile.salt_len()]);
        keys
    }

    /// The key derivation function of RFC 3711 §4.3 with a derivation rate of zero: key stream of
    /// the master key, started at the salt with the label in it.
    fn derive(&self, label: u8, out: &mut [u8]) {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&self.salt);
        iv[7] ^= label;
        out.fill(0);
        counter_mode_key(self.profile, &self.key[..self.profile.key_len()])
            .less_safe_encrypt(out, EncryptionContext::Iv128(FixedLength::from(iv)))
            .expect("counter mode takes any length");
    }
}

/// Session keys of one direction, for RTP or for RTCP.
pub(super) struct SessionKeys {
    pub(super) profile: SrtpProfile,
    pub(super) key: [u8; SrtpProfile::MAX_KEY_LEN],
    pub(super) auth: [u8; AUTH_KEY_LEN],
    pub(super) salt: [u8; SrtpProfile::MAX_SALT_LEN],
}

impl SessionKeys {
    pub(super) fn key(&self) -> &[u8] {
        &self.key[..self.profile.key_len()]
    }
}

/// AES in counter mode with the profile's key length.
pub(super) fn counter_mode_key(profile: SrtpProfile, key: &[u8]) -> EncryptingKey {
    let unbound = UnboundCipherKey::new(profile.block_cipher(), key).expect("the length is the profile's");
    EncryptingKey::ctr(unbound).expect("AES has a counter mode")
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({:?})", self.profile)
    }
}

impl fmt::Debug for SrtpKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SrtpKeys({:?})", self.profile())
    }
}

#[cfg(test)]
mod tests;
