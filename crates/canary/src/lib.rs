//! An independent peer on the webrtc crate alone
