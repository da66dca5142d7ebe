use proptest::prelude::*;

use super::*;
use crate::testing::{local, mutilated};

#[test]
fn a_fragment_as_encoders_trickle_it_is_read() {
    let text = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=mid:0\r\n\
                m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n\
                a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n\
                a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0\r\n\
                a=end-of-candidates\r\n";

    let fragment = Fragment::parse(text).unwrap();

    assert_eq!(fragment.ice.unwrap().ufrag, "EsAw");
    assert_eq!(fragment.candidates, 2);
}

#[test]
fn a_fragment_without_credentials_only_trickles() {
    let fragment = Fragment::parse("a=end-of-candidates\n").unwrap();

    assert_eq!(fragment, Fragment { ice: None, candidates: 0 });
}

#[test]
fn half_of_the_credentials_and_what_is_no_line_are_refused() {
    let half = Fragment::parse("a=ice-ufrag:EsAw\r\n");
    let noise = Fragment::parse("hello\r\n");
    let candidate = Fragment::parse("a=candidate:nonsense\r\n");
    let many = Fragment::parse(&"a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n".repeat(MAX_CANDIDATES + 1));
    let long = Fragment::parse(&" ".repeat(MAX_FRAGMENT + 1));

    assert!(matches!(half, Err(SdpError::BadIceCredentials { what: "a=ice-pwd", .. })), "{half:?}");
    assert!(matches!(noise, Err(SdpError::NotALine { number: 1, .. })), "{noise:?}");
    assert!(matches!(candidate, Err(SdpError::BadCandidate(_))), "{candidate:?}");
    assert!(matches!(many, Err(SdpError::BadFragment(_))), "{many:?}");
    assert!(matches!(long, Err(SdpError::TooLong { .. })), "{long:?}");
}

#[test]
fn our_fragment_has_new_credentials_and_every_address() {
    let text = write_fragment(&local());

    let read = Fragment::parse(&text).unwrap();
    assert_eq!(read.ice, Some(local().ice));
    assert_eq!(read.candidates, local().candidates.len());
}

proptest! {
    #[test]
    fn no_fragment_breaks_it(text in mutilated(vec![write_fragment(&local())])) {
        let _ = Fragment::parse(&text);
    }
}
