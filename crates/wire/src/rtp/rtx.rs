//! Retransmissions: a stream of its own whose payload starts with the original sequence number
//! (RFC 4588 §4).

use switchyard_vocab::rtp::SeqNo;

use crate::bytes::NoRoom;

/// Length of the original sequence number before the original payload.
pub const OSN_LEN: usize = 2;

/// Splits the payload of a retransmission into the original number and the original payload.
///
/// `None` when there is no number: an RTX stream is also used to pad and to probe.
pub fn split(payload: &[u8]) -> Option<(SeqNo, &[u8])> {
    let (osn, original) = payload.split_first_chunk::<OSN_LEN>()?;
    Some((SeqNo(u16::from_be_bytes(*osn)), original))
}

/// Writes the original number at the front of `out` and returns its length; the original payload
/// follows.
pub fn write_osn(original: SeqNo, out: &mut [u8]) -> Result<usize, NoRoom> {
    *out.first_chunk_mut::<OSN_LEN>().ok_or(NoRoom)? = original.0.to_be_bytes();
    Ok(OSN_LEN)
}
