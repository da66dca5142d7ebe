//! Sleeping until there is something to do.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::syscalls::{self, EpollEvent};
use crate::wake::EventFd;

/// Events of one wait. Sockets that do not fit are told of by the next one.
const MAX_EVENTS: usize = 64;

/// What a watched socket is called in the answer. The two highest numbers are taken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Token(pub u64);

const WAKE: u64 = u64::MAX;
const TIMER: u64 = u64::MAX - 1;

/// Watches the sockets of one worker, its wake-up and its deadline.
#[derive(Debug)]
pub struct Poll {
    epoll: OwnedFd,
    wake: Arc<EventFd>,
    timing: Timing,
    events: Events,
}

/// How a wait ends in time. Milliseconds, the unit of plain epoll, are too coarse for pacing.
#[derive(Debug)]
enum Timing {
    /// The wait itself takes nanoseconds (Linux 5.11).
    Precise,
    /// Older kernels, and sandboxes that do not know the call: a timer that is watched as well.
    Timer(OwnedFd),
}

struct Events {
    list: [EpollEvent; MAX_EVENTS],
    count: usize,
}

/// Why a wait ended. Empty at a deadline.
#[derive(Debug)]
pub struct Ready<'a> {
    events: &'a Events,
    woken: bool,
}

impl Ready<'_> {
    /// Whether somebody called [`wake`](switchyard_bus::wake::Wake::wake) since the wait before.
    pub const fn woken(&self) -> bool {
        self.woken
    }

    /// Sockets with something to read, or with an error to be read.
    pub fn tokens(&self) -> impl Iterator<Item = Token> {
        let sockets = |token: &u64| !matches!(*token, WAKE | TIMER);
        self.events.list.iter().take(self.events.count).map(|event| event.u64).filter(sockets).map(Token)
    }
}

impl Poll {
    /// Watches the wake-up alone. The wake-up must not be watched by another.
    pub fn new(wake: &Arc<EventFd>) -> io::Result<Self> {
        let mut poll = Self::with_timing(wake, Timing::Precise)?;
        // Some sandboxes forbid calls that they do not know instead of lacking them.
        let missing = [Some(libc::ENOSYS), Some(libc::EPERM)];
        match poll.wait_in_kernel(Some(Duration::ZERO)) {
            Err(error) if missing.contains(&error.raw_os_error()) => Self::with_timer(wake),
            Err(error) => Err(error),
            Ok(_) => Ok(poll),
        }
    }

    /// The fall-back of older kernels.
    fn with_timer(wake: &Arc<EventFd>) -> io::Result<Self> {
        let timer = syscalls::timer_create()?;
        let poll = Self::with_timing(wake, Timing::Timer(timer))?;
        if let Timing::Timer(timer) = &poll.timing {
            syscalls::epoll_add(poll.epoll.as_fd(), timer.as_fd(), libc::EPOLLIN, TIMER)?;
        }
        Ok(poll)
    }

    fn with_timing(wake: &Arc<EventFd>, timing: Timing) -> io::Result<Self> {
        let epoll = syscalls::epoll_create()?;
        // Edges: the counter then needs no reading, which saves a call per wake-up.
        syscalls::epoll_add(epoll.as_fd(), wake.as_fd(), libc::EPOLLIN | libc::EPOLLET, WAKE)?;
        let events = Events { list: [EpollEvent { events: 0, u64: 0 }; MAX_EVENTS], count: 0 };
        Ok(Self { epoll, wake: Arc::clone(wake), timing, events })
    }

    /// Watches a socket for as long as it is open: while anything is left to read, every wait says so.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a token that is taken, `AlreadyExists` for a socket that is watched already.
    pub fn add(&self, socket: &impl AsFd, token: Token) -> io::Result<()> {
        if matches!(token.0, WAKE | TIMER) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        syscalls::epoll_add(self.epoll.as_fd(), socket.as_fd(), libc::EPOLLIN, token.0)
    }

    /// Sleeps until a socket is ready, somebody wakes us, the deadline comes, or a signal does.
    ///
    /// A deadline in the past only looks, none sleeps without limit. When it returns, all that was
    /// put on a lane before the wake-up is visible: look at every lane once per wait.
    pub fn wait(&mut self, deadline: Option<Instant>) -> io::Result<Ready<'_>> {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // A worker that only looks stays awake, so that callers need not go to the kernel.
        let sleeps = left != Some(Duration::ZERO) && self.wake.fall_asleep();
        let timeout = if sleeps { left } else { Some(Duration::ZERO) };
        let waited = self.wait_in_kernel(timeout);
        let woken = self.wake.rise();
        self.events.count = match waited {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            waited => waited?,
        };
        Ok(Ready { events: &self.events, woken })
    }

    fn wait_in_kernel(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        let (epoll, events) = (self.epoll.as_fd(), &mut self.events.list);
        match &self.timing {
            Timing::Precise => syscalls::epoll_wait_precise(epoll, events, timeout),
            Timing::Timer(_) if timeout.is_some_and(|timeout| timeout.is_zero()) => {
                syscalls::epoll_wait(epoll, events, true)
            }
            Timing::Timer(timer) => {
                syscalls::timer_set(timer.as_fd(), timeout)?;
                syscalls::epoll_wait(epoll, events, false)
            }
        }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.list.iter().take(self.count).map(|event| event.u64)).finish()
    }
}

#[cfg(test)]
mod tests;
