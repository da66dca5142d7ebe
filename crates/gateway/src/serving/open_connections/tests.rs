use super::*;

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

#[test]
fn one_network_has_its_share_and_no_more() {
    let open = Arc::new(OpenConnections::default());
    let mut held: Vec<_> =
        (0..MAX_OPEN_PER_NETWORK).map(|_| open.clone().admit(address(1), false).unwrap()).collect();

    assert!(open.clone().admit(address(1), false).is_none());
    // As long as the two do not meet in one counter, which a random key decides.
    assert!((2..20).any(|last| open.clone().admit(address(last), false).is_some()));
    held.pop();
    assert!(open.clone().admit(address(1), false).is_some());
}

#[test]
fn a_proxy_on_this_machine_shares_only_what_all_have() {
    let open = Arc::new(OpenConnections::default());
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let held: Vec<_> = (0..MAX_OPEN).map(|_| open.clone().admit(loopback, false).unwrap()).collect();

    assert!(open.clone().admit(loopback, false).is_none());
    assert!(open.clone().admit(address(1), false).is_none());
    drop(held);
    assert!(open.clone().admit(address(1), false).is_some());
}

#[tokio::test]
async fn closing_waits_for_the_last() {
    let open = Arc::new(OpenConnections::default());
    let last = open.clone().admit(address(1), false).unwrap();
    let waiting = tokio::spawn({
        let open = open.clone();
        async move { open.all_closed().await }
    });
    tokio::task::yield_now().await;

    assert!(!waiting.is_finished());
    drop(last);
    waiting.await.unwrap();
}
