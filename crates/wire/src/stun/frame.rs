//! Header and attributes of any STUN message, before anybody asks what they mean.

use std::fmt;

use stun_types::attribute::Fingerprint;

use super::attribute::{FINGERPRINT, MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256};
use super::{Key, MAGIC_COOKIE, StunError};
use crate::bytes::{array_at, u16_at, u32_at};

/// Most attributes one message may have; browsers send about ten.
///
/// The datagram's size bounds them too, but at 370: this keeps the walk over junk short.
pub(super) const MAX_ATTRIBUTES: usize = 32;

pub(super) const HEADER_LEN: usize = 20;
const ATTRIBUTE_HEAD: usize = 4;

/// XORed over the CRC so that it differs from one of a protocol inside (RFC 8489 §14.7).
const FINGERPRINT_MASK: u32 = 0x5354_554E;

/// 96 random bits that tie an answer to its request (RFC 8489 §5).
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct TransactionId(pub [u8; 12]);

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl TransactionId {
    pub(super) fn to_library(self) -> stun_types::message::TransactionId {
        let mut wide = [0; 16];
        wide[4..].copy_from_slice(&self.0);
        u128::from_be_bytes(wide).into()
    }
}

/// A message whose framing and fingerprint are sound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    bytes: &'a [u8],
    pub(super) transaction: TransactionId,
    /// Where MESSAGE-INTEGRITY starts.
    integrity_at: Option<usize>,
}

impl<'a> Frame<'a> {
    /// Checks the framing of a message of type `expected`, and shows every attribute that counts
    /// to `on_attribute`.
    ///
    /// What stands between MESSAGE-INTEGRITY and FINGERPRINT is not shown: nobody vouches for it.
    pub(super) fn parse(
        bytes: &'a [u8],
        expected: impl Fn(u16) -> bool,
        mut on_attribute: impl FnMut(u16, &'a [u8]) -> Result<(), StunError>,
    ) -> Result<Self, StunError> {
        let (kind, transaction) = read_header(bytes)?;
        if !expected(kind) {
            return Err(StunError::Unexpected(kind));
        }
        let mut frame = Self { bytes, transaction, integrity_at: None };
        let mut at = HEADER_LEN;
        for _ in 0..MAX_ATTRIBUTES {
            if at == bytes.len() {
                return Ok(frame);
            }
            let (attribute, value, next) = attribute_at(bytes, at).ok_or(StunError::Malformed(at))?;
            match attribute {
                FINGERPRINT if next != bytes.len() => return Err(StunError::Malformed(next)),
                FINGERPRINT => frame.check_fingerprint(at, value)?,
                MESSAGE_INTEGRITY if frame.integrity_at.is_none() => {
                    if value.len() != 20 {
                        return Err(StunError::BadValue(MESSAGE_INTEGRITY));
                    }
                    frame.integrity_at = Some(at);
                }
                _ if frame.integrity_at.is_some() || attribute == MESSAGE_INTEGRITY_SHA256 => {}
                _ => on_attribute(attribute, value)?,
            }
            at = next;
        }
        if at == bytes.len() { Ok(frame) } else { Err(StunError::TooManyAttributes) }
    }

    pub(super) const fn has_integrity(&self) -> bool {
        self.integrity_at.is_some()
    }

    /// Whether MESSAGE-INTEGRITY is there and was made with `key` (RFC 8489 §14.5).
    pub(super) fn verify(&self, key: &Key) -> bool {
        let Some(at) = self.integrity_at else { return false };
        let Some(said) = array_at::<20>(self.bytes, at + ATTRIBUTE_HEAD) else { return false };
        let Some(covered) = self.covered(at, ATTRIBUTE_HEAD + said.len()) else { return false };
        key.verify(&[&covered.head, covered.rest], &said)
    }

    fn check_fingerprint(&self, at: usize, value: &[u8]) -> Result<(), StunError> {
        let said = match value.len() {
            4 => u32_at(value, 0).ok_or(StunError::BadValue(FINGERPRINT))?,
            _ => return Err(StunError::BadValue(FINGERPRINT)),
        };
        let covered = self.covered(at, ATTRIBUTE_HEAD + 4).ok_or(StunError::Malformed(at))?;
        let crc = u32::from_be_bytes(Fingerprint::compute(&[&covered.head, covered.rest]));
        if crc ^ FINGERPRINT_MASK == said { Ok(()) } else { Err(StunError::FingerprintMismatch) }
    }

    /// What a hash at `at` covers: all before it, with a length field that ends right behind it.
    fn covered(&self, at: usize, hash_len: usize) -> Option<Covered<'a>> {
        let [a, b] = array_at(self.bytes, 0)?;
        let len = u16::try_from((at + hash_len).checked_sub(HEADER_LEN)?).ok()?;
        let [c, d] = len.to_be_bytes();
        Some(Covered { head: [a, b, c, d], rest: self.bytes.get(4..at)? })
    }
}

struct Covered<'a> {
    head: [u8; 4],
    rest: &'a [u8],
}

fn read_header(bytes: &[u8]) -> Result<(u16, TransactionId), StunError> {
    let short = StunError::TooShort(bytes.len());
    let kind = u16_at(bytes, 0).ok_or(short)?;
    let len = u16_at(bytes, 2).ok_or(short)?;
    let cookie = u32_at(bytes, 4).ok_or(short)?;
    let transaction = TransactionId(array_at(bytes, 8).ok_or(short)?);
    if kind & 0xC000 != 0 || cookie != MAGIC_COOKIE {
        return Err(StunError::NotStun);
    }
    let said = HEADER_LEN + usize::from(len);
    if said != bytes.len() || !said.is_multiple_of(4) {
        return Err(StunError::Length { said, len: bytes.len() });
    }
    Ok((kind, transaction))
}

/// Type and value of the attribute at `at`, and where the next one starts: values are padded to
/// four bytes.
fn attribute_at(bytes: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let kind = u16_at(bytes, at)?;
    let len = usize::from(u16_at(bytes, at + 2)?);
    let start = at + ATTRIBUTE_HEAD;
    let value = bytes.get(start..start + len)?;
    let next = start + len.next_multiple_of(4);
    (next <= bytes.len()).then_some((kind, value, next))
}
