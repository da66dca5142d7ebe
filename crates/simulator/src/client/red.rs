//! Several packets of sound in one (RFC 2198), read by the clients themselves for the same reason as
//! [`vp8`](super::codec::vp8).

/// An earlier packet in a later one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Repeat<'a> {
    /// How much earlier it was, on the media clock.
    pub earlier: u16,
    /// Its payload.
    pub payload: &'a [u8],
}

/// What is in a payload once more, and what is new in it; `None` when it ends early.
pub fn read(payload: &[u8]) -> Option<(Vec<Repeat<'_>>, &[u8])> {
    let (mut lengths, mut rest) = (Vec::new(), payload);
    while rest.first()? & 0x80 != 0 {
        let (&[_, high, middle, low], behind) = rest.split_first_chunk()?;
        let earlier = u16::from_be_bytes([high, middle]) >> 2;
        lengths.push((earlier, usize::from(u16::from_be_bytes([middle & 0x03, low]))));
        rest = behind;
    }
    let mut data = rest.get(1..)?;
    let mut repeats = Vec::with_capacity(lengths.len());
    for (earlier, len) in lengths {
        let (payload, behind) = data.split_at_checked(len)?;
        repeats.push(Repeat { earlier, payload });
        data = behind;
    }
    Some((repeats, data))
}

#[cfg(test)]
mod tests;
