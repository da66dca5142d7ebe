use super::*;

#[test]
fn there_is_always_an_address_that_a_socket_can_be_bound_to() {
    let addresses = default_addresses();

    assert!(!addresses.is_empty());
    for ip in addresses {
        assert!(!ip.is_unspecified() && !ip.is_multicast());
        UdpSocket::bind((ip, 0)).unwrap();
    }
}
