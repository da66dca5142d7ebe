//! The built binary as operators meet it: its command line, its exit codes, its logs, its HTTP pages
//! and its end. Every server runs on loopback and on ports that were free a moment before.

mod admin;
mod command_line;
mod server;
mod serving;
mod stopping;
