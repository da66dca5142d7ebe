//! The internal channel bus: how threads of the server talk to one another.
//!
//! Every lane is bounded, has one writer and one reader, and is named by **what may be lost**:
//!
//! | lane | from → to | when it is full |
//! |---|---|---|
//! | [`command`] | control → worker | control waits; nothing is lost |
//! | [`event`] | worker → control | the peer is marked dirty, its state goes out next turn: only steps in between are lost |
//! | [`media`] | worker → worker | the batch is dropped and counted: late media is worthless |
//! | [`demand`] | worker → worker | the value waits at the writer, where a later one replaces it |
//! | [`snapshot`] | worker → metrics, control | the latest wins |
//! | [`stray`] | worker → worker | dropped and counted: the network may lose datagrams anyway |
//!
//! The bus knows no rule of rooms or media; it only carries words of `vocab`. It never blocks and
//! never sleeps: a writer that finds room wakes the reader through [`wake::Wake`], once per turn.
//!
//! ```
//! use std::sync::Arc;
//! use switchyard_bus::{lane, wake::Flag};
//!
//! let flag = Arc::new(Flag::default());
//! let (mut sender, mut receiver) = lane::lane::<u32>(2, flag.clone());
//! sender.send(7).unwrap();
//! sender.flush();
//! assert!(flag.take());
//! assert_eq!(receiver.recv(), Some(7));
//! ```
#![forbid(unsafe_code)]

pub mod command;
pub mod demand;
pub mod event;
pub mod lane;
pub mod media;
pub mod mesh;
pub mod snapshot;
pub mod stray;
pub mod wake;
