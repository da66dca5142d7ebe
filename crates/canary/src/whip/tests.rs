use super::*;

#[test]
fn names_are_encoded_in_the_url_of_an_endpoint() {
    let url = endpoint("http://127.0.0.1:7880/", &["v1", "whep", "a room", "ada/b"], Some("c&d"));

    assert_eq!(url, "http://127.0.0.1:7880/v1/whep/a%20room/ada%2Fb?identity=c%26d");
}

#[test]
fn a_location_may_be_a_path_or_a_whole_url() {
    let url: Uri = "http://127.0.0.1:7880/v1/whip/lab?identity=ada".parse().unwrap();
    let at = |location: &str| {
        let headers = [(LOCATION, location.parse().unwrap())].into_iter().collect();
        resource(&url, &Answer { status: StatusCode::CREATED, headers, body: String::new() })
    };

    assert_eq!(at("/v1/whip/lab/1").unwrap(), "http://127.0.0.1:7880/v1/whip/lab/1");
    assert_eq!(at("http://example.net/1").unwrap(), "http://example.net/1");
    assert!(at("").is_err());
}
