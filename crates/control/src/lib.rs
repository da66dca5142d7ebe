//! Control: sessions, rooms and workers as one sans-IO state machine.
//!
//! **Decides** who may enter ([`admission`]), on which worker a session's peers live
//! ([`placement`]), what is published and who receives it, when the server offers and what an
//! offer or answer means for the media side. Takes [`intent::Request`]s of participants and
//! [`Event`](switchyard_bus::event::Event)s of workers, gives [`notice::Notice`]s and
//! [`Command`](switchyard_bus::command::Command)s: see [`driver::Control`].
//!
//! **Does not know** any dialect, socket, clock or thread: `now` and the seed of all randomness are
//! arguments, so the same inputs always give the same outputs. It does not know the format of ICE
//! credentials either; the function that makes them is given to it. Of media it knows what offer
//! and answer say, nothing of packets.
//!
//! # Two connections per session
//!
//! On the *publish* connection the participant offers and sends; every
//! [`Offer`](intent::Intent::Offer) is the whole truth about what it publishes: a MID that still
//! sends keeps its publication, one that sends again (also after an
//! [`Unpublish`](intent::Intent::Unpublish)) is a new one. A description with another certificate
//! than before is another connection: the old one is closed.
//!
//! On the *subscribe* connection the server offers: at once when it was quiet, otherwise once the
//! last offer is answered and 150 ms old. An offer that nobody answers for 15 s ends the
//! connection. Its m-lines carry the stream id
//! [`SessionId`](switchyard_vocab::ids::SessionId) of the publisher (`s12`) and the track id
//! [`PublicationId`](switchyard_vocab::ids::PublicationId) (`t34`), so that a client can tell from
//! `ontrack` alone whose track it is.
//!
//! When a connection has ended ([`ConnectionChanged`](notice::Notice::ConnectionChanged)), its
//! secrets are gone on the server. The session stays; the client makes a new `RTCPeerConnection`
//! and sends an [`Offer`](intent::Intent::Offer) or asks with
//! [`RestartIce`](intent::Intent::RestartIce) for a fresh offer. Subscriptions are kept until then.
//!
//! ```
//! use std::time::Instant;
//! use switchyard_control::config::ControlConfig;
//! use switchyard_control::driver::{Control, Output};
//! use switchyard_control::grants::Pass;
//! use switchyard_control::intent::{Intent, Join, Request};
//! use switchyard_vocab::ids::{Identity, RoomName, SessionId};
//! use switchyard_vocab::line::IceCredentials;
//!
//! let mut control = Control::new(ControlConfig::default(), [7; 32], |_, worker| IceCredentials {
//!     ufrag: format!("{worker}example"),
//!     pwd: "a-password-of-22-chars".into(),
//! });
//! let join = Join {
//!     room: RoomName::new("kitchen"),
//!     identity: Identity::new("ada"),
//!     display_name: None,
//!     metadata: None,
//!     auto_subscribe: true,
//!     pass: Pass::default(),
//! };
//! let request = Request { session: SessionId(1), id: None, intent: Intent::Join(join) };
//!
//! control.handle_request(Instant::now(), request);
//!
//! assert!(matches!(control.poll_output(), Some(Output::Notice(told)) if told.session == SessionId(1)));
//! ```
#![forbid(unsafe_code)]

pub mod act;
pub mod admission;
mod bans;
pub mod codec_policy;
pub mod config;
mod deadlines;
mod directory;
pub mod driver;
pub mod grants;
pub mod intent;
mod issuer;
mod kept_until;
pub mod notice;
mod output_queue;
mod pace;
pub mod placement;
pub mod query;
pub mod refusal;
pub mod revocations;
mod room;
mod session;
pub mod tenancy;
#[cfg(test)]
mod testing;
