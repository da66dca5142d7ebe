//! The languages clients may speak. Each turns its messages into intents and notices into its messages;
//! control knows none of them. A dialect can be taken out by removing its line here and its route in
//! `listener`.

pub mod native;
pub mod whip;
