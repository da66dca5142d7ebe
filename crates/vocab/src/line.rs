//! What two ends of a line must know of one another before they can talk.

/// ICE user fragment and password of one side (RFC 8445 §5.3): ufrag ≥ 4, password ≥ 22 characters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IceCredentials {
    /// Names the side; the server's own carries the worker's number.
    pub ufrag: String,
    /// Keys the integrity of connectivity checks.
    pub pwd: String,
}

/// Who starts the DTLS handshake (RFC 8842 §5). Settled once, then kept across renegotiation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DtlsRole {
    /// Sends the ClientHello: `a=setup:active`.
    Client,
    /// Waits for it: `a=setup:passive`. The server's usual role.
    Server,
}

/// Hash function of a certificate fingerprint (RFC 8122 §5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum FingerprintHash {
    /// The one everybody must know.
    Sha256,
    /// Accepted.
    Sha384,
    /// Accepted.
    Sha512,
}

/// Hash of a certificate, as announced in `a=fingerprint`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fingerprint {
    /// How it was hashed.
    pub hash: FingerprintHash,
    /// The digest: 32, 48 or 64 bytes.
    pub digest: Vec<u8>,
}

/// What a peer's description says about its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RemoteLine {
    /// Its credentials.
    pub ice: IceCredentials,
    /// Its certificate's fingerprints; any one of them has to match.
    pub fingerprints: Vec<Fingerprint>,
    /// The role that is left for us.
    pub our_role: DtlsRole,
}
