//! Builders of frames for the oracle's tests.

use std::time::Duration;

use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp};

use super::{Frame, Part};
use crate::client::codec::{Claim, Layers, Needs, Number};
use crate::client::stamp::Stamp;

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
        claim: claim(number),
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

fn claim(number: u32) -> Claim {
    Claim {
        starts: true,
        number: Some(Number { value: (number & 0x7fff) as u16, bits: 15 }),
        layers: Some(Layers { tid: 0, tl0: number as u8, sync: false }),
        needs: Some(if number == 0 { Needs::Nothing(None) } else { Needs::Layers }),
    }
}

/// The same frame as a keyframe, of another encoding.
pub(super) fn keyframe(number: u32, encoding: u8) -> Frame {
    let delta = frame(number);
    Frame {
        claim: Claim { needs: Some(Needs::Nothing(None)), ..delta.claim },
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
        claim: frame.claim,
        stamp: frame.stamp,
    };
    let second = Part {
        seq: frame.last,
        marker: true,
        claim: Claim { starts: false, needs: None, ..frame.claim },
        stamp: Stamp { part: 1, ..frame.stamp },
        ..first
    };
    [first, second]
}
