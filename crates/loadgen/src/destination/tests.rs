use super::*;

#[test]
fn a_public_address_needs_the_owners_word() {
    assert!(matches!(
        Destination::find("ws://192.0.2.1/v1/connect", false),
        Err(DestinationError::Public(_))
    ));
    assert!(Destination::find("ws://192.0.2.1/v1/connect", true).is_ok());
}

#[test]
fn loopback_and_private_networks_are_free() {
    for host in ["127.0.0.1:7880", "10.1.2.3", "192.168.0.1:80", "[::1]:7880", "[fd00::1]:1"] {
        assert!(Destination::find(&format!("ws://{host}/v1/connect"), false).is_ok(), "{host}");
    }
}

#[test]
fn media_addresses_are_judged_like_the_signalling_address() {
    let destination = Destination::find("ws://127.0.0.1:7880/v1/connect", false).unwrap();

    assert!(destination.check("10.0.0.1".parse().unwrap()).is_ok());
    assert!(destination.check("::ffff:192.0.2.1".parse().unwrap()).is_err());
    assert!(destination.check("2001:db8::1".parse().unwrap()).is_err());
}

#[test]
fn what_is_no_plain_signalling_url_is_refused() {
    for url in
        ["http://localhost/", "wss://localhost/", "ws://", "ws://localhost/?token=x", "ws://a@localhost/"]
    {
        assert!(matches!(Destination::find(url, true), Err(DestinationError::NotAUrl(_))), "{url}");
    }
}
