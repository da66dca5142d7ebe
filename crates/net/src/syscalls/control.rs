//! Control messages: what travels beside a message's bytes.

use std::net::IpAddr;
use std::ptr;
use std::time::Duration;

use super::{Arrival, LocalIp, Outgoing};

/// Room for the control messages of a received message: IPv6 packet info, segment size, drop count,
/// time stamp.
#[repr(C, align(8))]
pub(super) struct RecvControl([u8; 128]);

/// Room for those of a sent one: IPv6 packet info and segment size.
#[repr(C, align(8))]
pub(super) struct SendControl([u8; 64]);

impl SendControl {
    pub(super) const fn new() -> Self {
        Self([0; 64])
    }
}

const fn control_space<T>() -> usize {
    // SAFETY: CMSG_SPACE only computes with its argument.
    unsafe { libc::CMSG_SPACE(size_of::<T>() as u32) as usize }
}

const _: () = {
    let info = control_space::<libc::in6_pktinfo>();
    let numbers = 2 * control_space::<libc::c_int>();
    assert!(info + numbers + control_space::<libc::timespec>() <= size_of::<RecvControl>());
    assert!(info + control_space::<u16>() <= size_of::<SendControl>());
    assert!(align_of::<libc::cmsghdr>() <= align_of::<SendControl>());
};

/// Reads the control messages of one received message into its facts.
///
/// # Safety
///
/// The header must come back from a successful receive: its control pointer is valid for the length
/// it states, and the kernel wrote that much.
pub(super) unsafe fn read(message: &libc::msghdr, arrival: &mut Arrival) {
    // SAFETY: by contract the buffer holds well-formed control messages, which these macros walk
    // within the stated length.
    let mut next = unsafe { libc::CMSG_FIRSTHDR(message).as_ref() };
    while let Some(control) = next {
        // SAFETY: by contract the data follows its header, and every type read here is plain numbers.
        unsafe {
            match (control.cmsg_level, control.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    arrival.local = value(control).map(|info: libc::in_pktinfo| {
                        let ip = IpAddr::from(info.ipi_spec_dst.s_addr.to_ne_bytes());
                        LocalIp { ip, scope: 0 }
                    });
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    arrival.local = value(control).map(|info: libc::in6_pktinfo| {
                        let ip = IpAddr::from(info.ipi6_addr.s6_addr);
                        LocalIp { ip, scope: info.ipi6_ifindex }
                    });
                }
                (libc::SOL_UDP, libc::UDP_GRO) => {
                    let size = value(control).and_then(|size: libc::c_int| usize::try_from(size).ok());
                    arrival.segment = size.filter(|&size| size > 0);
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    arrival.stamp = value(control).and_then(since_unix_epoch);
                }
                (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => arrival.dropped = value(control),
                _ => {}
            }
        }
        // SAFETY: as for the first one.
        next = unsafe { libc::CMSG_NXTHDR(message, control).as_ref() };
    }
}

/// The data of one control message; absent when it is shorter than the type.
///
/// # Safety
///
/// The header must stand in a buffer that holds as many bytes from there on as it states, and every
/// bit pattern must be a valid `T`.
unsafe fn value<T: Copy>(control: &libc::cmsghdr) -> Option<T> {
    // SAFETY: CMSG_LEN only computes with its argument.
    let needed = unsafe { libc::CMSG_LEN(size_of::<T>() as u32) as _ };
    // SAFETY: the stated length covers the value; it is read unaligned because only the header is
    // aligned.
    (control.cmsg_len >= needed).then(|| unsafe { ptr::read_unaligned(libc::CMSG_DATA(control).cast()) })
}

/// None before 1970, and for what is no time at all.
fn since_unix_epoch(time: libc::timespec) -> Option<Duration> {
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let nanoseconds = u32::try_from(time.tv_nsec).ok().filter(|&nanoseconds| nanoseconds < 1_000_000_000)?;
    Some(Duration::new(seconds, nanoseconds))
}

/// Writes the control messages of one sent message and returns their length.
pub(super) fn write(control: &mut SendControl, message: &Outgoing<'_>) -> usize {
    let mut at = 0;
    match message.from {
        Some(LocalIp { ip: IpAddr::V4(ip), .. }) => {
            let source = libc::in_addr { s_addr: u32::from_ne_bytes(ip.octets()) };
            let info = libc::in_pktinfo {
                ipi_ifindex: 0,
                ipi_spec_dst: source,
                ipi_addr: libc::in_addr { s_addr: 0 },
            };
            at = put_control(control, at, libc::IPPROTO_IP, libc::IP_PKTINFO, info);
        }
        Some(LocalIp { ip: IpAddr::V6(ip), scope }) => {
            let source = libc::in6_addr { s6_addr: ip.octets() };
            let info = libc::in6_pktinfo { ipi6_addr: source, ipi6_ifindex: scope as _ };
            at = put_control(control, at, libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, info);
        }
        None => {}
    }
    if let Some(segment) = message.segment {
        at = put_control(control, at, libc::SOL_UDP, libc::UDP_SEGMENT, segment);
    }
    at
}

/// Writes one control message at `at` and returns where the next one goes.
fn put_control<T: Copy>(control: &mut SendControl, at: usize, level: i32, kind: i32, value: T) -> usize {
    let end = at + control_space::<T>();
    assert!(end <= control.0.len() && at.is_multiple_of(align_of::<libc::cmsghdr>()));
    // SAFETY: by the assertion header and value lie within the buffer, and the header is aligned, as
    // the buffer is. The value is written unaligned.
    unsafe {
        let header = control.0.as_mut_ptr().add(at).cast::<libc::cmsghdr>();
        (*header).cmsg_len = libc::CMSG_LEN(size_of::<T>() as u32) as _;
        (*header).cmsg_level = level;
        (*header).cmsg_type = kind;
        ptr::write_unaligned(libc::CMSG_DATA(header).cast(), value);
    }
    end
}
