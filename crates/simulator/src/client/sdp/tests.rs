use switchyard_vocab::rtp::{Mid, Rid, Ssrc};

use super::*;

fn identity() -> Identity {
    Identity {
        ice: IceCredentials { ufrag: "abcd".into(), pwd: "0123456789abcdefghijkl".into() },
        fingerprint: [0xAB; 32],
    }
}

fn camera(rids: &[&str]) -> OfferedTrack {
    OfferedTrack {
        mid: Mid::parse(b"1").unwrap(),
        codec: Codec::Vp8,
        rids: rids.iter().map(|rid| Rid::parse(rid.as_bytes()).unwrap()).collect(),
        ssrcs: (Ssrc(11), Some(Ssrc(12))),
    }
}

#[test]
fn an_offer_names_its_streams_by_ssrc_or_by_rid() {
    let single = write_offer(1, &identity(), "ada", &[camera(&[])]);
    assert!(single.contains("a=ssrc-group:FID 11 12\r\n"));
    assert!(!single.contains("a=rid"));

    let simulcast = write_offer(1, &identity(), "ada", &[camera(&["q", "h", "f"])]);
    assert!(simulcast.contains("a=simulcast:send q;h;f\r\n"));
    assert!(!simulcast.contains("a=ssrc"));
}

#[test]
fn a_description_is_read_as_the_server_wrote_it() {
    let sdp = "v=0\r\na=ice-lite\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:3\r\na=sendonly\r\n\
        a=ice-ufrag:w0\r\na=ice-pwd:secret\r\na=setup:actpass\r\n\
        a=candidate:1 1 udp 2130706431 10.0.0.1 7882 typ host\r\n\
        a=candidate:2 1 tcp 100 10.0.0.1 7882 typ host tcptype passive\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
        a=ssrc-group:FID 5 6\r\na=ssrc:5 cname:x\r\na=ssrc:5 msid:a b\r\na=ssrc:6 cname:x\r\n\
        m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:4\r\na=inactive\r\n";

    let description = Description::read(sdp);

    assert!(description.ice_lite);
    assert_eq!(description.ice.as_ref().unwrap().ufrag, "w0");
    assert_eq!(description.candidates, ["10.0.0.1:7882".parse().unwrap()]);
    let video = description.section("3").unwrap();
    assert!(video.sends && !video.receives && !video.rejected);
    assert_eq!(video.payload_type("vp8"), Some(PayloadType(96)));
    assert_eq!(video.repairs, [(PayloadType(97), PayloadType(96))]);
    assert_eq!(video.extensions.id(Extension::Mid), Some(4));
    assert_eq!((video.pair, video.ssrcs.len()), (Some((Ssrc(5), Ssrc(6))), 2));
    assert!(description.section("4").unwrap().rejected);
}

#[test]
fn an_answer_keeps_the_order_and_the_numbers_of_the_offer() {
    let offer = write_offer(1, &identity(), "ada", &[camera(&[])]);

    let answer = write_answer(2, &identity(), &Description::read(&offer));

    assert!(answer.contains("m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"));
    assert!(answer.contains("a=recvonly\r\n"));
    assert!(answer.contains("a=setup:active\r\n"));
    assert!(answer.contains("a=rtcp-fb:96 nack pli\r\n"));
    assert!(answer.contains("a=extmap:3 http://www.ietf.org/id/draft-holmer"));
}
