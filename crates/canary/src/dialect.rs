//! The messages of the native dialect, as far as a canary needs them. Written after the protocol's
//! document and not shared with the server, so that a change of meaning is noticed here.

use serde::{Deserialize, Serialize};

/// What we send, with our number for it.
#[derive(Debug, Serialize)]
pub(crate) struct Request {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) message: ToServer,
}

/// What we send.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToServer {
    Join { auto_subscribe: bool },
    Offer { sdp: String, tracks: Vec<Track> },
    Answer { offer: u64, sdp: String },
    RestartIce {},
    Leave {},
}

/// What an m-line of our offer is about.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Track {
    pub(crate) mid: String,
    pub(crate) source: &'static str,
}

/// What we are sent.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum FromServer {
    Joined {},
    Answer {
        sdp: String,
    },
    Offer {
        offer: u64,
        sdp: String,
    },
    ConnectionChanged {
        connection: String,
        state: String,
        reason: Option<String>,
    },
    /// Understood and refused.
    Refused {
        code: String,
        message: String,
    },
    /// Not understood.
    Error {
        code: String,
        message: String,
    },
    Ended {
        reason: String,
    },
    /// Everything that a canary does not act on.
    #[serde(other)]
    Other,
}
