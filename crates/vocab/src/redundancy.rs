//! Sound that is sent more than once.

/// When sound is sent to subscribers with what was sent before in it once more (RED, RFC 2198).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum AudioRedundancy {
    /// Never: as it comes from its publisher.
    Off,
    /// To those who report loss, as often as that loss needs.
    #[default]
    OnLoss,
    /// To everybody who takes it, and more often to those who report much loss.
    Always,
}
