use std::net::SocketAddr;

use proptest::prelude::*;
use rtc_stun::attributes::{
    ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME,
};
use rtc_stun::crypto::default_provider;
use rtc_stun::error_code::ErrorCodeAttribute;
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS, Getter, Message, Setter, TransactionId as TheirId,
};
use rtc_stun::textattrs::TextAttribute;
use rtc_stun::uattrs::UnknownAttributes;
use rtc_stun::xoraddr::XorMappedAddress;
use switchyard_wire::stun::{
    BindingRequest, BindingResponse, ErrorReason, Key, MAX_RESPONSE_LEN, Outcome, RequestFields, Role,
    TransactionId, write_error, write_request, write_success,
};

fn decoded(bytes: &[u8]) -> Message {
    let mut message = Message::new();
    message.unmarshal_binary(bytes).unwrap();
    message
}

/// Whether the oracle finds integrity and fingerprint good.
fn is_proved(message: &mut Message, password: &str) -> bool {
    let provider = default_provider().unwrap();
    FINGERPRINT.check(message).unwrap();
    MessageIntegrity::check(message, password.as_bytes(), provider.crypto()).is_ok()
}

/// A message of the oracle's with these parts, then integrity and fingerprint.
fn encoded(parts: Vec<Box<dyn Setter>>, password: &str) -> Vec<u8> {
    let provider = default_provider().unwrap();
    let mut message = Message::new();
    message.build(&parts).unwrap();
    MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), provider.crypto())
        .add_to(&mut message)
        .unwrap();
    FINGERPRINT.add_to(&mut message).unwrap();
    message.raw
}

fn any_role() -> impl Strategy<Value = Role> {
    prop_oneof![any::<u64>().prop_map(Role::Controlling), any::<u64>().prop_map(Role::Controlled)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_oracle_believes_our_requests(
        id: [u8; 12],
        username in "[a-zA-Z0-9+/]{4,32}:[a-zA-Z0-9+/]{4,32}",
        password in "[a-zA-Z0-9+/]{22,40}",
        priority: u32,
        role in any_role(),
        use_candidate: bool,
    ) {
        let fields = RequestFields {
            transaction: TransactionId(id), username: &username, priority, role, use_candidate, nomination: None,
        };
        let mut out = [0; 256];
        let len = write_request(&mut out, &fields, &Key::new(&password)).unwrap();

        let mut read = decoded(&out[..len]);

        prop_assert_eq!(read.typ, BINDING_REQUEST);
        prop_assert_eq!(read.transaction_id.0, id);
        prop_assert_eq!(TextAttribute::get_from_as(&read, ATTR_USERNAME).unwrap().text, username);
        prop_assert_eq!(read.get(ATTR_PRIORITY).unwrap(), priority.to_be_bytes().to_vec());
        prop_assert_eq!(read.contains(ATTR_USE_CANDIDATE), use_candidate);
        let (attribute, tie_breaker) = match role {
            Role::Controlling(tie_breaker) => (ATTR_ICE_CONTROLLING, tie_breaker),
            Role::Controlled(tie_breaker) => (ATTR_ICE_CONTROLLED, tie_breaker),
        };
        prop_assert_eq!(read.get(attribute).unwrap(), tie_breaker.to_be_bytes().to_vec());
        prop_assert!(is_proved(&mut read, &password));
        prop_assert!(!is_proved(&mut read, "another"));
    }

    #[test]
    fn we_believe_the_oracles_requests(
        id: [u8; 12],
        username in "[a-zA-Z0-9+/]{4,32}:[a-zA-Z0-9+/]{4,32}",
        password in "[a-zA-Z0-9+/]{22,40}",
    ) {
        let bytes = encoded(
            vec![
                Box::new(BINDING_REQUEST),
                Box::new(TheirId(id)),
                Box::new(TextAttribute::new(ATTR_USERNAME, username.clone())),
            ],
            &password,
        );

        let read = BindingRequest::parse(&bytes).unwrap();

        prop_assert_eq!(read.transaction(), TransactionId(id));
        prop_assert_eq!(read.username(), Some(&username[..]));
        prop_assert!(read.verify(&Key::new(&password)));
        prop_assert!(!read.verify(&Key::new("another")));
    }

    #[test]
    fn the_oracle_believes_our_successes(
        id: [u8; 12], address: SocketAddr, password in "[a-zA-Z0-9+/]{22,40}",
    ) {
        let mut out = [0; MAX_RESPONSE_LEN];
        let len = write_success(&mut out, TransactionId(id), address, &Key::new(&password)).unwrap();

        let mut read = decoded(&out[..len]);

        let mut mapped = XorMappedAddress::default();
        mapped.get_from(&read).unwrap();
        prop_assert_eq!(read.typ, BINDING_SUCCESS);
        prop_assert_eq!(read.transaction_id.0, id);
        prop_assert_eq!((mapped.ip, mapped.port), (address.ip(), address.port()));
        prop_assert!(is_proved(&mut read, &password));
    }

    #[test]
    fn we_believe_the_oracles_successes(
        id: [u8; 12], address: SocketAddr, password in "[a-zA-Z0-9+/]{22,40}",
    ) {
        let mapped = XorMappedAddress { ip: address.ip(), port: address.port() };
        let bytes = encoded(
            vec![Box::new(BINDING_SUCCESS), Box::new(TheirId(id)), Box::new(mapped)],
            &password,
        );

        let read = BindingResponse::parse(&bytes).unwrap();

        let mut expected = address;
        if let SocketAddr::V6(address) = &mut expected {
            address.set_flowinfo(0);
            address.set_scope_id(0);
        }
        prop_assert_eq!(read.outcome(), Outcome::Success(expected));
        prop_assert!(read.verify(&Key::new(&password)));
    }

    #[test]
    fn the_oracle_reads_why_we_refuse(id: [u8; 12], kinds in prop::collection::vec(0_u16..0x8000, 1..8)) {
        let mut kinds = kinds;
        kinds.sort_unstable();
        kinds.dedup();
        let mut out = [0; MAX_RESPONSE_LEN];
        let reason = ErrorReason::UnknownAttributes(&kinds);
        let len = write_error(&mut out, TransactionId(id), reason, Some(&Key::new("password"))).unwrap();

        let mut read = decoded(&out[..len]);

        let mut code = ErrorCodeAttribute::default();
        code.get_from(&read).unwrap();
        let mut unknown = UnknownAttributes(vec![]);
        unknown.get_from(&read).unwrap();
        prop_assert_eq!(read.typ, BINDING_ERROR);
        prop_assert_eq!(code.code.0, 420);
        prop_assert_eq!(unknown.0.iter().map(|kind| kind.0).collect::<Vec<_>>(), kinds);
        prop_assert!(is_proved(&mut read, "password"));
    }
}
