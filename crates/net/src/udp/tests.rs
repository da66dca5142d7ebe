use super::*;

#[test]
fn a_taken_port_is_a_clear_error() {
    let (first, _) = UdpPort::bind("127.0.0.1:0".parse().unwrap(), BufferSizes::default()).unwrap();

    let error = UdpPort::bind(first.local_addr(), BufferSizes::default()).unwrap_err();

    assert!(matches!(error, BindError::Taken(address) if address == first.local_addr()), "{error}");
}

#[test]
fn an_address_of_another_machine_is_a_clear_error() {
    let error = UdpPort::bind("203.0.113.7:0".parse().unwrap(), BufferSizes::default()).unwrap_err();

    assert!(matches!(error, BindError::NotOurAddress(_)), "{error}");
}

#[test]
fn the_drop_count_goes_on_where_the_kernels_wraps() {
    let mut drops = DropCount::default();

    drops.saw(u32::MAX - 1);
    drops.saw(u32::MAX - 1);
    drops.saw(3);

    assert_eq!(drops.total, u64::from(u32::MAX) + 4);
}

#[test]
fn a_huge_wish_is_no_error() {
    let sizes = BufferSizes { receive: usize::MAX, send: 1 << 40 };

    assert!(UdpPort::bind("127.0.0.1:0".parse().unwrap(), sizes).is_ok());
}
