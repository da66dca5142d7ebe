//! Connectivity checks as a stranger sends them: anybody may, before anything else.

use switchyard_wire::stun::{
    BindingRequest, BindingResponse, ErrorReason, Key, RequestFields, Role, TransactionId, write_error,
    write_request, write_success,
};

const PASSWORD: &str = "server-password-of-30-letters!";
const USERNAME: &str = "00server-ufrag-16b:cLnt";

/// Reads the bytes as a request and as a response. What one key vouches for, no other does, and not after
/// any byte before the end of the integrity has changed.
pub(crate) fn run(bytes: &[u8]) {
    let (key, other) = (Key::new(PASSWORD), Key::new("another-password-of-letters"));
    if let Ok(response) = BindingResponse::parse(bytes) {
        assert!(!response.verify(&other), "a response is believed with any key");
    }
    let Ok(request) = BindingRequest::parse(bytes) else { return };
    assert!(request.unknown().as_slice().len() <= 8);
    assert!(!request.verify(&other), "a request is believed with any key");
    assert!(!request.verify(&key) || request.has_integrity());
    if !request.verify(&key) {
        return;
    }
    for at in (0..bytes.len().saturating_sub(8)).step_by(7) {
        let mut changed = bytes.to_vec();
        changed[at] ^= 0x10;
        let is_believed = BindingRequest::parse(&changed)
            .is_ok_and(|changed| changed.verify(&key) && says(&request, &changed));
        assert!(!is_believed, "byte {at} was changed, and the request is believed");
    }
}

/// Whether two requests say different things: what stands behind the integrity says nothing.
fn says(one: &BindingRequest<'_>, other: &BindingRequest<'_>) -> bool {
    one.username() != other.username()
        || one.use_candidate() != other.use_candidate()
        || one.role() != other.role()
        || one.priority() != other.priority()
        || one.nomination() != other.nomination()
        || one.transaction() != other.transaction()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let key = Key::new(PASSWORD);
    let transaction = TransactionId(*b"transaction!");
    let request = |use_candidate, nomination, role| {
        let fields = RequestFields {
            transaction,
            username: USERNAME,
            priority: 1_853_824_767,
            role,
            use_candidate,
            nomination,
        };
        written(|out| write_request(out, &fields, &key).ok())
    };
    let unknown = ErrorReason::UnknownAttributes(&[0x7fff, 0x8001, 3]);
    vec![
        request(true, None, Role::Controlling(7)),
        request(false, Some(3), Role::Controlling(u64::MAX)),
        request(false, None, Role::Controlled(0)),
        written(|out| write_success(out, transaction, ([192, 0, 2, 1], 7882).into(), &key).ok()),
        written(|out| write_success(out, transaction, "[2001:db8::1]:9".parse().ok()?, &key).ok()),
        written(|out| write_error(out, transaction, ErrorReason::RoleConflict, Some(&key)).ok()),
        written(|out| write_error(out, transaction, unknown, None).ok()),
    ]
}

pub(crate) fn written(write: impl FnOnce(&mut [u8]) -> Option<usize>) -> Vec<u8> {
    let mut out = vec![0; 1_500];
    let len = write(&mut out).expect("there is room");
    out.truncate(len);
    out
}
