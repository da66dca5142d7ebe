use super::*;

#[test]
fn a_candidate_is_read_with_or_without_its_prefixes() {
    let value = "1 1 UDP 2113937151 192.0.2.7 58779 typ host generation 0";
    let expected =
        Candidate { address: "192.0.2.7:58779".parse().unwrap(), udp: true, priority: 2_113_937_151 };

    for line in [value.to_owned(), format!("candidate:{value}"), format!("a=candidate:{value}\r\n")] {
        assert_eq!(Trickled::parse(&line), Ok(Trickled::Candidate(expected)));
    }
}

#[test]
fn an_address_hidden_behind_a_name_is_not_an_error_and_not_an_address() {
    let line = "candidate:1 1 udp 2113937151 0b1c.local 5353 typ host";

    assert_eq!(Trickled::parse(line), Ok(Trickled::Hidden));
}

#[test]
fn nothing_at_all_is_the_end_of_candidates() {
    assert_eq!(Trickled::parse(""), Ok(Trickled::End));
    assert_eq!(Trickled::parse("a=end-of-candidates"), Ok(Trickled::End));
}

#[test]
fn a_line_that_is_no_candidate_is_refused_with_its_beginning() {
    let long = "x".repeat(MAX_LINE * 2);
    for line in ["candidate:", "candidate:1 1 udp", "candidate:1 1 udp 1 192.0.2.7 99999 typ host", &long] {
        let Err(SdpError::BadCandidate(text)) = Trickled::parse(line) else { panic!("{line} was taken") };
        assert!(text.len() <= 80);
    }
}

#[test]
fn addresses_named_first_have_the_higher_priority_and_every_foundation_differs() {
    let v4 = host_candidate(0, 0, "192.0.2.1:7882".parse().unwrap());
    let v6 = host_candidate(1, 0, "[2001:db8::1]:7882".parse().unwrap());

    assert_eq!(v4, "1 1 udp 1073807359 192.0.2.1 7882 typ host");
    assert_eq!(v6, "2 1 udp 1073807103 2001:db8::1 7882 typ host");
}

#[test]
fn an_address_has_a_higher_priority_after_a_restart_than_any_had_before() {
    for restarts in 0..MAX_STEPS {
        assert!(priority(300, restarts + 1) > priority(0, restarts), "{restarts}");
    }
    assert_eq!(priority(0, MAX_STEPS), priority(0, u32::MAX));
}

#[test]
fn our_priorities_decide_those_of_pairs_with_a_direct_path_of_the_client_and_not_of_pairs_with_a_relay() {
    let peer_reflexive = 110 << 24;
    let server_reflexive = 100 << 24;
    let relayed = (5 << 24) | 0x00ff_ffff;

    for ours in [priority(0, 0), priority(300, 0), priority(0, u32::MAX)] {
        assert!(ours < server_reflexive && ours < peer_reflexive, "{ours}");
        assert!(ours > relayed, "{ours}");
    }
}

fn priority(rank: usize, restarts: u32) -> u32 {
    let line = host_candidate(rank, restarts, "192.0.2.1:7882".parse().unwrap());
    let Ok(Trickled::Candidate(candidate)) = Trickled::parse(&line) else { panic!("{line}") };
    candidate.priority
}
