//! The OBU elements of a payload (AV1 RTP specification §4.4, §4.5).

use switchyard_vocab::layer::{SpatialLayer, TemporalLayer};

use crate::bytes::split_leb128;

/// Most elements taken from one packet. A frame has one OBU for each group of tiles, and encoders for
/// calls make a handful; a larger value only makes every walk over a hostile packet longer.
pub const MAX_ELEMENTS: usize = 64;

/// Why a payload holds no readable elements.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Av1Error {
    /// There is nothing behind the aggregation header.
    #[error("{0} bytes are no AV1 payload")]
    TooShort(usize),
    /// A new sequence can't start with the rest of an OBU (§4.4).
    #[error("a new sequence starts with a continued OBU")]
    ContinuedSequence,
    /// A length is no number, or reaches behind the end; or there are fewer elements than announced.
    #[error("an OBU element does not fit the packet")]
    MalformedElement,
    /// More than [`MAX_ELEMENTS`].
    #[error("more than {MAX_ELEMENTS} OBU elements in one packet")]
    TooManyElements,
}

/// The aggregation header: the first byte of every payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    /// The first element continues an OBU of the packet before (Z).
    pub continues: bool,
    /// The last element is continued in the packet behind (Y).
    pub is_continued: bool,
    /// How many elements there are, when that is said (W): 1–3.
    pub count: Option<u8>,
    /// The packet is the first of a coded video sequence, which starts with a keyframe (N).
    pub new_sequence: bool,
}

impl Header {
    /// Reads the first byte of a payload.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let byte = *payload.first()?;
        let count = (byte >> 4) & 0x03;
        Some(Self {
            continues: byte & 0x80 != 0,
            is_continued: byte & 0x40 != 0,
            count: (count > 0).then_some(count),
            new_sequence: byte & 0x08 != 0,
        })
    }
}

/// An OBU, or what of it is in the packet. Empty elements are passed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Element<'a> {
    /// It continues an OBU of the packet before, so that it has no header.
    pub continues: bool,
    /// It is continued in the packet behind.
    pub is_continued: bool,
    /// What is in the packet.
    pub bytes: &'a [u8],
}

impl<'a> Element<'a> {
    /// The type of the OBU, when it starts here; see [`kind`](super::kind).
    pub fn kind(&self) -> Option<u8> {
        self.header().map(|byte| (byte >> 3) & 0x0f)
    }

    /// Whether an OBU of that type starts here.
    pub fn starts_obu(&self, kind: u8) -> bool {
        self.kind() == Some(kind)
    }

    /// The layers that the OBU is of, when it starts here and says so.
    pub fn layers(&self) -> Option<(SpatialLayer, TemporalLayer)> {
        let has_extension = self.header()? & 0x04 != 0;
        let extension = *self.bytes.get(1).filter(|_| has_extension)?;
        Some((SpatialLayer((extension >> 3) & 0x03), TemporalLayer(extension >> 5)))
    }

    /// What follows the header of the OBU, as far as it is in the packet.
    pub(super) fn obu_data(&self) -> Option<&'a [u8]> {
        let header = self.header()?;
        let rest = self.bytes.get(if header & 0x04 != 0 { 2 } else { 1 }..)?;
        // A size is seldom sent: the element has one of its own.
        if header & 0x02 != 0 { split_leb128(rest).map(|(_, data)| data) } else { Some(rest) }
    }

    fn header(&self) -> Option<u8> {
        self.bytes.first().copied().filter(|_| !self.continues)
    }
}

/// The elements of a payload, checked as a whole.
pub fn elements(payload: &[u8]) -> Result<Elements<'_>, Av1Error> {
    let too_short = Av1Error::TooShort(payload.len());
    let header = Header::parse(payload).ok_or(too_short)?;
    let rest = payload.get(1..).filter(|rest| !rest.is_empty()).ok_or(too_short)?;
    if header.new_sequence && header.continues {
        return Err(Av1Error::ContinuedSequence);
    }
    let all = Elements { header, read: 0, rest };
    let mut walk = all;
    while !walk.is_done() {
        if usize::from(walk.read) == MAX_ELEMENTS {
            return Err(Av1Error::TooManyElements);
        }
        walk.step().ok_or(Av1Error::MalformedElement)?;
    }
    Ok(all)
}

/// The walk over the elements of a payload.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    header: Header,
    read: u8,
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    /// What stands in front of the elements.
    pub const fn header(&self) -> Header {
        self.header
    }

    /// With a count the walk ends behind the last element, without one where the bytes end.
    fn is_done(&self) -> bool {
        self.header.count.map_or(self.rest.is_empty(), |count| self.read == count)
    }

    fn step(&mut self) -> Option<Element<'a>> {
        let (bytes, rest) = if self.header.count == self.read.checked_add(1) {
            (self.rest, &[][..])
        } else {
            let (len, rest) = split_leb128(self.rest)?;
            rest.split_at_checked(usize::try_from(len).ok()?)?
        };
        let continues = self.header.continues && self.read == 0;
        self.rest = rest;
        self.read = self.read.checked_add(1)?;
        Some(Element { continues, is_continued: self.header.is_continued && self.is_done(), bytes })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_done() {
            let element = self.step()?;
            if !element.bytes.is_empty() {
                return Some(element);
            }
        }
        None
    }
}
