//! A borrowed view of one packet.

use switchyard_vocab::rtp::{PayloadType, RtpTimestamp, SeqNo, Ssrc};

use super::{Elements, FIXED_HEADER_LEN, MAX_EXTENSION_BYTES, RtpError, RtpHeader};
use crate::bytes::{u16_at, u32_at};

/// One RTP packet, in the clear. Checked once in [`parse`](Self::parse); reading can't fail.
#[derive(Clone, Copy, Debug)]
pub struct RtpPacket<'a> {
    fixed: &'a [u8; FIXED_HEADER_LEN],
    header_len: usize,
    elements: Elements<'a>,
    payload: &'a [u8],
    padding_len: u8,
}

impl<'a> RtpPacket<'a> {
    /// Reads a decrypted packet. What stands in the extension block is read when asked for.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RtpError> {
        let layout = Layout::of(bytes)?;
        let body = bytes.get(layout.header_len..).unwrap_or_default();
        let padding_len = if layout.fixed[0] & PADDING_BIT == 0 { 0 } else { padding_of(body)? };
        Ok(Self {
            fixed: layout.fixed,
            header_len: layout.header_len,
            elements: layout.elements,
            payload: body.get(..body.len().saturating_sub(usize::from(padding_len))).unwrap_or_default(),
            padding_len,
        })
    }

    /// Which stream it belongs to.
    pub const fn ssrc(&self) -> Ssrc {
        let [.., a, b, c, d] = *self.fixed;
        Ssrc(u32::from_be_bytes([a, b, c, d]))
    }

    /// Its place in the stream.
    pub const fn seq(&self) -> SeqNo {
        SeqNo(u16::from_be_bytes([self.fixed[2], self.fixed[3]]))
    }

    /// Its media time.
    pub const fn timestamp(&self) -> RtpTimestamp {
        let [_, _, _, _, a, b, c, d, ..] = *self.fixed;
        RtpTimestamp(u32::from_be_bytes([a, b, c, d]))
    }

    /// Last packet of a frame, or first of a talkspurt.
    pub const fn marker(&self) -> bool {
        self.fixed[1] & 0x80 != 0
    }

    /// What its payload is encoded with.
    pub const fn payload_type(&self) -> PayloadType {
        PayloadType(self.fixed[1] & 0x7f)
    }

    /// Bytes before the payload: fixed header, CSRCs, extensions.
    pub const fn header_len(&self) -> usize {
        self.header_len
    }

    /// The media, without padding. Empty in a packet that only pads or probes.
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Bytes of padding behind the payload, the count itself included.
    pub const fn padding_len(&self) -> usize {
        self.padding_len as usize
    }

    /// Whether it carries no media at all: a probe, or padding of a stream.
    pub const fn is_padding_only(&self) -> bool {
        self.payload.is_empty()
    }

    /// Its header extensions, in the order in which they stand there.
    pub const fn extensions(&self) -> Elements<'a> {
        self.elements
    }

    /// The first header extension with that id.
    pub fn extension(&self, id: u8) -> Option<&'a [u8]> {
        self.elements.into_iter().find_map(|(found, data)| (found == id).then_some(data))
    }

    /// Its fixed fields as a value, to be changed and written again. CSRCs are left behind.
    pub const fn header(&self) -> RtpHeader {
        RtpHeader {
            marker: self.marker(),
            padding: self.padding_len > 0,
            payload_type: self.payload_type(),
            seq: self.seq(),
            timestamp: self.timestamp(),
            ssrc: self.ssrc(),
        }
    }
}

/// Bytes before the payload, of a packet whose payload may be encrypted: all that SRTP needs.
///
/// Padding is not looked at: its count is part of the encrypted payload.
pub fn header_len(bytes: &[u8]) -> Result<usize, RtpError> {
    Ok(Layout::of(bytes)?.header_len)
}

/// The SSRC of what looks like an RTP packet, unchecked otherwise.
pub fn ssrc_of(bytes: &[u8]) -> Option<Ssrc> {
    u32_at(bytes, 8).map(Ssrc)
}

/// The sequence number of what looks like an RTP packet, unchecked otherwise.
pub fn seq_of(bytes: &[u8]) -> Option<SeqNo> {
    u16_at(bytes, 2).map(SeqNo)
}

const PADDING_BIT: u8 = 0x20;
const EXTENSION_BIT: u8 = 0x10;

/// Where the parts of the header lie.
struct Layout<'a> {
    fixed: &'a [u8; FIXED_HEADER_LEN],
    header_len: usize,
    elements: Elements<'a>,
}

impl<'a> Layout<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, RtpError> {
        let too_short = |need| RtpError::TooShort { len: bytes.len(), need };
        let fixed = bytes.first_chunk::<FIXED_HEADER_LEN>().ok_or_else(|| too_short(FIXED_HEADER_LEN))?;
        let version = fixed[0] >> 6;
        if version != 2 {
            return Err(RtpError::Version(version));
        }
        let after_csrcs = FIXED_HEADER_LEN + 4 * usize::from(fixed[0] & 0x0f);
        if fixed[0] & EXTENSION_BIT == 0 {
            return if after_csrcs <= bytes.len() {
                Ok(Self { fixed, header_len: after_csrcs, elements: Elements::none() })
            } else {
                Err(too_short(after_csrcs))
            };
        }
        let start = after_csrcs + 4;
        let profile = u16_at(bytes, after_csrcs).ok_or_else(|| too_short(start))?;
        let words = u16_at(bytes, after_csrcs + 2).ok_or_else(|| too_short(start))?;
        let block_len = 4 * usize::from(words);
        if block_len > MAX_EXTENSION_BYTES {
            return Err(RtpError::ExtensionsTooLong(block_len));
        }
        let header_len = start + block_len;
        let block = bytes.get(start..header_len).ok_or_else(|| too_short(header_len))?;
        Ok(Self { fixed, header_len, elements: Elements::new(profile, block) })
    }
}

fn padding_of(body: &[u8]) -> Result<u8, RtpError> {
    let count = body.last().copied().unwrap_or(0);
    if count == 0 || usize::from(count) > body.len() {
        return Err(RtpError::Padding { count, room: body.len() });
    }
    Ok(count)
}
