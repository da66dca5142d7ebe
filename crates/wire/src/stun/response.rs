//! Answers to Binding requests, as a client reads them.

use std::net::SocketAddr;

use stun_types::attribute::{AttributeFromRaw, RawAttribute, XorMappedAddress};

use super::attribute::{ERROR_CODE, XOR_MAPPED_ADDRESS};
use super::frame::Frame;
use super::{Key, StunError, TransactionId};
use crate::bytes::{array_at, u16_at};

/// Method Binding, class success.
const SUCCESS: u16 = 0x0101;
/// Method Binding, class error.
const ERROR: u16 = 0x0111;

/// An answer. **Nothing in it is proved before [`verify`](Self::verify).**
#[derive(Clone, Copy, Debug)]
pub struct BindingResponse<'a> {
    frame: Frame<'a>,
    outcome: Outcome,
}

/// What the answer says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The check went through; the server saw it come from this address.
    Success(SocketAddr),
    /// It was refused with this code (300–699).
    Error(u16),
}

impl<'a> BindingResponse<'a> {
    /// Reads a success or an error of the method Binding.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StunError> {
        let mut mapped = None;
        let mut code = None;
        let is_response = |kind| matches!(kind, SUCCESS | ERROR);
        let frame = Frame::parse(bytes, is_response, |kind, value| {
            match kind {
                XOR_MAPPED_ADDRESS if mapped.is_none() => mapped = Some(value),
                ERROR_CODE if code.is_none() => {
                    let [_, _, class, number] = array_at(value, 0).ok_or(StunError::BadValue(kind))?;
                    code = Some(u16::from(class & 0x07) * 100 + u16::from(number));
                }
                _ => {}
            }
            Ok(())
        })?;
        let outcome = if u16_at(bytes, 0) == Some(SUCCESS) {
            let value = mapped.ok_or(StunError::Missing(XOR_MAPPED_ADDRESS))?;
            Outcome::Success(address(value, frame.transaction)?)
        } else {
            Outcome::Error(code.ok_or(StunError::Missing(ERROR_CODE))?)
        };
        Ok(Self { frame, outcome })
    }

    /// Which request it answers.
    pub const fn transaction(&self) -> TransactionId {
        self.frame.transaction
    }

    /// What it says.
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether who sent it knows the password of `key`. Answers 400 and 401 never prove that.
    pub fn verify(&self, key: &Key) -> bool {
        self.frame.verify(key)
    }
}

fn address(value: &[u8], transaction: TransactionId) -> Result<SocketAddr, StunError> {
    let raw = RawAttribute::new(XOR_MAPPED_ADDRESS.into(), value);
    let mapped = XorMappedAddress::from_raw_ref(&raw).map_err(|_| StunError::BadValue(XOR_MAPPED_ADDRESS))?;
    Ok(mapped.addr(transaction.to_library()))
}
