use switchyard_control::notice::Subscribed;
use switchyard_vocab::counters::LineEnd;
use switchyard_vocab::ids::{Identity, RoomName, SessionId};
use switchyard_vocab::layer::{EncodingIndex, Layer as Seen, Layers, PictureSize};
use switchyard_vocab::rtp::Mid;
use switchyard_vocab::units::Bitrate;

use super::*;

fn admission() -> Admission {
    Admission {
        room: RoomName::new("lab"),
        identity: Identity::new("ada"),
        display_name: None,
        metadata: None,
        pass: grants::Pass::default(),
    }
}

fn told(notice: Notice) -> serde_json::Value {
    let addressed =
        Addressed { session: SessionId(1), in_reply_to: Some(RequestId(9)), notice, at_fault: None };
    serde_json::to_value(message(addressed)).unwrap()
}

#[test]
fn the_gateway_answers_pings_itself() {
    assert_eq!(intent(ClientMessage::Ping {}, &admission()), None);
}

#[test]
fn a_name_in_the_token_goes_before_one_in_the_message() {
    let named = Admission { display_name: Some("Ada L.".to_owned()), ..admission() };
    let join = || ClientMessage::Join { auto_subscribe: true, name: Some("A.".to_owned()) };
    let display_name = |admission| match intent(join(), admission) {
        Some(Intent::Join(join)) => join.display_name,
        other => panic!("{other:?}"),
    };

    assert_eq!(display_name(&named).as_deref(), Some("Ada L."));
    assert_eq!(display_name(&admission()).as_deref(), Some("A."));
}

#[test]
fn no_limit_is_the_highest_layer() {
    let publication = PublicationId(3);
    let wanted = |layer| intent(ClientMessage::SetMaxLayer { publication: 3, layer }, &admission());

    assert_eq!(wanted(Some(1)), Some(Intent::SetMaxLayer { publication, layer: SpatialLayer(1) }));
    assert_eq!(wanted(None), Some(Intent::SetMaxLayer { publication, layer: SpatialLayer::HIGHEST }));
}

#[test]
fn an_answer_tells_what_became_of_each_line() {
    let mid = |mid: &str| Mid::parse(mid.as_bytes()).unwrap();
    let value = told(Notice::Answer {
        sdp: "v=0".to_owned(),
        publications: vec![
            notice::Published { mid: mid("0"), outcome: Ok(PublicationId(4)) },
            notice::Published {
                mid: mid("1"),
                outcome: Err(Refusal::LimitReached { what: "publication", limit: 8 }),
            },
        ],
    });

    assert_eq!(value["in_reply_to"], 9);
    assert_eq!(value["publications"][0], serde_json::json!({"mid": "0", "publication": 4}));
    assert_eq!(value["publications"][1]["refused"]["code"], "limit_reached");
}

#[test]
fn an_offer_tells_what_each_line_carries() {
    let line = Subscribed { mid: Mid::parse(b"2").unwrap(), publication: PublicationId(4) };
    let value = told(Notice::Offer { offer: OfferId(7), sdp: "v=0".to_owned(), subscriptions: vec![line] });

    assert_eq!(value["offer"], 7);
    assert_eq!(value["subscriptions"], serde_json::json!([{"mid": "2", "publication": 4}]));
}

#[test]
fn why_there_is_no_more_is_told_in_words() {
    let decision = Decision {
        current: Some(EncodingIndex(0)),
        layer: Some(SpatialLayer(0)),
        target: Some(EncodingIndex(2)),
        limited_by: LimitingFactor::KeyframeWait,
    };

    let value = told(Notice::SubscriptionChanged { publication: PublicationId(4), decision });

    assert_eq!((&value["layer"], &value["target_encoding"]), (&0.into(), &2.into()));
    assert_eq!(value["limited_by"], "keyframe_wait");
    assert!(value["why"].as_str().unwrap().contains("keyframe"));
}

#[test]
fn a_target_that_is_reached_is_none() {
    let decision = Decision {
        current: Some(EncodingIndex(1)),
        layer: Some(SpatialLayer(1)),
        target: Some(EncodingIndex(1)),
        limited_by: LimitingFactor::None,
    };

    let value = told(Notice::SubscriptionChanged { publication: PublicationId(4), decision });

    assert!(value["target_encoding"].is_null());
    assert_eq!(value["limited_by"], "nothing");
}

#[test]
fn a_connection_that_ended_says_why() {
    let ended = notice::ConnectionState::Ended(LineEnd::FingerprintMismatch);
    let value = told(Notice::ConnectionChanged { connection: Connection::Publish, state: ended });

    assert_eq!((&value["connection"], &value["state"]), (&"publish".into(), &"ended".into()));
    assert_eq!(value["reason"], "fingerprint_mismatch");
}

#[test]
fn layers_are_told_with_what_is_known_of_them() {
    let mut layers = Layers::default();
    layers.push(Seen {
        encoding: EncodingIndex(2),
        rank: SpatialLayer(0),
        live: true,
        size: Some(PictureSize { width: 320, height: 180 }),
        bitrate: Bitrate::kbps(150),
    });
    layers.push(Seen {
        encoding: EncodingIndex(0),
        rank: SpatialLayer(1),
        live: false,
        size: None,
        bitrate: Bitrate::default(),
    });

    let value = told(Notice::PublicationLayers { publication: PublicationId(4), layers });

    let expected = serde_json::json!([
        {"layer": 0, "encoding": 2, "live": true, "width": 320, "height": 180, "bits_per_second": 150_000},
        {"layer": 1, "encoding": 0, "live": false, "bits_per_second": 0},
    ]);
    assert_eq!(value["layers"], expected);
}

#[test]
fn nothing_seen_is_an_empty_list() {
    let value = told(Notice::PublicationLayers { publication: PublicationId(4), layers: Default::default() });

    assert_eq!(value["layers"], serde_json::json!([]));
}

#[test]
fn a_refusal_names_the_field_at_fault_as_this_dialect_does() {
    let refused = |at_fault| {
        let notice = Notice::Refused(Refusal::MessageTooLong { bytes: 5_000, limit: 4_096 });
        let addressed = Addressed { session: SessionId(1), in_reply_to: None, notice, at_fault };
        serde_json::to_value(message(addressed)).expect("it is JSON")
    };

    assert_eq!(refused(Some("text"))["field"], "text");
    assert_eq!(refused(Some("message"))["field"], "reason");
    assert!(refused(None).get("field").is_none());
}
