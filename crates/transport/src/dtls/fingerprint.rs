//! Fingerprints: the link between a description and the certificate that comes later (RFC 8122).

use aws_lc_rs::digest;
use switchyard_vocab::line::{Fingerprint, FingerprintHash};

/// The fingerprint of a certificate in DER.
pub fn fingerprint_of(hash: FingerprintHash, der: &[u8]) -> Fingerprint {
    let algorithm = match hash {
        FingerprintHash::Sha256 => &digest::SHA256,
        FingerprintHash::Sha384 => &digest::SHA384,
        FingerprintHash::Sha512 => &digest::SHA512,
    };
    Fingerprint { hash, digest: digest::digest(algorithm, der).as_ref().to_vec() }
}

/// Whether any announced fingerprint is that of the certificate (RFC 8122 §6.2). Nothing announced matches nothing.
pub fn matches_any(announced: &[Fingerprint], der: &[u8]) -> bool {
    announced.iter().any(|fingerprint| *fingerprint == fingerprint_of(fingerprint.hash, der))
}

/// A digest as it stands in SDP: `AB:CD:…`.
pub fn fingerprint_text(digest: &[u8]) -> String {
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests;
