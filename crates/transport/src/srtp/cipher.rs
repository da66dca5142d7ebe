//! Sealing and opening one packet in place. Knows no state: index in, bytes out.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{EncryptingKey, EncryptionContext};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use switchyard_vocab::rtp::Ssrc;

use super::keys::{SessionKeys, counter_mode_key};
use super::profile::SrtpProfile;

/// The part of an RTCP packet that stays readable: first header and sender's SSRC (RFC 3711 §3.4).
pub(super) const RTCP_CLEAR: usize = 8;
/// The E flag of the SRTCP index word: the packet is encrypted.
pub(super) const ENCRYPTED: u32 = 0x8000_0000;

const INDEX_LEN: usize = 4;
const SHA1_TAG: usize = 10;
const GCM_TAG: usize = 16;

/// The tag does not match.
#[derive(Debug)]
pub(super) struct Mismatch;

/// One direction of RTP, or of RTCP.
pub(super) enum PacketCipher {
    Gcm {
        key: LessSafeKey,
        salt: [u8; 12],
    },
    /// Apart, because its key schedules are fifty times larger.
    Cm(Box<CounterMode>),
}

/// AES in counter mode with HMAC-SHA1.
pub(super) struct CounterMode {
    key: EncryptingKey,
    auth: hmac::Key,
    salt: [u8; 14],
}

impl PacketCipher {
    pub(super) fn new(keys: &SessionKeys) -> Self {
        let algorithm = match keys.profile {
            SrtpProfile::AeadAes128Gcm => &AES_128_GCM,
            SrtpProfile::AeadAes256Gcm => &AES_256_GCM,
            SrtpProfile::Aes128CmSha1 => {
                return Self::Cm(Box::new(CounterMode {
                    key: counter_mode_key(keys.profile, keys.key()),
                    auth: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &keys.auth),
                    salt: keys.salt,
                }));
            }
        };
        let key = UnboundKey::new(algorithm, keys.key()).expect("the length is the profile's");
        let mut salt = [0; 12];
        salt.copy_from_slice(&keys.salt[..12]);
        Self::Gcm { key: LessSafeKey::new(key), salt }
    }

    pub(super) const fn tag_len(&self) -> usize {
        match self {
            Self::Gcm { .. } => GCM_TAG,
            Self::Cm(_) => SHA1_TAG,
        }
    }

    /// Seals `packet`, whose last [`tag_len`](Self::tag_len) bytes are room for the tag. `index` has 48 bits.
    pub(super) fn seal_rtp(&self, ssrc: Ssrc, index: u64, packet: &mut [u8], header_len: usize) {
        let (plain, tag_room) = packet.split_at_mut(packet.len() - self.tag_len());
        match self {
            Self::Gcm { key, salt } => {
                let (header, payload) = plain.split_at_mut(header_len);
                let tag = key
                    .seal_in_place_separate_tag(
                        gcm_rtp_nonce(salt, ssrc, index),
                        Aad::from(&*header),
                        payload,
                    )
                    .expect("a packet is far shorter than the cipher's limit");
                tag_room.copy_from_slice(tag.as_ref());
            }
            Self::Cm(cm) => {
                cm.apply_key_stream(ssrc, index, &mut plain[header_len..]);
                tag_room.copy_from_slice(&cm.sha1_tag(plain, rollover_counter(index)));
            }
        }
    }

    /// Opens `packet` (header, ciphertext and tag) and tells the length of the plain packet.
    pub(super) fn open_rtp(
        &self,
        ssrc: Ssrc,
        index: u64,
        packet: &mut [u8],
        header_len: usize,
    ) -> Result<usize, Mismatch> {
        let plain_len = packet.len() - self.tag_len();
        match self {
            Self::Gcm { key, salt } => {
                let (header, sealed) = packet.split_at_mut(header_len);
                key.open_in_place(gcm_rtp_nonce(salt, ssrc, index), Aad::from(&*header), sealed)
                    .map_err(|_| Mismatch)?;
            }
            Self::Cm(cm) => {
                let (authenticated, tag) = packet.split_at_mut(plain_len);
                check(&cm.sha1_tag(authenticated, rollover_counter(index)), tag)?;
                cm.apply_key_stream(ssrc, index, &mut authenticated[header_len..]);
            }
        }
        Ok(plain_len)
    }

    /// Seals `packet`, whose last bytes are room for tag and index word. `index` has 31 bits.
    pub(super) fn seal_rtcp(&self, ssrc: Ssrc, index: u32, packet: &mut [u8]) {
        let word = (ENCRYPTED | index).to_be_bytes();
        let (plain, trailer) = packet.split_at_mut(packet.len() - self.tag_len() - INDEX_LEN);
        let (clear, payload) = plain.split_at_mut(RTCP_CLEAR);
        match self {
            // RFC 7714 §17: the tag stands before the index word.
            Self::Gcm { key, salt } => {
                let aad = Aad::from(gcm_rtcp_aad(clear, word));
                let tag = key
                    .seal_in_place_separate_tag(gcm_rtcp_nonce(salt, ssrc, index), aad, payload)
                    .expect("a packet is far shorter than the cipher's limit");
                trailer[..GCM_TAG].copy_from_slice(tag.as_ref());
                trailer[GCM_TAG..].copy_from_slice(&word);
            }
            // RFC 3711 §3.4: the tag stands behind it.
            Self::Cm(cm) => {
                cm.apply_key_stream(ssrc, index.into(), payload);
                trailer[..INDEX_LEN].copy_from_slice(&word);
                trailer[INDEX_LEN..].copy_from_slice(&cm.sha1_tag(plain, word));
            }
        }
    }

    /// The index word of a protected RTCP packet that is long enough to have one.
    pub(super) fn rtcp_index_word(&self, packet: &[u8]) -> u32 {
        let behind = match self {
            Self::Gcm { .. } => 0,
            Self::Cm(_) => SHA1_TAG,
        };
        let end = packet.len() - behind;
        let mut word = [0; INDEX_LEN];
        word.copy_from_slice(&packet[end - INDEX_LEN..end]);
        u32::from_be_bytes(word)
    }

    /// Opens `packet` and tells the length of the plain one. `word` is its index word.
    pub(super) fn open_rtcp(&self, ssrc: Ssrc, word: u32, packet: &mut [u8]) -> Result<usize, Mismatch> {
        let plain_len = packet.len() - self.tag_len() - INDEX_LEN;
        let index = word & !ENCRYPTED;
        match self {
            Self::Gcm { key, salt } if word & ENCRYPTED != 0 => {
                let (clear, sealed) = packet.split_at_mut(RTCP_CLEAR);
                let aad = Aad::from(gcm_rtcp_aad(clear, word.to_be_bytes()));
                let sealed_len = sealed.len() - INDEX_LEN;
                key.open_in_place(gcm_rtcp_nonce(salt, ssrc, index), aad, &mut sealed[..sealed_len])
                    .map_err(|_| Mismatch)?;
            }
            // Readable but authenticated: everything is associated data (RFC 7714 §9.3).
            Self::Gcm { key, salt } => {
                let mut tag = [0; GCM_TAG];
                tag.copy_from_slice(&packet[plain_len..plain_len + GCM_TAG]);
                packet.copy_within(plain_len + GCM_TAG.., plain_len);
                let aad = Aad::from(&packet[..plain_len + INDEX_LEN]);
                key.open_in_place(gcm_rtcp_nonce(salt, ssrc, index), aad, &mut tag).map_err(|_| Mismatch)?;
            }
            Self::Cm(cm) => {
                let (plain, trailer) = packet.split_at_mut(plain_len);
                check(&cm.sha1_tag(plain, word.to_be_bytes()), &trailer[INDEX_LEN..])?;
                if word & ENCRYPTED != 0 {
                    cm.apply_key_stream(ssrc, index.into(), &mut plain[RTCP_CLEAR..]);
                }
            }
        }
        Ok(plain_len)
    }
}

/// RFC 7714 §8.1: two zeros, SSRC, rollover counter and sequence number, all exclusive-or'd with the salt.
fn gcm_rtp_nonce(salt: &[u8; 12], ssrc: Ssrc, index: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[2..6].copy_from_slice(&ssrc.0.to_be_bytes());
    nonce[6..].copy_from_slice(&index.to_be_bytes()[2..]);
    salted(nonce, salt)
}

/// RFC 7714 §9.1: two zeros, SSRC, two zeros, 31-bit index.
fn gcm_rtcp_nonce(salt: &[u8; 12], ssrc: Ssrc, index: u32) -> Nonce {
    let mut nonce = [0; 12];
    nonce[2..6].copy_from_slice(&ssrc.0.to_be_bytes());
    nonce[8..].copy_from_slice(&index.to_be_bytes());
    salted(nonce, salt)
}

fn salted(mut nonce: [u8; 12], salt: &[u8; 12]) -> Nonce {
    for (byte, salt) in nonce.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    Nonce::assume_unique_for_key(nonce)
}

/// RFC 7714 §9.2: the readable header and the index word.
fn gcm_rtcp_aad(clear: &[u8], word: [u8; INDEX_LEN]) -> [u8; RTCP_CLEAR + INDEX_LEN] {
    let mut aad = [0; RTCP_CLEAR + INDEX_LEN];
    aad[..RTCP_CLEAR].copy_from_slice(clear);
    aad[RTCP_CLEAR..].copy_from_slice(&word);
    aad
}

impl CounterMode {
    /// RFC 3711 §4.1.1: salt, SSRC and index make the start of the counter. Its own inverse.
    fn apply_key_stream(&self, ssrc: Ssrc, index: u64, data: &mut [u8]) {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&self.salt);
        for (byte, ssrc) in iv[4..8].iter_mut().zip(ssrc.0.to_be_bytes()) {
            *byte ^= ssrc;
        }
        for (byte, index) in iv[8..14].iter_mut().zip(&index.to_be_bytes()[2..]) {
            *byte ^= index;
        }
        self.key
            .less_safe_encrypt(data, EncryptionContext::Iv128(FixedLength::from(iv)))
            .expect("counter mode takes any length");
    }

    /// RFC 3711 §4.2: HMAC-SHA1 over the packet and what does not travel with it, cut to 80 bits.
    fn sha1_tag(&self, packet: &[u8], suffix: [u8; 4]) -> [u8; SHA1_TAG] {
        let mut context = hmac::Context::with_key(&self.auth);
        context.update(packet);
        context.update(&suffix);
        let mut tag = [0; SHA1_TAG];
        tag.copy_from_slice(&context.sign().as_ref()[..SHA1_TAG]);
        tag
    }
}

const fn rollover_counter(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

fn check(expected: &[u8], tag: &[u8]) -> Result<(), Mismatch> {
    verify_slices_are_equal(expected, tag).map_err(|_| Mismatch)
}

#[cfg(test)]
mod tests;
