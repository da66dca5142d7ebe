//! Writing of answers, and of requests for those who play a client.

use std::net::SocketAddr;

use stun_types::attribute::{
    AttributeType, AttributeWrite, ErrorCode, RawAttribute, UnknownAttributes, Username, XorMappedAddress,
};
use stun_types::message::{
    BINDING, IntegrityAlgorithm, Message, MessageClass, MessageType, MessageWrite, MessageWriteExt,
    MessageWriteMutSlice,
};

use super::attribute::{ICE_CONTROLLED, ICE_CONTROLLING, NOMINATION, PRIORITY, USE_CANDIDATE};
use super::frame::HEADER_LEN;
use super::{Key, Role, TransactionId};
use crate::bytes::NoRoom;

/// Writes the answer to a good check and returns its length: XOR-MAPPED-ADDRESS, integrity,
/// fingerprint (RFC 8445 §7.3). `mapped` is the address the request came from.
pub fn write_success(
    out: &mut [u8],
    transaction: TransactionId,
    mapped: SocketAddr,
    key: &Key,
) -> Result<usize, NoRoom> {
    let mut message = Draft::begin(out, MessageClass::Success, transaction)?;
    message.add(&XorMappedAddress::new(mapped, transaction.to_library()))?;
    message.finish(Some(key))
}

/// Why a check is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorReason<'a> {
    /// 400: USERNAME or MESSAGE-INTEGRITY is missing.
    BadRequest,
    /// 401: the integrity check failed.
    Unauthorized,
    /// 420: these attributes must be understood and are not.
    UnknownAttributes(&'a [u16]),
    /// 487: both sides believe to be controlled.
    RoleConflict,
}

/// Writes a refusal and returns its length. Without a key it proves nothing, as 400 and 401 must
/// (RFC 8489 §9.1.3).
pub fn write_error(
    out: &mut [u8],
    transaction: TransactionId,
    reason: ErrorReason<'_>,
    key: Option<&Key>,
) -> Result<usize, NoRoom> {
    let (code, phrase) = match reason {
        ErrorReason::BadRequest => (400, "Bad Request"),
        ErrorReason::Unauthorized => (401, "Unauthorized"),
        ErrorReason::UnknownAttributes(_) => (420, "Unknown Attribute"),
        ErrorReason::RoleConflict => (487, "Role Conflict"),
    };
    let mut message = Draft::begin(out, MessageClass::Error, transaction)?;
    message.add(&ErrorCode::new(code, phrase).map_err(|_| NoRoom)?)?;
    if let ErrorReason::UnknownAttributes(kinds) = reason {
        let mut attribute = UnknownAttributes::new(&[]);
        kinds.iter().for_each(|&kind| attribute.add_attribute(AttributeType::new(kind)));
        message.add(&attribute)?;
    }
    message.finish(key)
}

/// What a client says in a check.
#[derive(Clone, Copy, Debug)]
pub struct RequestFields<'a> {
    /// Ties the answer to it.
    pub transaction: TransactionId,
    /// `receiver's ufrag:sender's ufrag`.
    pub username: &'a str,
    /// Priority of the candidate it is sent from.
    pub priority: u32,
    /// What the client believes to be.
    pub role: Role,
    /// Whether the path is to be used.
    pub use_candidate: bool,
    /// Renomination value, if the client speaks that.
    pub nomination: Option<u32>,
}

/// Writes a check as a client would and returns its length. `key` is the *receiver's*.
pub fn write_request(out: &mut [u8], fields: &RequestFields<'_>, key: &Key) -> Result<usize, NoRoom> {
    let mut message = Draft::begin(out, MessageClass::Request, fields.transaction)?;
    message.add(&Username::new(fields.username).map_err(|_| NoRoom)?)?;
    message.raw(PRIORITY, &fields.priority.to_be_bytes())?;
    match fields.role {
        Role::Controlling(tie_breaker) => message.raw(ICE_CONTROLLING, &tie_breaker.to_be_bytes())?,
        Role::Controlled(tie_breaker) => message.raw(ICE_CONTROLLED, &tie_breaker.to_be_bytes())?,
    }
    if fields.use_candidate {
        message.raw(USE_CANDIDATE, &[])?;
    }
    if let Some(value) = fields.nomination {
        message.raw(NOMINATION, &value.to_be_bytes())?;
    }
    message.finish(Some(key))
}

/// A message that grows in the caller's slice.
struct Draft<'o>(MessageWriteMutSlice<'o>);

impl<'o> Draft<'o> {
    fn begin(out: &'o mut [u8], class: MessageClass, transaction: TransactionId) -> Result<Self, NoRoom> {
        if out.len() < HEADER_LEN {
            return Err(NoRoom);
        }
        let kind = MessageType::from_class_method(class, BINDING);
        Ok(Self(Message::builder(kind, transaction.to_library(), MessageWriteMutSlice::new(out))))
    }

    fn add(&mut self, attribute: &dyn AttributeWrite) -> Result<(), NoRoom> {
        self.0.add_attribute(attribute).map_err(|_| NoRoom)
    }

    fn raw(&mut self, kind: u16, value: &[u8]) -> Result<(), NoRoom> {
        self.add(&RawAttribute::new(AttributeType::new(kind), value))
    }

    fn finish(mut self, key: Option<&Key>) -> Result<usize, NoRoom> {
        if let Some(key) = key {
            self.0
                .add_message_integrity_with_key(key.library(), IntegrityAlgorithm::Sha1)
                .map_err(|_| NoRoom)?;
        }
        self.0.add_fingerprint().map_err(|_| NoRoom)?;
        Ok(self.0.finish())
    }
}
