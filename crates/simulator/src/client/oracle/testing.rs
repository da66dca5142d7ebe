//! Builders of frames for the oracle's tests.

use std::time::Duration;

use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp};

use super::{Frame, Part};
use crate::client::stamp::Stamp;
use crate::client::vp8::{Descriptor, FrameHead};

/// Thirty frames a second.
const TICKS: u32 = 3_000;

/// Frame `number` in a stream of one temporal layer whose frames all have two packets and whose
/// first frame is the keyframe.
pub(super) fn frame(number: u32) -> Frame {
    let first = ExtSeqNo(0x1_0000 + u64::from(number) * 2);
    Frame {
        first,
        last: first.plus(1),
        timestamp: RtpTimestamp(number * TICKS),
        descriptor: descriptor(number),
        head: if number == 0 { FrameHead::Key { width: 640, height: 360 } } else { FrameHead::Delta },
        stamp: Stamp {
            encoding: 0,
            frame: number,
            depends_on: number.checked_sub(1),
            captured: Duration::from_secs(1) * number / 30,
            part: 0,
            parts: 2,
        },
    }
}

fn descriptor(number: u32) -> Descriptor {
    Descriptor {
        starts: true,
        droppable: false,
        picture_id: (number & 0x7fff) as u16,
        tl0: number as u8,
        tid: 0,
        sync: false,
        key_idx: 0,
    }
}

/// The same frame as a keyframe, of another encoding.
pub(super) fn keyframe(number: u32, encoding: u8) -> Frame {
    let delta = frame(number);
    Frame {
        head: FrameHead::Key { width: 320, height: 180 },
        stamp: Stamp { depends_on: None, encoding, ..delta.stamp },
        ..delta
    }
}

/// The two packets of a frame.
pub(super) fn parts(frame: &Frame) -> [Part; 2] {
    let first = Part {
        seq: frame.first,
        timestamp: frame.timestamp,
        marker: false,
        descriptor: frame.descriptor,
        head: Some(frame.head),
        stamp: frame.stamp,
    };
    let second = Part {
        seq: frame.last,
        marker: true,
        descriptor: Descriptor { starts: false, ..frame.descriptor },
        head: None,
        stamp: Stamp { part: 1, ..frame.stamp },
        ..first
    };
    [first, second]
}
