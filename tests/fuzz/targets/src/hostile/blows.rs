//! What is done to offers of real clients.

use super::Verdict::{self, Answered, Either, Refused};

type Blow = (&'static str, Verdict, fn(&str) -> String);

/// Every blow with what it deserves.
pub(super) const BLOWS: [Blow; 52] = [
    ("no certificate", Refused("a=fingerprint"), |offer| without(offer, "a=fingerprint:")),
    ("a certificate by MD5", Refused("a=fingerprint"), |offer| {
        each(offer, "a=fingerprint:", "a=fingerprint:md5 00:11")
    }),
    ("a certificate that is short", Refused("a=fingerprint"), |offer| {
        each(offer, "a=fingerprint:", "a=fingerprint:sha-256 00:11:22")
    }),
    ("a certificate that is no number", Refused("a=fingerprint"), |offer| {
        each(offer, "a=fingerprint:", &format!("a=fingerprint:sha-256 {}", ["GG"; 32].join(":")))
    }),
    ("no user fragment", Refused("a=ice-ufrag"), |offer| without(offer, "a=ice-ufrag:")),
    ("no password", Refused("a=ice-pwd"), |offer| without(offer, "a=ice-pwd:")),
    ("a short user fragment", Refused("a=ice-ufrag"), |offer| each(offer, "a=ice-ufrag:", "a=ice-ufrag:ab")),
    ("a long user fragment", Refused("a=ice-ufrag"), |offer| {
        each(offer, "a=ice-ufrag:", &format!("a=ice-ufrag:{}", "u".repeat(300)))
    }),
    ("a short password", Refused("a=ice-pwd"), |offer| each(offer, "a=ice-pwd:", "a=ice-pwd:short")),
    ("a role that is none", Refused("a=setup"), |offer| each(offer, "a=setup:", "a=setup:holdconn")),
    ("a role nobody knows", Refused("a=setup"), |offer| each(offer, "a=setup:", "a=setup:\u{7}bell")),
    ("no names", Refused("a=mid"), |offer| without(offer, "a=mid:")),
    ("names that are long", Refused("a=mid"), |offer| {
        each(offer, "a=mid:", &format!("a=mid:{}", "m".repeat(300)))
    }),
    ("names that are all alike", Refused("two m-lines are called"), |offer| each(offer, "a=mid:", "a=mid:0")),
    ("names of control characters", Refused("a=mid"), |offer| each(offer, "a=mid:", "a=mid:\u{0}\u{1}")),
    ("no bundle", Refused("a=group:BUNDLE"), |offer| without(offer, "a=group:BUNDLE")),
    ("a bundle of strangers", Refused("a=group:BUNDLE"), |offer| {
        each(offer, "a=group:BUNDLE", "a=group:BUNDLE x y z")
    }),
    ("a bundle of thousands", Either, |offer| {
        let strangers: Vec<String> = (0..5_000).map(|number| format!("s{number}")).collect();
        each(offer, "a=group:BUNDLE", &format!("a=group:BUNDLE {}", strangers.join(" ")))
    }),
    ("no multiplexing", Refused("a=rtcp-mux"), |offer| without(offer, "a=rtcp-mux")),
    ("media in the clear", Refused("UDP/TLS/RTP/SAVPF"), |offer| {
        offer.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP")
    }),
    ("a lite agent", Refused("a=ice-lite"), |offer| offer.replacen("t=0 0", "t=0 0\r\na=ice-lite", 1)),
    ("one id for two extensions", Refused("header extension id"), |offer| {
        beside(
            offer,
            "a=mid:",
            "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:3 urn:example:other",
        )
    }),
    ("extension ids out of range", Either, |offer| {
        let uri = "urn:ietf:params:rtp-hdrext:sdes:mid";
        let ids = ["0", "15", "16", "255", "256", "-1", "18446744073709551616", ""];
        let lines: Vec<String> = ids.iter().map(|id| format!("a=extmap:{id} {uri}")).collect();
        beside(&without(offer, "a=extmap:"), "a=mid:", &lines.join("\r\n"))
    }),
    ("extensions by the thousand", Either, |offer| {
        many(&without(offer, "a=extmap:"), 1_500, |number| {
            format!("a=extmap:{} urn:example:{number}", number % 256)
        })
    }),
    ("payload types out of range", Either, |offer| {
        many(offer, 300, |number| format!("a=rtpmap:{} opus/48000/2", number * 7))
    }),
    ("payload types that are RTCP", Either, |offer| {
        many(offer, 32, |number| format!("a=rtpmap:{} VP8/90000", 64 + number))
    }),
    ("one payload type for two codecs", Either, |offer| {
        let all = many(offer, 128, |number| format!("a=rtpmap:{number} H264/90000"));
        format!("{all}a=rtpmap:111 VP9/90000\r\n")
    }),
    ("retransmissions of retransmissions", Either, |offer| {
        many(offer, 128, |number| {
            format!("a=rtpmap:{number} rtx/90000\r\na=fmtp:{number} apt={}", (number + 1) % 128)
        })
    }),
    ("redundancy of itself", Either, |offer| {
        many(offer, 64, |number| {
            format!("a=rtpmap:{number} red/48000/2\r\na=fmtp:{number} {number}/{number}/{number}")
        })
    }),
    ("parameters without end", Either, |offer| {
        many(offer, 40, |number| format!("a=fmtp:{} {}", number + 90, "x=1;".repeat(200)))
    }),
    ("profiles of junk", Either, |offer| {
        many(offer, 128, |number| {
            format!("a=fmtp:{number} profile-level-id=ZZZZZZ;packetization-mode=99999999999;profile-id=-1")
        })
    }),
    ("codecs nobody knows", Refused("codec"), |offer| {
        let lines = offer.lines().map(|line| {
            match line.strip_prefix("a=rtpmap:").and_then(|rest| rest.split_once(' ')) {
                Some((number, _)) => format!("a=rtpmap:{number} speex/8000"),
                None => line.to_owned(),
            }
        });
        joined(lines)
    }),
    ("encodings by the thousand", Either, |offer| {
        let rids: Vec<String> = (0..1_000).map(|number| format!("r{number}")).collect();
        let all =
            many(offer, 1_000, |number| format!("a=rid:r{number} send pt={number};max-width=99999999999"));
        format!("{all}a=simulcast:send {}\r\n", rids.join(";"))
    }),
    ("simulcast of punctuation", Either, |offer| {
        format!("{offer}a=simulcast:send ;;;;,,,,~~~~ recv ~;~,~ send a\r\n")
    }),
    ("groups of garbage", Either, |offer| {
        many(offer, 500, |number| {
            format!("a=ssrc-group:FID {number} {number} 99999999999 x -1\r\na=ssrc:{number}")
        })
    }),
    ("streams without end", Either, |offer| {
        many(offer, 4_000, |number| format!("a=ssrc:{number} cname:{number}"))
    }),
    ("candidates in a flood", Either, |offer| {
        many(offer, 3_000, |number| {
            format!("a=candidate:{number} 1 udp 1 192.0.2.1 {} typ host", number % 65_536)
        })
    }),
    ("candidates of junk", Answered, |offer| {
        format!(
            "{offer}a=candidate:\r\na=candidate:1 1 udp -1 ::::: 99999 typ\r\na=candidate:1 1 1 1 1 1 1 1 1 1\r\n"
        )
    }),
    ("m-lines without end", Refused("m-lines"), |offer| {
        many(offer, 1_000, |number| format!("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:x{number}"))
    }),
    ("a line without end", Either, |offer| format!("{offer}a=x:{}\r\n", "y".repeat(100_000))),
    ("more than is read", Refused("bytes"), |offer| format!("{offer}{}", "a=x:y\r\n".repeat(40_000))),
    ("control characters in values", Either, |offer| {
        offer.replace("a=msid:", "a=msid:\u{1b}[31m\u{0}\u{7f}")
    }),
    ("a line that is none", Refused("line "), |offer| {
        offer.replacen("a=mid:", "this is no line\r\na=mid:", 1)
    }),
    ("no end of lines", Either, |offer| offer.replace(['\r', '\n'], "")),
    ("ends of lines of old machines", Either, |offer| {
        joined(offer.lines().map(str::to_owned)).replace("\r\n", "\r")
    }),
    ("ends of lines of Unix, and spaces", Answered, |offer| {
        offer.lines().fold(String::new(), |text, line| text + line + "  \n\n")
    }),
    ("numbers beyond all bounds", Either, |offer| {
        offer.replacen(
            "o=-",
            "o=- 99999999999999999999999999 99999999999999999999999999 IN IP4 0.0.0.0\r\no=-",
            1,
        )
    }),
    ("ports beyond all bounds", Either, |offer| offer.replace("audio 9 ", "audio 99999999999/99999999999 ")),
    ("nothing left alive", Either, |offer| {
        offer.replace("audio 9 ", "audio 0 ").replace("video 9 ", "video 0 ")
    }),
    ("cut in the middle", Either, |offer| offer.chars().take(offer.len() / 2).collect()),
    ("upside down", Either, |offer| joined(offer.lines().rev().map(str::to_owned))),
    ("every direction at once", Either, |offer| {
        beside(offer, "a=mid:", "a=inactive\r\na=sendonly\r\na=recvonly\r\na=sendrecv\r\na=sideways")
    }),
];

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.fold(String::new(), |text, line| text + &line + "\r\n")
}

/// Leaves out every line that begins so.
fn without(offer: &str, prefix: &str) -> String {
    joined(offer.lines().filter(|line| !line.starts_with(prefix)).map(str::to_owned))
}

/// Has every line that begins so be another one.
fn each(offer: &str, prefix: &str, other: &str) -> String {
    let replaced = |line: &str| if line.starts_with(prefix) { other } else { line }.to_owned();
    joined(offer.lines().map(replaced))
}

/// Adds lines beside every line that begins so.
fn beside(offer: &str, prefix: &str, more: &str) -> String {
    let extended =
        |line: &str| if line.starts_with(prefix) { format!("{line}\r\n{more}") } else { line.to_owned() };
    joined(offer.lines().map(extended))
}

/// Adds lines at the end, which is in the last m-line.
fn many(offer: &str, count: usize, line: impl Fn(usize) -> String) -> String {
    let more = joined((0..count).map(line));
    format!("{offer}{more}")
}
