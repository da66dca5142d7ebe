//! Offer and answer as values
