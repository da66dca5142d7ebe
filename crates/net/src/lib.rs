//! The socket shell: UDP batches, polling, wake-ups, the clock
