//! Threads and the cores they run on.

use std::io;

use crate::syscalls;

/// Keeps the calling thread on the core at `index` among those the process may use, counted from 0.
///
/// `index` counts allowed cores, not all of the machine's, so a container that is given cores 4 to 7
/// numbers its workers from 0 all the same.
///
/// # Errors
///
/// `NotFound` when there are fewer allowed cores, else what the kernel says. A caller may go on
/// unpinned: it only loses cache warmth.
pub fn pin_to_core(index: usize) -> io::Result<()> {
    let core = syscalls::allowed_cores()?.get(index).copied().ok_or(io::ErrorKind::NotFound)?;
    syscalls::pin_to(core)
}

#[cfg(test)]
mod tests;
