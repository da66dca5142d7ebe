//! Header extensions: one map of ids for the whole bundle (RFC 8285, RFC 8843 §9).

use switchyard_vocab::codec::MediaKind;
use switchyard_vocab::negotiated::{Extension, ExtensionMap};

use crate::error::{SdpError, excerpt};
use crate::section::{Direction, Section};

/// Most `a=extmap` lines read of one m-line; browsers list up to 14.
pub(crate) const MAX_EXTENSIONS: usize = 32;

/// Highest id of the one-byte form; 15 is forbidden (RFC 8285 §4.2).
const MAX_ONE_BYTE_ID: u8 = 14;

/// One `a=extmap` line of a remote m-line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OfferedExtension {
    /// Its id; 1–14 can be used, and 16–255 where both forms may be mixed.
    pub id: u8,
    /// In which direction the peer uses it.
    pub direction: Direction,
    /// Its URI, cut to 80 characters.
    pub uri: String,
    /// Which extension that is, when the server knows it.
    pub extension: Option<Extension>,
}

impl OfferedExtension {
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let (id, direction) = match words.next()?.split_once('/') {
            Some((id, direction)) => (id, Direction::parse(direction)?),
            None => (value.split_ascii_whitespace().next()?, Direction::SendRecv),
        };
        let uri = words.next()?;
        let extension = Extension::ALL.into_iter().find(|extension| extension.uri() == uri);
        Some(Self { id: id.parse().ok()?, direction, uri: excerpt(uri), extension })
    }
}

/// Refuses an id that stands for two things when one of them matters to us.
pub(crate) fn check_ids<'a>(sections: impl IntoIterator<Item = &'a Section>) -> Result<(), SdpError> {
    let mut meanings: [Option<&OfferedExtension>; 256] = [None; 256];
    for offered in sections.into_iter().flat_map(|section| &section.extensions) {
        let Some(meaning) = meanings.get_mut(usize::from(offered.id)) else { continue };
        match meaning {
            None => *meaning = Some(offered),
            Some(first) if first.uri == offered.uri => {}
            Some(first) if first.extension.is_none() && offered.extension.is_none() => {}
            Some(first) => {
                return Err(SdpError::ExtensionIdReused {
                    id: offered.id,
                    one: first.uri.clone(),
                    other: offered.uri.clone(),
                });
            }
        }
    }
    Ok(())
}

/// Whether the peer can number packets transport-wide on any of its m-lines.
pub(crate) fn has_transport_cc<'a>(sections: impl IntoIterator<Item = &'a Section>) -> bool {
    let numbers = |section: &Section, offered: &OfferedExtension| {
        is_usable(section, offered) && offered.extension == Some(Extension::TransportCc)
    };
    sections.into_iter().any(|section| section.extensions.iter().any(|offered| numbers(section, offered)))
}

/// The extensions of an m-line on which the peer sends that we accept, under the peer's ids.
///
/// `abs_send_time` is true only where transport-wide numbers are absent: with both active, senders
/// pay for two and estimators disagree.
pub(crate) fn accepted(section: &Section, abs_send_time: bool) -> ExtensionMap {
    let mut map = ExtensionMap::default();
    map.set_mixed(section.mixed_extensions);
    for offered in &section.extensions {
        let Some(extension) = offered.extension else { continue };
        let wanted = extension != Extension::AbsSendTime || abs_send_time;
        if wanted && is_usable(section, offered) && offered.direction.sends() && map.id(extension).is_none() {
            map.set(extension, offered.id);
        }
    }
    map
}

/// The direction with which we answer an accepted extension: the mirror of a qualified one,
/// nothing for an unqualified one.
pub(crate) fn answered_direction(section: &Section, id: u8) -> Option<Direction> {
    let offered = section.extensions.iter().find(|offered| offered.id == id)?;
    (offered.direction == Direction::SendOnly).then_some(Direction::RecvOnly)
}

/// The same for an m-line on which we send.
pub(crate) fn sending_direction(section: &Section, id: u8) -> Option<Direction> {
    let offered = section.extensions.iter().find(|offered| offered.id == id)?;
    (offered.direction == Direction::RecvOnly).then_some(Direction::SendOnly)
}

/// The extensions a client that answers our offer will read, under the ids it answered with.
pub(crate) fn answered(section: &Section, offered: &ExtensionMap) -> ExtensionMap {
    let mut map = ExtensionMap::default();
    map.set_mixed(section.mixed_extensions && offered.is_mixed());
    for answered in &section.extensions {
        let Some(extension) = answered.extension else { continue };
        if offered.id(extension).is_some() && is_usable(section, answered) && answered.direction.receives() {
            map.set(extension, answered.id);
        }
    }
    map
}

/// The extensions of our own offers. Ids never change within a connection, whatever is offered;
/// they are the ones browsers use by themselves.
pub(crate) fn offered(kind: MediaKind, abs_send_time: bool) -> ExtensionMap {
    let mut map = ExtensionMap::default();
    map.set_mixed(true);
    map.set(Extension::Mid, 4);
    map.set(Extension::TransportCc, 3);
    map.set(Extension::AbsCaptureTime, 10);
    if abs_send_time {
        map.set(Extension::AbsSendTime, 2);
    }
    match kind {
        MediaKind::Audio => map.set(Extension::AudioLevel, 1),
        MediaKind::Video => {
            map.set(Extension::PlayoutDelay, 5);
            map.set(Extension::ColorSpace, 8);
            map.set(Extension::DependencyDescriptor, 12);
            map.set(Extension::VideoOrientation, 13);
        }
    }
    map
}

fn is_usable(section: &Section, offered: &OfferedExtension) -> bool {
    match offered.id {
        0 | 15 => false,
        1..=MAX_ONE_BYTE_ID => true,
        _ => section.mixed_extensions,
    }
}

#[cfg(test)]
mod tests;
