use axum::http::HeaderValue;

use super::*;

const PROXY: &str = "127.0.0.1:40000";

fn proxies(header: ProxyHeader) -> Proxies {
    let trusted = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:5::/48"];
    Proxies::new(trusted.iter().map(|network| network.parse().unwrap()).collect(), header)
}

fn client_by(header: ProxyHeader, remote: &str, lines: &[&str]) -> String {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(header.name(), HeaderValue::from_bytes(line.as_bytes()).unwrap());
    }
    proxies(header).client(remote.parse().unwrap(), &headers).ip().to_string()
}

fn by_x(remote: &str, lines: &[&str]) -> String {
    client_by(ProxyHeader::XForwardedFor, remote, lines)
}

fn by_forwarded(lines: &[&str]) -> String {
    client_by(ProxyHeader::Forwarded, PROXY, lines)
}

#[test]
fn whoever_is_no_proxy_of_ours_is_not_believed() {
    assert_eq!(by_x("198.51.100.7:1", &["203.0.113.9"]), "198.51.100.7");
    assert_eq!(by_x("[2001:db8:6::1]:1", &["203.0.113.9"]), "2001:db8:6::1");
    let nobody = Proxies::default();
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));
    let remote = PROXY.parse().unwrap();
    assert_eq!(nobody.client(remote, &headers), remote);
}

#[test]
fn the_rightmost_address_that_is_no_proxy_is_the_client_whatever_it_says_of_itself() {
    assert_eq!(by_x(PROXY, &["203.0.113.9"]), "203.0.113.9");
    assert_eq!(by_x(PROXY, &["127.0.0.1, 1.2.3.4, 203.0.113.9"]), "203.0.113.9");
    assert_eq!(by_x(PROXY, &["1.2.3.4, 203.0.113.9, 10.1.2.3, 10.9.9.9"]), "203.0.113.9");
    assert_eq!(by_x("[::ffff:127.0.0.1]:5", &["203.0.113.9"]), "203.0.113.9");
}

#[test]
fn several_lines_of_the_header_are_one_after_the_other() {
    assert_eq!(by_x(PROXY, &["1.2.3.4", "203.0.113.9, 10.0.0.1"]), "203.0.113.9");
    assert_eq!(by_x(PROXY, &["203.0.113.9", "10.0.0.1"]), "203.0.113.9");
}

#[test]
fn where_all_are_proxies_the_first_of_them_counts() {
    assert_eq!(by_x(PROXY, &["10.0.0.7, 10.0.0.8"]), "10.0.0.7");
    assert_eq!(by_x(PROXY, &[]), "127.0.0.1");
}

#[test]
fn what_cannot_be_read_ends_the_chain_at_the_last_proxy_that_could() {
    for garbage in
        ["", "unknown", "_hidden", "1.2.3.4.5", "203.0.113.9:notaport", "[::1", "2001:db8::1]:8", "☃"]
    {
        assert_eq!(by_x(PROXY, &[&format!("203.0.113.9, {garbage}, 10.0.0.8")]), "10.0.0.8", "{garbage:?}");
    }
}

#[test]
fn more_hops_than_anybody_has_are_not_followed() {
    let many = vec!["10.0.0.8"; 2_000].join(",");

    assert_eq!(by_x(PROXY, &[&format!("203.0.113.9,{many}")]), "10.0.0.8");
}

#[test]
fn addresses_are_read_with_ports_and_in_brackets() {
    for (text, address) in [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("2001:db8:9::1", "2001:db8:9::1"),
        ("[2001:db8:9::1]", "2001:db8:9::1"),
        ("[2001:db8:9::1]:4711", "2001:db8:9::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ] {
        assert_eq!(by_x(PROXY, &[text]), address, "{text}");
    }
}

#[test]
fn forwarded_is_read_by_its_for_whatever_else_it_says() {
    for (line, address) in [
        ("for=203.0.113.9", "203.0.113.9"),
        ("FOR = \"203.0.113.9:80\" ; proto=https", "203.0.113.9"),
        ("by=10.0.0.1;for=\"[2001:db8:9::1]:4711\";host=\"a,b\"", "2001:db8:9::1"),
        ("for=1.2.3.4, for=203.0.113.9;by=10.0.0.1, for=10.0.0.2", "203.0.113.9"),
        ("for=203.0.113.9, for=\"10.0.0.2\";host=\"x\\\",for=1.2.3.4\"", "203.0.113.9"),
    ] {
        assert_eq!(by_forwarded(&[line]), address, "{line}");
    }
}

#[test]
fn forwarded_that_hides_who_it_is_leaves_the_proxy() {
    for line in [
        "for=unknown",
        "for=_SEVKISEK",
        "for=\"_a:_b\"",
        "proto=https",
        "for=\"1.2.3.4",
        "for=1.2.3.4;for=5.6.7.8",
    ] {
        assert_eq!(by_forwarded(&[line]), "127.0.0.1", "{line}");
    }
}

#[test]
fn quotes_that_a_client_leaves_open_hide_nothing_that_its_proxy_says() {
    for line in [
        "for=203.0.113.66;x=\", for=198.51.100.7",
        "for=203.0.113.66;x=\"\\\", for=198.51.100.7",
        "for=\", for=198.51.100.7",
        "x=\"a;for=203.0.113.66;y=\"",
    ] {
        assert_eq!(by_forwarded(&[line]), "127.0.0.1", "{line}");
    }
    assert_eq!(by_forwarded(&["for=203.0.113.66;x=\"", "for=198.51.100.7"]), "198.51.100.7");
    assert_eq!(by_forwarded(&["x=\"a;for=203.0.113.66;b\";for=198.51.100.7"]), "198.51.100.7");
}

#[test]
fn the_other_kind_of_header_is_the_clients_own_invention() {
    let mut headers = HeaderMap::new();
    headers.insert(header::FORWARDED, HeaderValue::from_static("for=1.2.3.4"));
    headers.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));

    let client = proxies(ProxyHeader::XForwardedFor).client(PROXY.parse().unwrap(), &headers);

    assert_eq!(client.ip().to_string(), "203.0.113.9");
}

#[test]
fn networks_are_written_as_usual_and_nothing_else() {
    let network = |text: &str| text.parse::<Network>().unwrap();
    assert!(network("192.0.2.0/24").contains("192.0.2.255".parse().unwrap()));
    assert!(!network("192.0.2.0/24").contains("192.0.3.0".parse().unwrap()));
    assert!(network("192.0.2.7").contains("::ffff:192.0.2.7".parse().unwrap()));
    assert!(network("0.0.0.0/0").contains("8.8.8.8".parse().unwrap()));
    assert!(!network("0.0.0.0/0").contains("::1".parse().unwrap()));
    assert!(network("::/0").contains("2001:db8::1".parse().unwrap()));
    for bad in ["", "192.0.2.0/33", "::/129", "192.0.2.0/+8", "192.0.2/24", "localhost", "1.2.3.4/"] {
        assert_eq!(bad.parse::<Network>(), Err(NetworkError), "{bad:?}");
    }
}
