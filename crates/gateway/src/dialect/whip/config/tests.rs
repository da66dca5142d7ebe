use super::*;

fn turn(username: &str) -> IceServer {
    IceServer {
        url: "turn:turn.example.net:3478?transport=udp".into(),
        username: Some(username.into()),
        credential: Some(Secret::new("s3cret")),
    }
}

fn with(server: IceServer) -> WhipConfig {
    WhipConfig { ice_servers: vec![server], ..WhipConfig::default() }
}

#[test]
fn a_turn_server_is_told_with_its_credentials() {
    let links: Vec<_> = with(turn("ada")).links().collect();

    let expected = "<turn:turn.example.net:3478?transport=udp>; rel=\"ice-server\"; \
                    username=\"ada\"; credential=\"s3cret\"; credential-type=\"password\"";
    assert_eq!(links, [expected]);
}

#[test]
fn what_would_break_out_of_its_header_is_refused() {
    assert_eq!(with(turn("ada")).problem(), None);
    assert_eq!(with(turn("a\"b")).problem().unwrap().0, "whip.ice_servers");
    assert!(with(IceServer { url: "http://example.net".into(), ..turn("ada") }).problem().is_some());
    assert!(with(IceServer { url: "stun:a>b".into(), ..turn("ada") }).problem().is_some());
}

#[test]
fn a_viewer_waits_a_minute_at_most() {
    let long = WhipConfig { wait_for_publisher: Duration::from_secs(61), ..WhipConfig::default() };

    assert_eq!(long.problem().unwrap().0, "whip.wait_for_publisher");
    assert_eq!(WhipConfig::default().problem(), None);
}
