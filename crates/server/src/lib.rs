//! The binary: configuration, assembly, threads, shutdown
