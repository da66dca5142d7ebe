//! One question to a certificate: is its key an RSA key?
//!
//! Just enough DER (X.690, RFC 5280 §4.1) to find the key's algorithm, so that the refusal of an
//! RSA certificate can be named. Nothing is trusted because of what is read here.

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const VERSION: u8 = 0xA0;
/// 1.2.840.113549.1.1: rsaEncryption is .1, RSASSA-PSS is .10.
const PKCS_1: [u8; 8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];

/// Whether the subject's public key is of the RSA family. False for anything unreadable.
pub(super) fn is_rsa(certificate: &[u8]) -> bool {
    key_algorithm(certificate).is_some_and(|oid| oid.starts_with(&PKCS_1))
}

fn key_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = value_of(SEQUENCE, certificate)?;
    let (mut fields, _) = value_of(SEQUENCE, certificate)?;
    if fields.first() == Some(&VERSION) {
        fields = skip(fields)?;
    }
    // Serial number, signature algorithm, issuer, validity, subject.
    for _ in 0..5 {
        fields = skip(fields)?;
    }
    let (key, _) = value_of(SEQUENCE, fields)?;
    let (algorithm, _) = value_of(SEQUENCE, key)?;
    let (oid, _) = value_of(OBJECT_IDENTIFIER, algorithm)?;
    Some(oid)
}

fn skip(bytes: &[u8]) -> Option<&[u8]> {
    let (_, rest) = value_of(*bytes.first()?, bytes)?;
    Some(rest)
}

/// The contents of the element with `tag` at the head of `bytes`, and what follows it.
fn value_of(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, bytes) = bytes.split_first()?;
    let (&short, mut bytes) = bytes.split_first()?;
    let len = if short < 0x80 {
        usize::from(short)
    } else {
        let (long, rest) = bytes.split_at_checked(usize::from(short & 0x7F))?;
        bytes = rest;
        (long.len() <= 4).then(|| long.iter().fold(0, |len, &byte| len << 8 | usize::from(byte)))?
    };
    (first == tag).then(|| bytes.split_at_checked(len)).flatten()
}

#[cfg(test)]
mod tests;
