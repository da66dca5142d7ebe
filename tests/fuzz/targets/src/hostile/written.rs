//! Descriptions that were never anybody's offer.

use super::Hostile;
use super::Verdict::{self, Either, Refused};
use crate::sdp::OFFERS;

const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

pub(super) fn all() -> impl Iterator<Item = Hostile> {
    let texts = [
        ("nothing", Either, String::new()),
        ("blanks", Either, "\r\n\r\n \t\r\n".to_owned()),
        ("only a version", Either, "v=0\r\n".to_owned()),
        ("only a head", Either, HEAD.to_owned()),
        ("another version", Either, HEAD.replace("v=0", "v=9") + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"),
        ("JSON", Refused("line 1"), r#"{"type":"offer","sdp":"v=0"}"#.to_owned()),
        ("HTML", Refused("line 1"), "<html><script>alert(1)</script></html>".to_owned()),
        ("a request", Refused("line 1"), "GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()),
        ("zeros", Refused("line 1"), "\0".repeat(1_000)),
        ("equals signs", Refused("line 1"), "=".repeat(1_000)),
        ("attributes alone", Either, "a=".repeat(10_000)),
        ("an m-line alone", Either, "m=\r\n".to_owned()),
        ("m-lines of nothing", Either, format!("{HEAD}{}", "m=\r\n".repeat(150))),
        ("m-lines of one word", Either, format!("{HEAD}m=audio\r\nm=video\r\n")),
        ("m-lines without formats", Either, format!("{HEAD}m=audio 9 UDP/TLS/RTP/SAVPF\r\na=mid:0\r\n")),
        (
            "m-lines of formats alone",
            Either,
            format!("{HEAD}m=audio 9 UDP/TLS/RTP/SAVPF {}\r\na=mid:0\r\n", "111 ".repeat(20_000)),
        ),
        ("a kind nobody knows", Either, format!("{HEAD}m=smell 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n")),
        (
            "data alone",
            Either,
            format!("{HEAD}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n"),
        ),
        ("a session of our own making", Either, HEAD.repeat(500)),
        ("two descriptions", Either, format!("{}{}", OFFERS[0], OFFERS[1])),
        ("a right-to-left override", Either, OFFERS[0].replace("a=msid:", "a=msid:\u{202e}")),
        ("letters beyond ASCII", Either, OFFERS[0].replace("a=mid:0", "a=mid:ö")),
        ("a byte order mark", Either, format!("\u{feff}{}", OFFERS[0])),
    ];
    let bytes: [(&str, Verdict, Vec<u8>); 4] = [
        ("no text", Either, vec![0xff; 500]),
        ("a picture", Either, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("half a letter", Either, [OFFERS[0].as_bytes(), &[0xc3]].concat()),
        (
            "letters of Latin-1",
            Either,
            OFFERS[0]
                .replace("s=-", "s=X")
                .bytes()
                .map(|byte| if byte == b'X' { 0xe9 } else { byte })
                .collect(),
        ),
    ];
    let texts = texts.into_iter().map(|(name, verdict, text)| (name, verdict, text.into_bytes()));
    texts.chain(bytes).map(|(name, verdict, bytes)| Hostile { name: name.to_owned(), bytes, verdict })
}
