//! Whether a packet fits a datagram with all that it gets on its way out: asked before it has a number.

use switchyard_vocab::codec::{Codec, MediaKind};
use switchyard_vocab::rtp::{ExtSeqNo, RtpTimestamp, SeqNo};
use switchyard_wire::NoRoom;
use switchyard_wire::payload::vp8;

use super::dependency::DependencyNumbers;
use super::envelope::{Envelope, Plan, Stamps};
use super::numbers::Numbers;
use crate::publication::cache::{CacheRef, CachedPacket};
use crate::subscription::repeats::{Blocks, Repeats};

/// Most that is added to a payload, the dependency descriptor aside: the header, one element of each extension, a
/// longer picture id. What leaves as much room always fits; the rest is tried.
const MOST_ADDED: usize = 128;

impl Envelope {
    /// Whether a packet fits `out`, which is written over. How long it gets depends on which numbers it has, but on the
    /// value of none.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn try_size(
        &self,
        (source, only_sets): (CacheRef, bool),
        cached: &CachedPacket<'_>,
        stamps: Stamps,
        out: &mut [u8],
    ) -> Result<(), NoRoom> {
        let payload = if only_sets { cached.attached.parameter_sets } else { cached.payload };
        if payload.len() + cached.attached.dependency.len() + MOST_ADDED <= out.len() {
            return Ok(());
        }
        let plan = Plan {
            source,
            seq: ExtSeqNo::starting_at(SeqNo(0)),
            timestamp: RtpTimestamp(0),
            only_sets,
            marker: false,
            numbers: any_numbers(cached),
            orientation: (self.section().codec.codec.kind() == MediaKind::Video).then_some(0),
            repeats: Repeats::default(),
            alone: !self.takes_red(),
            stamps,
        };
        self.write(&plan, (cached, Blocks::default()), out).map(|_| ())
    }
}

fn any_numbers(cached: &CachedPacket<'_>) -> Option<Numbers> {
    match cached.observed.codec {
        Codec::Vp8 => {
            vp8::Descriptor::parse(cached.payload).ok()?;
            Some(Numbers::Vp8(vp8::Numbers { picture_id: 0, tl0_picture_index: 0, key_index: 0 }))
        }
        Codec::Av1 => (!cached.attached.dependency.is_empty())
            .then_some(Numbers::Dependency(DependencyNumbers { frame_number: 0, template_shift: 0 })),
        // They replace what was there, byte for byte.
        Codec::Vp9 | Codec::Opus | Codec::H264 | Codec::H265 => None,
    }
}
