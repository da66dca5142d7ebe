//! Writing of headers.

use switchyard_vocab::rtp::{PayloadType, RtpTimestamp, SeqNo, Ssrc};

use super::{MAX_EXTENSION_BYTES, profile};
use crate::bytes::{Cursor, NoRoom};

/// The fixed fields of a header that we write. There are never CSRCs: nothing is mixed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RtpHeader {
    /// Last packet of a frame, or first of a talkspurt.
    pub marker: bool,
    /// Padding follows the payload; see [`write_padding`].
    pub padding: bool,
    /// What the payload is encoded with.
    pub payload_type: PayloadType,
    /// Place in the stream.
    pub seq: SeqNo,
    /// Media time.
    pub timestamp: RtpTimestamp,
    /// The stream.
    pub ssrc: Ssrc,
}

impl RtpHeader {
    /// Writes the header with these extensions and returns its length.
    ///
    /// All elements of a packet share one form: the one-byte form unless an id is above 14, or a
    /// value is empty or longer than 16 bytes. Id 0 means padding, so it can't be written.
    pub fn write(&self, extensions: &[(u8, &[u8])], out: &mut [u8]) -> Result<usize, NoRoom> {
        let fits = |&(id, data): &(u8, &[u8])| Form::OneByte.fits(id, data);
        let form = if extensions.iter().all(fits) { Form::OneByte } else { Form::TwoByte };
        let mut writer = HeaderWriter::begin(self, form, out)?;
        for &(id, data) in extensions {
            writer.extension(id, data)?;
        }
        writer.finish()
    }
}

/// How the elements of an extension block tell their id and length (RFC 8285 §4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// Ids 1–14, 1–16 bytes. What everybody understands.
    OneByte,
    /// Ids 1–255, 0–255 bytes.
    TwoByte,
}

impl Form {
    /// Whether an element can be expressed in this form.
    pub const fn fits(self, id: u8, data: &[u8]) -> bool {
        match self {
            Self::OneByte => matches!(id, 1..=14) && matches!(data.len(), 1..=16),
            Self::TwoByte => id != 0 && data.len() <= 255,
        }
    }
}

/// Writes one header, extension after extension, without collecting them first.
#[derive(Debug)]
pub struct HeaderWriter<'o> {
    out: Cursor<'o>,
    form: Form,
    /// Where the extension block starts, once there is one.
    block: Option<usize>,
}

impl<'o> HeaderWriter<'o> {
    /// Writes the fixed fields; all extensions to come use `form`.
    pub fn begin(header: &RtpHeader, form: Form, out: &'o mut [u8]) -> Result<Self, NoRoom> {
        let mut out = Cursor::new(out);
        let first = 0x80 | (u8::from(header.padding) << 5);
        let second = (u8::from(header.marker) << 7) | (header.payload_type.0 & 0x7f);
        out.put(&[first, second])?;
        out.put(&header.seq.0.to_be_bytes())?;
        out.put(&header.timestamp.0.to_be_bytes())?;
        out.put(&header.ssrc.0.to_be_bytes())?;
        Ok(Self { out, form, block: None })
    }

    /// Adds one extension; [`NoRoom`] also when its id or length doesn't fit the form.
    pub fn extension(&mut self, id: u8, data: &[u8]) -> Result<(), NoRoom> {
        if !self.form.fits(id, data) {
            return Err(NoRoom);
        }
        if self.block.is_none() {
            let profile = match self.form {
                Form::OneByte => profile::ONE_BYTE,
                Form::TwoByte => profile::TWO_BYTE,
            };
            self.block = Some(self.out.len());
            self.out.put(&profile.to_be_bytes())?;
            self.out.put(&[0, 0])?;
        }
        match self.form {
            Form::OneByte => self.out.put(&[(id << 4) | (data.len() as u8).wrapping_sub(1)])?,
            Form::TwoByte => self.out.put(&[id, data.len() as u8])?,
        }
        self.out.put(data)
    }

    /// Completes the extension block and returns the length of the whole header.
    pub fn finish(mut self) -> Result<usize, NoRoom> {
        if let Some(block) = self.block {
            self.out.align()?;
            let len = self.out.len() - block - 4;
            if len > MAX_EXTENSION_BYTES {
                return Err(NoRoom);
            }
            self.out.patch(block + 2, &((len / 4) as u16).to_be_bytes())?;
            self.out.set_bits(0, 0x10);
        }
        Ok(self.out.len())
    }
}

/// Writes `count` bytes of padding at the front of `out`: zeros, and the count in the last byte.
///
/// The header's [`padding`](RtpHeader::padding) bit must say so. A count of 0 is none at all.
pub fn write_padding(count: u8, out: &mut [u8]) -> Result<usize, NoRoom> {
    let padding = out.get_mut(..usize::from(count)).ok_or(NoRoom)?;
    padding.fill(0);
    if let Some(last) = padding.last_mut() {
        *last = count;
    }
    Ok(padding.len())
}
