use proptest::prelude::*;

use super::*;
use crate::NoRoom;

/// RFC 5769 §2.1: a request with long lines of attributes, keyed by a short-term password.
const REQUEST: [u8; 108] = [
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa,
    0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20,
    0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00,
    0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a,
    0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf,
    0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28,
    0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
];

/// RFC 5769 §2.2: the answer, with an IPv4 address.
const RESPONSE_V4: [u8; 80] = [
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa,
    0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f,
    0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00,
    0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53,
    0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
];

/// RFC 5769 §2.3: the answer, with an IPv6 address.
const RESPONSE_V6: [u8; 92] = [
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa,
    0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f,
    0x72, 0x20, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1,
    0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e,
    0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41, 0x80,
    0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
];

const PASSWORD: &str = "VOkJxbRl1RmTxUk/WvJxBt";

const TRANSACTION: TransactionId =
    TransactionId([0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae]);

fn key() -> Key {
    Key::new(PASSWORD)
}

fn fields() -> RequestFields<'static> {
    RequestFields {
        transaction: TRANSACTION,
        username: "server:client",
        priority: 1_853_824_767,
        role: Role::Controlling(42),
        use_candidate: false,
        nomination: None,
    }
}

/// A request with these attributes before integrity and fingerprint, made as the library makes it.
fn request_with(attributes: &[(u16, &[u8])]) -> Vec<u8> {
    use stun_types::attribute::RawAttribute;
    use stun_types::message::{
        BINDING, IntegrityAlgorithm, Message, MessageWrite, MessageWriteExt, MessageWriteVec,
    };

    let mut message = Message::builder_request(BINDING, MessageWriteVec::new());
    for &(kind, value) in attributes {
        message.add_attribute(&RawAttribute::new(kind.into(), value)).unwrap();
    }
    message.add_message_integrity_with_key(key().library(), IntegrityAlgorithm::Sha1).unwrap();
    message.add_fingerprint().unwrap();
    message.finish()
}

#[test]
fn the_rfc_5769_request_is_read_and_proved() {
    let request = BindingRequest::parse(&REQUEST).unwrap();

    assert_eq!(request.transaction(), TRANSACTION);
    assert_eq!(request.server_ufrag(), Some("evtj"));
    assert_eq!(request.client_ufrag(), Some("h6vY"));
    assert_eq!(request.priority(), Some(0x6e00_01ff));
    assert_eq!(request.role(), Some(Role::Controlled(0x932f_f9b1_5126_3b36)));
    assert!(!request.use_candidate());
    assert!(request.unknown().is_empty());
    assert!(request.verify(&key()));
}

#[test]
fn the_rfc_5769_responses_are_read_and_proved() {
    for (bytes, address) in [
        (&RESPONSE_V4[..], "192.0.2.1:32853"),
        (&RESPONSE_V6[..], "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
        let response = BindingResponse::parse(bytes).unwrap();

        assert_eq!(response.transaction(), TRANSACTION);
        assert_eq!(response.outcome(), Outcome::Success(address.parse().unwrap()));
        assert!(response.verify(&key()));
    }
}

#[test]
fn another_password_proves_nothing() {
    assert!(!BindingRequest::parse(&REQUEST).unwrap().verify(&Key::new("VOkJxbRl1RmTxUk/WvJxBT")));
}

#[test]
fn any_changed_bit_before_the_fingerprint_is_noticed() {
    for bit in 0..100 * 8 {
        let mut bytes = REQUEST;
        bytes[bit / 8] ^= 1 << (bit % 8);

        assert!(BindingRequest::parse(&bytes).is_err(), "bit {bit} went unnoticed");
    }
}

#[test]
fn without_a_fingerprint_integrity_still_protects_what_is_read() {
    let mut bytes = REQUEST[..100].to_vec();
    bytes[3] -= 8;
    assert!(BindingRequest::parse(&bytes).unwrap().verify(&key()));

    bytes[45] ^= 1;
    assert!(!BindingRequest::parse(&bytes).unwrap().verify(&key()));
}

#[test]
fn an_attribute_behind_the_integrity_is_not_believed() {
    let mut bytes = REQUEST[..100].to_vec();
    bytes.extend([0x00, 0x25, 0, 0]);
    bytes[3] -= 4;

    let request = BindingRequest::parse(&bytes).unwrap();

    assert!(!request.use_candidate());
}

#[test]
fn a_goog_ping_is_no_binding_request() {
    let mut bytes = [0; 20];
    bytes[..2].copy_from_slice(&0x0200_u16.to_be_bytes());
    bytes[4..8].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());

    assert_eq!(BindingRequest::parse(&bytes).unwrap_err(), StunError::Unexpected(0x0200));
}

#[test]
fn answers_and_indications_are_no_requests() {
    for kind in [0x0011_u16, 0x0101, 0x0111] {
        let mut bytes = REQUEST;
        bytes[..2].copy_from_slice(&kind.to_be_bytes());

        assert_eq!(BindingRequest::parse(&bytes).unwrap_err(), StunError::Unexpected(kind));
    }
}

#[test]
fn what_a_browser_adds_is_tolerated() {
    let bytes = request_with(&[
        (0x0006, b"server:client"),
        (0xC057, &[0, 0, 0, 10]),
        (0xC001, &[0, 0, 0, 3]),
        (0x802A, &[1; 8]),
        (0x0025, &[]),
        (0x0024, &[1, 2, 3, 4]),
        (0xC059, &[0; 5]),
        (0xC070, &[0; 200]),
    ]);

    let request = BindingRequest::parse(&bytes).unwrap();

    assert!(request.unknown().is_empty());
    assert!(request.use_candidate());
    assert_eq!(request.nomination(), Some(3));
    assert_eq!(request.role(), Some(Role::Controlling(0x0101_0101_0101_0101)));
    assert!(request.verify(&key()));
}

#[test]
fn attributes_that_must_be_understood_are_named_up_to_a_limit() {
    let kinds: Vec<u16> = (0x0040..0x0050).collect();
    let attributes: Vec<(u16, &[u8])> = kinds.iter().map(|&kind| (kind, &[][..])).collect();
    let bytes = request_with(&attributes);

    let request = BindingRequest::parse(&bytes).unwrap();
    assert_eq!(request.unknown().as_slice(), &kinds[..8]);

    let mut answer = [0; MAX_RESPONSE_LEN];
    let reason = ErrorReason::UnknownAttributes(request.unknown().as_slice());
    let len = write_error(&mut answer, request.transaction(), reason, Some(&key())).unwrap();
    let response = BindingResponse::parse(&answer[..len]).unwrap();
    assert_eq!(response.outcome(), Outcome::Error(420));
    assert!(response.verify(&key()));
}

#[test]
fn a_message_of_nothing_but_attributes_is_refused() {
    let bytes = request_with(&[(0xC000, &[][..]); 60]);

    assert_eq!(BindingRequest::parse(&bytes).unwrap_err(), StunError::TooManyAttributes);
}

#[test]
fn a_success_says_where_the_request_came_from() {
    for address in ["203.0.113.7:50000", "[2001:db8::7]:50000"] {
        let address = address.parse().unwrap();
        let mut out = [0; MAX_RESPONSE_LEN];

        let len = write_success(&mut out, TRANSACTION, address, &key()).unwrap();

        let response = BindingResponse::parse(&out[..len]).unwrap();
        assert_eq!(response.outcome(), Outcome::Success(address));
        assert_eq!(response.transaction(), TRANSACTION);
        assert!(response.verify(&key()));
    }
}

#[test]
fn a_refusal_without_a_key_proves_nothing() {
    for (reason, code) in [(ErrorReason::BadRequest, 400), (ErrorReason::Unauthorized, 401)] {
        let mut out = [0; MAX_RESPONSE_LEN];

        let len = write_error(&mut out, TRANSACTION, reason, None).unwrap();

        let response = BindingResponse::parse(&out[..len]).unwrap();
        assert_eq!(response.outcome(), Outcome::Error(code));
        assert!(!response.verify(&key()));
    }
}

#[test]
fn a_request_is_read_as_it_was_written() {
    let fields = RequestFields { use_candidate: true, nomination: Some(9), ..fields() };
    let mut out = [0; 256];

    let len = write_request(&mut out, &fields, &key()).unwrap();

    let request = BindingRequest::parse(&out[..len]).unwrap();
    assert_eq!(request.username(), Some("server:client"));
    assert_eq!(request.role(), Some(fields.role));
    assert_eq!(request.priority(), Some(fields.priority));
    assert_eq!(request.nomination(), Some(9));
    assert!(request.use_candidate());
    assert!(request.verify(&key()));
}

#[test]
fn a_short_slice_is_no_room_and_no_panic() {
    for len in 0..100 {
        let mut out = vec![0; len];
        let long = "x".repeat(600);
        let address = "[2001:db8::7]:50000".parse().unwrap();

        let _ = write_success(&mut out, TRANSACTION, address, &key());
        let _ = write_error(&mut out, TRANSACTION, ErrorReason::RoleConflict, Some(&key()));
        assert_eq!(
            write_request(&mut out, &RequestFields { username: &long, ..fields() }, &key()),
            Err(NoRoom)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = (BindingRequest::parse(&bytes).is_ok(), BindingResponse::parse(&bytes).is_ok());
    }

    #[test]
    fn no_attributes_make_the_reader_panic(
        class in prop::sample::select(vec![0x0001_u16, 0x0101, 0x0111]),
        attributes in prop::collection::vec(
            (
                prop_oneof![
                    prop::sample::select(vec![
                        0x0006_u16, 0x0008, 0x0009, 0x0020, 0x0024, 0x0025, 0x8028, 0x8029, 0x802a, 0xc001,
                    ]),
                    any::<u16>(),
                ],
                0_u16..24,
                prop::collection::vec(any::<u8>(), 24),
            ),
            0..8,
        ),
        cut in 0_usize..8,
    ) {
        let mut bytes = class.to_be_bytes().to_vec();
        bytes.extend([0, 0]);
        bytes.extend(MAGIC_COOKIE.to_be_bytes());
        bytes.extend(TRANSACTION.0);
        for (kind, len, value) in &attributes {
            bytes.extend(kind.to_be_bytes());
            bytes.extend(len.to_be_bytes());
            bytes.extend(&value[..usize::from(*len).next_multiple_of(4)]);
        }
        bytes.truncate(bytes.len().saturating_sub(cut * 4).max(20));
        let len = bytes.len() as u16 - 20;
        bytes[2..4].copy_from_slice(&len.to_be_bytes());
        if let Ok(request) = BindingRequest::parse(&bytes) {
            prop_assert!(!request.verify(&key()));
        }
        if let Ok(response) = BindingResponse::parse(&bytes) {
            prop_assert!(!response.verify(&key()));
        }
    }
}
