//! What is kept in front of a payload: header extensions that go on to subscribers, and the parameter
//! sets that a keyframe lacks.

use switchyard_vocab::codec::Codec;
use switchyard_vocab::observed::Attached;
use switchyard_wire::rtp::extension::{AbsCaptureTime, KnownExtensions, PlayoutDelay};

/// Most parameter sets that are put in front of one keyframe, in bytes: they leave as one packet. What
/// browsers and cameras send has less than 200; with more, subscribers wait for a keyframe that brings its
/// own.
pub(super) const MAX_PARAMETER_SETS: usize = 1_100;

/// The longest of each: a descriptor of 255 bytes, colours of high dynamic range, a capture time with its
/// offset, a playout delay, the sets.
const MAX_FRONT: usize = 255 + 28 + AbsCaptureTime::MAX_LEN + 3 + MAX_PARAMETER_SETS;

/// What goes in front of one payload.
pub(super) struct Front {
    bytes: [u8; MAX_FRONT],
    attached: Attached,
}

impl Front {
    /// The extensions of one packet that go on to subscribers.
    ///
    /// Of codecs with a descriptor of their own in the payload the dependency descriptor stays here: it
    /// says the same again, and both would have to be kept consistent.
    pub(super) fn of(codec: Codec, known: &KnownExtensions<'_>) -> Self {
        let mut front = Self { bytes: [0; MAX_FRONT], attached: Attached::default() };
        if let Some(descriptor) = known.dependency_descriptor.filter(|_| codec == Codec::Av1) {
            front.attached.dependency = front.push(descriptor) as u8;
        }
        if let Some(color_space) = known.color_space {
            front.attached.color_space = front.push(color_space) as u8;
        }
        if let Some(capture_time) = known.capture_time {
            let mut room = [0; AbsCaptureTime::MAX_LEN];
            front.attached.capture_time = front.push(capture_time.write(&mut room)) as u8;
        }
        if let Some(delay) = known.playout_delay.map(PlayoutDelay::bytes) {
            front.attached.playout_delay = front.push(&delay) as u8;
        }
        front
    }

    /// Adds parameter sets, which `write` puts into the slice that it is given.
    pub(super) fn add_parameter_sets(&mut self, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
        let len = self.attached.len();
        let room = self.bytes.get_mut(len..).unwrap_or_default();
        let room_len = room.len().min(MAX_PARAMETER_SETS);
        let written = room.get_mut(..room_len).and_then(write).filter(|&written| written <= room_len);
        self.attached.parameter_sets = written.unwrap_or(0) as u16;
    }

    /// How it is divided.
    pub(super) const fn attached(&self) -> Attached {
        self.attached
    }

    /// All of it.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.attached.len()).unwrap_or_default()
    }

    /// Appends what fits and returns its length: what a packet carries as an extension always does.
    fn push(&mut self, data: &[u8]) -> usize {
        let len = self.attached.len();
        match self.bytes.get_mut(len..len + data.len()) {
            Some(room) if data.len() <= usize::from(u8::MAX) => {
                room.copy_from_slice(data);
                data.len()
            }
            _ => 0,
        }
    }
}

/// What lay in front of one payload, taken apart. Empty where there was nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Elements<'a> {
    /// The dependency descriptor.
    pub dependency: &'a [u8],
    /// The colour space.
    pub color_space: &'a [u8],
    /// The time of capture.
    pub capture_time: &'a [u8],
    /// The playout delay.
    pub playout_delay: &'a [u8],
    /// The parameter sets.
    pub parameter_sets: &'a [u8],
}

impl<'a> Elements<'a> {
    /// Takes apart what was kept of one packet; the second value is its payload. `None` when the bytes are
    /// shorter than their own description.
    pub(super) fn split(attached: Attached, bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (dependency, rest) = bytes.split_at_checked(attached.dependency.into())?;
        let (color_space, rest) = rest.split_at_checked(attached.color_space.into())?;
        let (capture_time, rest) = rest.split_at_checked(attached.capture_time.into())?;
        let (playout_delay, rest) = rest.split_at_checked(attached.playout_delay.into())?;
        let (parameter_sets, payload) = rest.split_at_checked(attached.parameter_sets.into())?;
        let elements = Self { dependency, color_space, capture_time, playout_delay, parameter_sets };
        Some((elements, payload))
    }
}
