use proptest::prelude::*;

use super::*;
use crate::testing::{ALL, CHROMIUM, LIBRARY, SAFARI, mutilated, one_audio, parse, try_answer};

fn refusal(text: &str) -> SdpError {
    RemoteDescription::parse(text).unwrap_err()
}

#[test]
fn offers_of_every_client_are_read() {
    for offer in ALL {
        let description = parse(offer);

        assert_eq!(description.sections.len(), 2);
        assert_eq!(description.bundle.len(), 2);
        assert_eq!(description.setup, Some(Setup::ActPass));
        assert_eq!(description.fingerprints[0].digest, [0xAB; 32]);
        assert!(description.ice.is_some());
    }
}

#[test]
fn line_ends_do_not_matter() {
    let crlf = CHROMIUM.replace('\n', "\r\n");
    let blank_lines = CHROMIUM.replace('\n', "\n\n  ");

    for text in [crlf, blank_lines] {
        assert_eq!(parse(&text).sections.len(), 2);
    }
}

#[test]
fn unknown_lines_and_odd_ones_that_nobody_reads_do_not_matter() {
    let odd = one_audio()
        .replace("o=- 1 2 IN IP4 127.0.0.1", "o=a b 99999999999999999999999 x IN IP9 ?")
        .replace("s=-", "s= any thing \u{1F600}")
        .replace("t=0 0\n", "b=AS:x\nc=?\nt=a b\ni=x\nx=y\nu=not a uri\na=unknown:thing\na=\n");

    assert_eq!(parse(&odd).sections.len(), 1);
}

#[test]
fn credentials_and_certificate_may_stand_at_either_level() {
    let at_session = one_audio()
        .replace("a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijkl\n", "")
        .replace("t=0 0\n", "t=0 0\na=ice-ufrag:sess\na=ice-pwd:abcdefghijklmnopqrstuv\n");

    assert_eq!(parse(&at_session).ice.unwrap().ufrag, "sess");
    assert_eq!(parse(LIBRARY).ice.unwrap().ufrag, "JzDJBPVmUcFnGtqs");
}

#[test]
fn the_first_live_m_line_of_the_bundle_speaks_for_the_transport() {
    let other_first = CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 1 0").replacen("ufrag:RZiR", "ufrag:zero", 1);
    let stopped = CHROMIUM.replace("m=audio 9", "m=audio 0").replacen("ufrag:RZiR", "ufrag:zero", 1);

    for text in [other_first, stopped] {
        assert_eq!(parse(&text).ice.unwrap().ufrag, "RZiR");
    }
}

#[test]
fn hidden_candidates_are_counted_and_not_resolved() {
    let safari = parse(SAFARI);

    assert_eq!(safari.candidates.len(), 2);
    assert_eq!(safari.candidates.iter().filter(|candidate| candidate.udp).count(), 1);
    assert_eq!(safari.ignored, 1);
}

#[test]
fn candidates_beyond_the_limit_are_counted() {
    let line = "a=candidate:1 1 udp 1 2001:db8::1 4000 typ host\n";

    let description = parse(&format!("{}{}", one_audio(), line.repeat(100)));

    assert_eq!((description.candidates.len(), description.ignored), (MAX_CANDIDATES, 36));
}

#[test]
fn an_ice_lite_peer_is_refused() {
    assert_eq!(refusal(&one_audio().replace("t=0 0\n", "t=0 0\na=ice-lite\n")), SdpError::RemoteIsLite);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_interpreted() {
    let long = format!("{}{}", one_audio(), "a=x:y\n".repeat(MAX_DESCRIPTION / 6));
    let many = "v=0\n".to_owned() + &"m=audio 0 UDP/TLS/RTP/SAVPF 0\n".repeat(MAX_SECTIONS + 1);

    assert!(matches!(refusal(&long), SdpError::TooLong { max: MAX_DESCRIPTION, .. }));
    assert_eq!(refusal(&many), SdpError::TooManySections { count: MAX_SECTIONS + 1, max: MAX_SECTIONS });
}

#[test]
fn what_is_not_sdp_is_refused_with_the_line() {
    assert_eq!(refusal("v=0\nhello"), SdpError::NotALine { number: 2, text: "hello".into() });
    assert!(matches!(refusal(""), SdpError::Syntax(_)));
    assert!(matches!(refusal("m=audio 9 UDP/TLS/RTP/SAVPF 111"), SdpError::Syntax(_)));
    assert!(matches!(refusal(&one_audio().replace("m=audio 9", "m=audio")), SdpError::Syntax(_)));
}

#[test]
fn a_name_for_two_m_lines_is_refused() {
    assert_eq!(refusal(&CHROMIUM.replace("a=mid:1", "a=mid:0")), SdpError::DuplicateMid { mid: "0".into() });
}

#[test]
fn what_is_missing_is_named() {
    let without = |line: &str| {
        refusal(
            &one_audio().lines().filter(|l| !l.starts_with(line)).fold(String::new(), |t, l| t + l + "\n"),
        )
    };

    assert_eq!(without("a=fingerprint"), SdpError::NoFingerprint { found: "none".into() });
    assert_eq!(
        without("a=ice-ufrag"),
        SdpError::BadIceCredentials { what: "a=ice-ufrag", length: 0, min: 4 }
    );
    assert_eq!(without("a=ice-pwd"), SdpError::BadIceCredentials { what: "a=ice-pwd", length: 0, min: 22 });
    assert_eq!(
        refusal(&one_audio().replace("sha-256", "md5")),
        SdpError::NoFingerprint { found: "md5".into() }
    );
}

#[test]
fn a_description_of_stopped_m_lines_needs_no_transport() {
    let stopped = "v=0\no=- 1 2 IN IP4 0.0.0.0\ns=-\nt=0 0\nm=audio 0 UDP/TLS/RTP/SAVPF 0\na=inactive\n";

    assert_eq!(parse(stopped).ice, None);
}

#[test]
fn a_refusal_quotes_no_control_characters_and_no_endless_list() {
    let rings = one_audio().replace("a=setup:actpass", "a=setup:\u{7}bell\u{1b}[31m");
    let formats: String = (0..60).map(|number| format!("a=rtpmap:{number} codec{number}/8000\n")).collect();
    let numbers: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    let strange = one_audio()
        .replace("SAVPF 111", &format!("SAVPF {}", numbers.join(" ")))
        .replace("a=rtpmap:111 opus/48000/2\n", &formats);

    let rings = try_answer(&rings).unwrap_err().to_string();
    let strange = try_answer(&strange).unwrap_err().to_string();

    assert!(rings.contains("bell") && !rings.contains(char::is_control), "{rings:?}");
    assert!(strange.contains("codec9") && !strange.contains("codec59"), "{strange}");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,400}") {
        let _ = RemoteDescription::parse(&text);
        let _ = RemoteDescription::parse(&format!("v=0\n{text}"));
        let _ = Trickled::parse(&text);
    }

    #[test]
    fn whatever_is_answered_can_be_read_again_and_has_as_many_m_lines(text in mutilated(ALL.map(str::to_owned).to_vec())) {
        let Ok(offer) = RemoteDescription::parse(&text) else { return Ok(()) };
        let Ok(answer) = try_answer(&text) else { return Ok(()) };

        let again = RemoteDescription::parse(&answer.sdp.replace("a=ice-lite\r\n", "")).unwrap();
        prop_assert_eq!(again.sections.len(), offer.sections.len());
        for (ours, theirs) in again.sections.iter().zip(&offer.sections) {
            prop_assert_eq!(ours.mid, theirs.mid);
            prop_assert!(!ours.direction.sends());
        }
    }
}
