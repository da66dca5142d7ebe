use super::*;
use crate::testing::{CHROMIUM, answer_to, one_audio, parse};

fn after(before: &str, offer: &str) -> Result<(), SdpError> {
    check_kept(&parse(offer), &answer_to(before).sections)
}

/// One audio m-line and as many more as are asked for.
fn lines(count: usize) -> String {
    let one = one_audio();
    let (session, section) = one.split_at(one.find("m=audio").unwrap());
    let mids: Vec<_> = (0..count).map(|mid| mid.to_string()).collect();
    let session = session.replace("BUNDLE 0", &format!("BUNDLE {}", mids.join(" ")));
    mids.iter().fold(session, |text, mid| text + &section.replace("a=mid:0", &format!("a=mid:{mid}")))
}

#[test]
fn the_same_m_lines_and_more_of_them_are_fine() {
    assert_eq!(after(CHROMIUM, CHROMIUM), Ok(()));
    assert_eq!(after(&lines(1), &lines(3)), Ok(()));
}

#[test]
fn m_lines_that_are_missing_are_named() {
    let told = |before: &str, offer: &str| after(before, offer).unwrap_err().to_string();

    assert!(told(&lines(3), &lines(1)).contains("has 1 m-lines and lacks mid 1, mid 2"));
    assert!(told(&lines(1), "v=0\n").contains("has 0 m-lines and lacks mid 0"));
    assert!(told(&lines(2), &lines(2).replace("mid:1", "mid:7")).contains("lacks mid 1"));
    assert!(told(&lines(20), &lines(1)).contains("mid 8, 11 more"));
}

#[test]
fn an_m_line_that_was_stopped_or_rejected_gives_its_place_away_but_does_not_vanish() {
    let stopped = |text: &str| {
        let at = text.rfind("m=audio 9").unwrap();
        format!("{}{}", &text[..at], text[at..].replacen("m=audio 9", "m=audio 0", 1))
    };
    let rejected = lines(2);
    let rejected = format!("{}{}", lines(1).replace("BUNDLE 0", "BUNDLE 0 1"), {
        let at = rejected.rfind("m=audio").unwrap();
        rejected[at..].replace("opus", "speex")
    });

    for before in [stopped(&lines(2)), rejected] {
        assert_eq!(after(&before, &lines(2).replace("mid:1", "mid:7")), Ok(()));
        assert!(matches!(after(&before, &lines(1)), Err(SdpError::MissingSections { count: 1, .. })));
    }
}
