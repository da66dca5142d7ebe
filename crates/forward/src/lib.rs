//! Who gets what: publications, subscriptions, rewriting, reports.
//!
//! It decides which packets of a published track reach which subscriber and what changes in them,
//! what is asked of a publisher again, what a subscriber gets again, and what both are told in
//! reports. It does not know sockets, keys, transports, rooms, or how much fits through a
//! network; a publication and a subscription never meet except in the arguments of a call.
//!
//! ```text
//! packet → Bindings::bind → Publication::handle_rtp ─┬→ Subscription::select → (pacer) → Subscription::write
//!                                │                   └→ another worker → Publication::insert_mirrored → …
//!                                └→ Publication::poll_feedback → NACK, PLI
//! ```
//!
//! ```
//! use switchyard_forward::publication::Publication;
//! use switchyard_vocab::codec::MediaKind;
//!
//! let publication = Publication::new(MediaKind::Video);
//! assert_eq!(publication.layers().iter().count(), 0);
//! ```
#![forbid(unsafe_code)]

pub mod allocation;
pub mod publication;
pub mod redundancy;
pub mod reports;
pub mod subscription;

#[cfg(test)]
mod testing;
