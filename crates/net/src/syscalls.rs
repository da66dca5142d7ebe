//! Every call for which the standard library and `socket2` have no safe form.
//!
//! Functions here are safe to call: they take slices and descriptors with lifetimes, build what the
//! kernel wants on their own stack, and return values. Nothing that points anywhere outlives a call.
#![allow(unsafe_code, reason = "the kernel's batch, poll and affinity calls have no safe wrapper")]

use std::io;
use std::mem::{self, MaybeUninit};
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

use control::{RecvControl, SendControl};

mod control;

pub(crate) use libc::epoll_event as EpollEvent;

/// Messages of one receive call; nothing is gained past 32.
pub(crate) const RECV_BATCH: usize = 32;
/// Messages of one send call; nothing is gained past 64.
pub(crate) const SEND_BATCH: usize = 64;

/// One of our addresses, as the kernel names it beside a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LocalIp {
    pub(crate) ip: IpAddr,
    /// Interface of a link-local IPv6 address, else 0.
    pub(crate) scope: u32,
}

impl LocalIp {
    /// As a socket address; the scope stays with addresses that mean nothing without it.
    pub(crate) fn at(self, port: u16) -> SocketAddr {
        match self.ip {
            IpAddr::V4(ip) => SocketAddr::from((ip, port)),
            IpAddr::V6(ip) if ip.is_unicast_link_local() => SocketAddrV6::new(ip, port, 0, self.scope).into(),
            IpAddr::V6(ip) => SocketAddr::from((ip, port)),
        }
    }
}

/// What the kernel said about one received message.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arrival {
    /// Bytes in its buffer.
    pub(crate) len: usize,
    /// Sender; absent for address families that a UDP socket does not have.
    pub(crate) remote: Option<SocketAddr>,
    /// The address it was sent to, when the socket asked to know.
    pub(crate) local: Option<LocalIp>,
    /// Size of the datagrams that were coalesced into it, when several were.
    pub(crate) segment: Option<usize>,
    /// When the kernel got it: time since the Unix era, by the system clock of that moment.
    pub(crate) stamp: Option<Duration>,
    /// The socket's count of dropped datagrams when it was queued; absent while it is zero.
    pub(crate) dropped: Option<u32>,
}

/// One message to send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) to: SocketAddr,
    /// The address to send from, when the socket has several.
    pub(crate) from: Option<LocalIp>,
    /// Size at which the kernel cuts `bytes` into datagrams, when it is to.
    pub(crate) segment: Option<u16>,
}

/// A socket address as the kernel reads and writes it.
#[derive(Clone, Copy)]
#[repr(C)]
union Name {
    v4: libc::sockaddr_in,
    v6: libc::sockaddr_in6,
}

/// Takes up to [`RECV_BATCH`] waiting messages, one per `size` bytes of `buffers`, without waiting.
///
/// Returns how many; the facts of each are in `arrivals`.
pub(crate) fn recv_many(
    socket: BorrowedFd<'_>,
    buffers: &mut [u8],
    size: usize,
    arrivals: &mut [Arrival],
) -> io::Result<usize> {
    let mut names = [const { MaybeUninit::<Name>::uninit() }; RECV_BATCH];
    let mut controls = [const { MaybeUninit::<RecvControl>::uninit() }; RECV_BATCH];
    let mut slices = [const { MaybeUninit::<libc::iovec>::uninit() }; RECV_BATCH];
    let mut headers = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; RECV_BATCH];

    let wanted = arrivals.len().min(RECV_BATCH);
    let mut count = 0;
    for buffer in buffers.chunks_exact_mut(size).take(wanted) {
        let slice =
            slices[count].write(libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() });
        let mut header = empty_header();
        header.msg_hdr.msg_name = names[count].as_mut_ptr().cast();
        header.msg_hdr.msg_namelen = size_of::<Name>() as libc::socklen_t;
        header.msg_hdr.msg_iov = slice;
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_control = controls[count].as_mut_ptr().cast();
        header.msg_hdr.msg_controllen = size_of::<RecvControl>() as _;
        headers[count].write(header);
        count += 1;
    }
    // SAFETY: the first `count` headers were written above. Each points to a name, a slice of
    // `buffers` and a control buffer of the stated sizes; all are exclusively ours until the end of
    // this function, and no two headers share one.
    let received = check(unsafe {
        libc::recvmmsg(
            socket.as_raw_fd(),
            headers.as_mut_ptr().cast(),
            count as libc::c_uint,
            libc::MSG_DONTWAIT as _,
            ptr::null_mut(),
        )
    })? as usize;

    for (arrival, header) in arrivals.iter_mut().zip(&headers[..received]) {
        // SAFETY: `received <= count`, so the header was written, and the kernel has filled in what
        // it points to, all of which is still alive.
        *arrival = unsafe { read_arrival(header.assume_init_ref()) };
    }
    Ok(received)
}

/// Sends up to [`SEND_BATCH`] messages without waiting and returns how many were taken.
///
/// An error is about the first message; one that strikes later ends the count before it.
pub(crate) fn send_many<'a>(
    socket: BorrowedFd<'_>,
    messages: impl Iterator<Item = Outgoing<'a>>,
) -> io::Result<usize> {
    let mut names = [const { MaybeUninit::<Name>::uninit() }; SEND_BATCH];
    let mut controls = [const { MaybeUninit::<SendControl>::uninit() }; SEND_BATCH];
    let mut slices = [const { MaybeUninit::<libc::iovec>::uninit() }; SEND_BATCH];
    let mut headers = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; SEND_BATCH];

    let mut count = 0;
    for message in messages.take(SEND_BATCH) {
        let (name, name_len) = to_name(message.to);
        let control = controls[count].write(SendControl::new());
        let control_len = control::write(control, &message);
        let mut header = empty_header();
        header.msg_hdr.msg_name = ptr::from_mut(names[count].write(name)).cast();
        header.msg_hdr.msg_namelen = name_len;
        header.msg_hdr.msg_iov = slices[count].write(libc::iovec {
            // The kernel only reads what a sent message points to.
            iov_base: message.bytes.as_ptr().cast_mut().cast(),
            iov_len: message.bytes.len(),
        });
        header.msg_hdr.msg_iovlen = 1;
        if control_len > 0 {
            header.msg_hdr.msg_control = ptr::from_mut(control).cast();
            header.msg_hdr.msg_controllen = control_len as _;
        }
        headers[count].write(header);
        count += 1;
    }
    // SAFETY: the first `count` headers were written above. Each points to a name, a slice and, when
    // its length is not zero, a control buffer that live until the end of this function, and to bytes
    // borrowed for `'a`.
    let sent = check(unsafe {
        libc::sendmmsg(
            socket.as_raw_fd(),
            headers.as_mut_ptr().cast(),
            count as libc::c_uint,
            libc::MSG_DONTWAIT as _,
        )
    })?;
    Ok(sent as usize)
}

/// Sets a socket option that is an integer.
pub(crate) fn set_option(socket: BorrowedFd<'_>, level: i32, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: the pointer and length describe `value`, which the kernel reads during the call.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            ptr::from_ref(&value).cast(),
            size_of::<i32>() as libc::socklen_t,
        )
    })?;
    Ok(())
}

/// A new epoll instance.
pub(crate) fn epoll_create() -> io::Result<OwnedFd> {
    // SAFETY: no pointers; on success the descriptor is new and nobody else owns it.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::epoll_create1(libc::EPOLL_CLOEXEC))?)) }
}

/// Watches a descriptor; `token` comes back with its events.
pub(crate) fn epoll_add(
    epoll: BorrowedFd<'_>,
    watched: BorrowedFd<'_>,
    events: i32,
    token: u64,
) -> io::Result<()> {
    let mut event = EpollEvent { events: events as u32, u64: token };
    // SAFETY: the kernel copies `event` during the call.
    check(unsafe {
        libc::epoll_ctl(epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, watched.as_raw_fd(), &mut event)
    })?;
    Ok(())
}

/// Waits with a timeout of nanoseconds (Linux 5.11); none waits for ever.
pub(crate) fn epoll_wait_precise(
    epoll: BorrowedFd<'_>,
    events: &mut [EpollEvent],
    timeout: Option<Duration>,
) -> io::Result<usize> {
    /// The kernel's own time value, 64 bits wide on every architecture.
    #[repr(C)]
    struct KernelTime {
        seconds: i64,
        nanoseconds: i64,
    }
    let time = timeout.map(|timeout| KernelTime {
        seconds: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        nanoseconds: i64::from(timeout.subsec_nanos()),
    });
    // SAFETY: `events` is writable for its length, `time` lives through the call, and a null mask of
    // size 0 leaves the signal mask alone. The C library's own wrapper is too young to link against.
    let ready = check(unsafe {
        libc::syscall(
            libc::SYS_epoll_pwait2,
            epoll.as_raw_fd(),
            events.as_mut_ptr(),
            events.len() as libc::c_int,
            time.as_ref().map_or(ptr::null(), ptr::from_ref),
            ptr::null::<libc::sigset_t>(),
            0_usize,
        ) as libc::c_int
    })?;
    Ok(ready as usize)
}

/// Waits until something happens, or, when `at_once`, not at all.
pub(crate) fn epoll_wait(
    epoll: BorrowedFd<'_>,
    events: &mut [EpollEvent],
    at_once: bool,
) -> io::Result<usize> {
    let timeout_ms = if at_once { 0 } else { -1 };
    // SAFETY: `events` is writable for its length.
    let ready = check(unsafe {
        libc::epoll_wait(epoll.as_raw_fd(), events.as_mut_ptr(), events.len() as libc::c_int, timeout_ms)
    })?;
    Ok(ready as usize)
}

/// A new timer on the monotonic clock, disarmed.
pub(crate) fn timer_create() -> io::Result<OwnedFd> {
    let flags = libc::TFD_NONBLOCK | libc::TFD_CLOEXEC;
    // SAFETY: no pointers; on success the descriptor is new and nobody else owns it.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::timerfd_create(libc::CLOCK_MONOTONIC, flags))?)) }
}

/// Arms a timer once, or disarms it; either forgets that it has fired.
pub(crate) fn timer_set(timer: BorrowedFd<'_>, after: Option<Duration>) -> io::Result<()> {
    // SAFETY: an all-zero `itimerspec` is valid: it is plain numbers.
    let mut setting: libc::itimerspec = unsafe { mem::zeroed() };
    if let Some(after) = after {
        setting.it_value.tv_sec = after.as_secs().try_into().unwrap_or(libc::time_t::MAX);
        setting.it_value.tv_nsec = after.subsec_nanos() as _;
    }
    // SAFETY: the kernel reads `setting` during the call; a null old value is allowed.
    check(unsafe { libc::timerfd_settime(timer.as_raw_fd(), 0, &setting, ptr::null_mut()) })?;
    Ok(())
}

/// A new event counter at zero.
pub(crate) fn event_create() -> io::Result<OwnedFd> {
    // SAFETY: no pointers; on success the descriptor is new and nobody else owns it.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC))?)) }
}

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

const fn empty_header() -> libc::mmsghdr {
    // SAFETY: an all-zero header is valid: null pointers with zero lengths.
    unsafe { mem::zeroed() }
}

/// Reads what the kernel filled in.
///
/// # Safety
///
/// The header must come back from a successful receive: its name and control pointers are valid for
/// the lengths it states.
unsafe fn read_arrival(header: &libc::mmsghdr) -> Arrival {
    let message = &header.msg_hdr;
    let mut arrival = Arrival { len: header.msg_len as usize, ..Arrival::default() };
    // SAFETY: by contract the name points to a `Name`, and the stated part of it was written.
    arrival.remote = unsafe { from_name(message.msg_name.cast(), message.msg_namelen) };
    // SAFETY: by contract the header points to control messages that the kernel wrote.
    unsafe { control::read(message, &mut arrival) };
    arrival
}

/// # Safety
///
/// The first `len` bytes at `name` were written by the kernel.
unsafe fn from_name(name: *const Name, len: libc::socklen_t) -> Option<SocketAddr> {
    let len = len as usize;
    if len < size_of::<libc::sockaddr_in>() {
        return None;
    }
    // SAFETY: an IPv4 name is the shorter one and was written; the family is at the same place in both.
    let v4 = unsafe { (*name).v4 };
    match i32::from(v4.sin_family) {
        libc::AF_INET => {
            let ip = v4.sin_addr.s_addr.to_ne_bytes().into();
            Some(SocketAddrV4::new(ip, u16::from_be(v4.sin_port)).into())
        }
        libc::AF_INET6 if len >= size_of::<libc::sockaddr_in6>() => {
            // SAFETY: family and length say that an IPv6 name was written.
            let v6 = unsafe { (*name).v6 };
            let ip = v6.sin6_addr.s6_addr.into();
            // The flow label is left out: an address is a key, and a label may change.
            Some(SocketAddrV6::new(ip, u16::from_be(v6.sin6_port), 0, v6.sin6_scope_id).into())
        }
        _ => None,
    }
}

fn to_name(address: SocketAddr) -> (Name, libc::socklen_t) {
    // SAFETY: all-zero socket addresses are valid: plain numbers.
    let mut name: Name = unsafe { mem::zeroed() };
    match address {
        SocketAddr::V4(address) => {
            name.v4 = libc::sockaddr_in {
                sin_family: libc::AF_INET as libc::sa_family_t,
                sin_port: address.port().to_be(),
                sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
                sin_zero: [0; 8],
            };
            (name, size_of::<libc::sockaddr_in>() as libc::socklen_t)
        }
        SocketAddr::V6(address) => {
            name.v6 = libc::sockaddr_in6 {
                sin6_family: libc::AF_INET6 as libc::sa_family_t,
                sin6_port: address.port().to_be(),
                sin6_flowinfo: 0,
                sin6_addr: libc::in6_addr { s6_addr: address.ip().octets() },
                sin6_scope_id: address.scope_id(),
            };
            (name, size_of::<libc::sockaddr_in6>() as libc::socklen_t)
        }
    }
}
