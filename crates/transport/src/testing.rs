//! Builders for this crate's tests.

mod client;

pub(crate) use client::DtlsClient;

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use switchyard_vocab::datagram::Tuple;
use switchyard_vocab::line::IceCredentials;
use switchyard_wire::stun::{Key, RequestFields, Role, TransactionId, write_request};

use crate::srtp::{SrtpKeys, SrtpProfile};

/// The instant at which every test starts.
pub(crate) fn epoch() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "tests need one instant to count from")]
    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
    *EPOCH
}

/// Bytes written as hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hexadecimal digit") as u8;
    digits.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// Keys that every test of a profile shares.
pub(crate) fn keys(profile: SrtpProfile) -> SrtpKeys {
    let material: Vec<u8> = (0..profile.keying_material_len() as u8).collect();
    SrtpKeys::from_exporter(profile, &material).expect("the profile's length")
}

/// A plain RTP packet.
pub(crate) fn rtp(ssrc: u32, seq: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend_from_slice(&seq.to_be_bytes());
    packet.extend_from_slice(&[0, 0, 0, 1]);
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend_from_slice(payload);
    packet
}

/// A path from one of a peer's ports to the server.
pub(crate) fn tuple(port: u16) -> Tuple {
    Tuple {
        local: SocketAddr::from(([192, 0, 2, 1], 3478)),
        remote: SocketAddr::from(([198, 51, 100, 7], port)),
    }
}

/// The server's credentials in every test.
pub(crate) fn local() -> IceCredentials {
    IceCredentials { ufrag: "00serverserverserv".into(), pwd: "server password of enough characters".into() }
}

/// The peer's credentials in every test.
pub(crate) fn remote() -> IceCredentials {
    IceCredentials { ufrag: "clnt".into(), pwd: "client password of enough characters".into() }
}

/// A check as a browser makes it, to be changed in part.
pub(crate) struct Check {
    pub(crate) local: IceCredentials,
    pub(crate) remote: IceCredentials,
    pub(crate) role: Role,
    pub(crate) use_candidate: bool,
    pub(crate) nomination: Option<u32>,
    /// `None`: one of its own, as browsers do.
    pub(crate) transaction: Option<TransactionId>,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            local: local(),
            remote: remote(),
            role: Role::Controlling(1),
            use_candidate: false,
            nomination: None,
            transaction: None,
        }
    }
}

impl Check {
    pub(crate) fn nominating() -> Self {
        Self { use_candidate: true, ..Self::default() }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let username = format!("{}:{}", self.local.ufrag, self.remote.ufrag);
        let fields = RequestFields {
            transaction: self.transaction.unwrap_or_else(fresh_transaction),
            username: &username,
            priority: 1,
            role: self.role,
            use_candidate: self.use_candidate,
            nomination: self.nomination,
        };
        let mut bytes = vec![0; 600];
        let len = write_request(&mut bytes, &fields, &Key::new(&self.local.pwd)).expect("room");
        bytes.truncate(len);
        bytes
    }
}

fn fresh_transaction() -> TransactionId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mut id = [7; 12];
    id[..8].copy_from_slice(&LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    TransactionId(id)
}

/// A self-signed certificate with an RSA key of 1024 bits, in DER.
pub(crate) const RSA_CERTIFICATE: &str = "308201f830820161a0030201020214589a62f3d95ca2c64b8b77d1a37b5b4f01657202300d06092a864886f70d01010b\
    0500300e310c300a06035504030c03727361301e170d3236313132313039343835375a170d3336313131383039343835\
    375a300e310c300a06035504030c0372736130819f300d06092a864886f70d010101050003818d0030818902818100c8\
    9bbf8d44f7c855d3a5eae8fe398bf0ef83beabce7db1f9256139ca5cc0b89c109f560a938e4a44afe4aa963861666814\
    3ffd4abdc1afc3f01f467bcba83e7f0e038f68c7fc4842852742b6de5c88e6b8700dd016b6c6506eac49c568d8dfedd0\
    34bf28b1caede7950c6217f46611ca4c12ee525b5b130a5d56cd80acd5a0770203010001a3533051301d0603551d0e04\
    1604144d7d9ba4d1ca8baef28e63eba233c96d797b78d2301f0603551d230418301680144d7d9ba4d1ca8baef28e63eb\
    a233c96d797b78d2300f0603551d130101ff040530030101ff300d06092a864886f70d01010b050003818100c1e307ce\
    4a7d27c819e34165a8deb565d4728fa0c083aaac96615bf8b795b2f67c6e35ce12e0816ea73d0bb096f0395ae9fd1ee9\
    afc140fa51b5359dec273f4618e118fb50cb1c4d856b98f94ce0cc1f56e21db267201a4034ec7027ca502b5d0113d934\
    88b267de0a20f1a8dadb8a30c88194fbf7096f1db8f4d7f7f2388467";
