//! Where our side of the handshake went.

use switchyard_vocab::datagram::Tuple;

/// The paths that our flights were sent to, as far as it matters.
///
/// Whoever finishes the handshake has read a flight of ours, so it is where that was sent to. When
/// flights went to several paths it may have read any of them, and none is proved.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Flights {
    /// Nothing was sent yet.
    #[default]
    Unsent,
    /// All went to one path.
    To(Tuple),
    /// Some went elsewhere.
    Scattered,
}

impl Flights {
    /// A datagram leaves for this path.
    pub(super) fn note(&mut self, path: Tuple) {
        *self = match *self {
            Self::Unsent => Self::To(path),
            Self::To(only) if only == path => Self::To(only),
            Self::To(_) | Self::Scattered => Self::Scattered,
        };
    }

    /// The path that all were sent to.
    pub(super) const fn only(self) -> Option<Tuple> {
        match self {
            Self::To(path) => Some(path),
            Self::Unsent | Self::Scattered => None,
        }
    }
}
