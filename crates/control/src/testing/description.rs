//! Session descriptions as a browser would write them, cut down to what counts.

use std::fmt::Write;

use crate::intent::{Intent, TrackDescription, TrackSource};

/// A browser with one certificate and one set of ICE credentials.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) certificate: u64,
    pub(crate) generation: u32,
}

/// One m-line of an offer: MID, `audio` or `video`, direction.
pub(crate) type Line<'a> = (&'a str, &'a str, &'a str);

impl Client {
    pub(crate) fn new(certificate: u64) -> Self {
        Self { certificate, generation: 0 }
    }

    /// The same browser after an ICE restart.
    pub(crate) fn restarted(&self) -> Self {
        Self { generation: self.generation + 1, ..self.clone() }
    }

    /// Publishes a microphone on MID 0 and a camera with three layers on MID 1.
    pub(crate) fn offer_both(&self) -> Intent {
        self.offer(&[("0", "audio", "sendonly"), ("1", "video", "sendonly")])
    }

    pub(crate) fn offer(&self, lines: &[Line<'_>]) -> Intent {
        let track = |&(mid, kind, _): &Line<'_>| TrackDescription {
            mid: mid.to_owned(),
            source: if kind == "audio" { TrackSource::Microphone } else { TrackSource::Camera },
            name: None,
            muted: false,
            backup_of: None,
        };
        Intent::Offer { sdp: self.offer_sdp(lines), tracks: lines.iter().map(track).collect() }
    }

    pub(crate) fn offer_sdp(&self, lines: &[Line<'_>]) -> String {
        let mids: Vec<_> = lines.iter().map(|line| line.0).collect();
        let mut sdp = String::from("v=0\r\no=- 4611686018427387904 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
        let _ = write!(sdp, "a=group:BUNDLE {}\r\na=extmap-allow-mixed\r\n", mids.join(" "));
        for (mid, kind, direction) in lines {
            let formats = if *kind == "audio" { "111 9" } else { "96 97 45" };
            let _ = write!(sdp, "m={kind} 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\n");
            let _ = write!(sdp, "{}a=setup:actpass\r\na=mid:{mid}\r\n", self.line());
            let _ = write!(sdp, "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na={direction}\r\n");
            let twcc = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
            let _ = write!(sdp, "a=extmap:3 {twcc}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n");
            sdp.push_str(if *kind == "audio" { AUDIO } else { VIDEO });
        }
        sdp
    }

    /// Takes everything an offer has.
    pub(crate) fn answer(&self, offer: &str) -> String {
        let ours = ["a=ice-", "a=fingerprint", "a=candidate", "a=end-of", "a=ssrc", "a=msid", "a=setup"];
        let mut answer = String::new();
        for line in offer.lines().filter(|line| !ours.iter().any(|prefix| line.starts_with(prefix))) {
            let line = if line == "a=sendonly" { "a=recvonly" } else { line };
            let _ = write!(answer, "{line}\r\n");
            if line.starts_with("a=mid:") {
                let _ = write!(answer, "{}a=setup:active\r\n", self.line());
            }
        }
        answer
    }

    fn line(&self) -> String {
        let Self { certificate, generation } = self;
        let digest = vec![format!("{:02X}", certificate % 256); 32].join(":");
        format!(
            "a=ice-ufrag:c{certificate:05}g{generation}\r\na=ice-pwd:{certificate:020}{generation:04}\r\n\
             a=fingerprint:sha-256 {digest}\r\n"
        )
    }
}

const AUDIO: &str = "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n\
                     a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:9 G722/8000\r\n";

const VIDEO: &str = "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 ccm fir\r\n\
                     a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\n\
                     a=fmtp:97 apt=96\r\na=rtpmap:45 AV1/90000\r\na=rid:q send\r\na=rid:h send\r\n\
                     a=rid:f send\r\na=simulcast:send q;h;f\r\n\
                     a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n";

/// The priority of the first of our candidates in a description or a fragment.
pub(crate) fn priority(text: &str) -> u32 {
    let candidate = text.lines().find_map(|line| line.strip_prefix("a=candidate:"));
    candidate.and_then(|line| line.split(' ').nth(3)?.parse().ok()).expect("there is a candidate")
}
