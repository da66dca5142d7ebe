//! What the front of a payload tells about the frame: is it a keyframe, which layer, which number.
//!
//! Opus has no module: nothing in its payload decides anything. [`red`] is what it may be wrapped in, and
//! [`dependency_descriptor`] travels in a header extension and tells the same of any codec.

pub mod av1;
pub mod dependency_descriptor;
pub mod h264;
pub mod h265;
pub mod nal;
mod picture_id;
pub mod red;
pub mod vp8;
pub mod vp9;
