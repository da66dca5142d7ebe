//! The messages of the native dialect, as far as a client without a page needs them.

use serde::{Deserialize, Serialize};

/// What we send, with our number for it.
#[derive(Debug, Serialize)]
pub(super) struct Request {
    pub(super) id: u64,
    #[serde(flatten)]
    pub(super) message: ToServer,
}

/// What we send.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ToServer {
    Join { auto_subscribe: bool },
    Offer { sdp: String, tracks: Vec<Track> },
    Answer { offer: u64, sdp: String },
    Leave {},
}

/// What an m-line of our offer is about.
#[derive(Debug, Serialize)]
pub(super) struct Track {
    pub(super) mid: String,
    pub(super) source: &'static str,
}

/// What we are sent.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromServer {
    Joined {},
    Answer {
        sdp: String,
        #[serde(default)]
        publications: Vec<Published>,
    },
    Offer {
        offer: u64,
        sdp: String,
    },
    ConnectionChanged {
        connection: String,
        state: String,
        #[serde(default)]
        reason: Option<String>,
    },
    Refused(Refusal),
    Error(Refusal),
    Ended {
        reason: String,
    },
    #[serde(other)]
    Other,
}

/// What became of an m-line on which we send.
#[derive(Debug, Deserialize)]
pub(super) struct Published {
    pub(super) mid: String,
    #[serde(default)]
    pub(super) refused: Option<Refusal>,
}

/// Why the server does not do something.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
}
