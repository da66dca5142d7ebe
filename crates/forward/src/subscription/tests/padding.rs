//! What probes are filled with.

use super::*;

/// What is written as padding, `count` times: SSRC, number, and whether it is padding alone.
fn pad(call: &mut Call, count: usize) -> Vec<(Ssrc, ExtSeqNo, bool)> {
    pad_at(call, 100, count)
}

/// The same at a time in milliseconds.
fn pad_at(call: &mut Call, milliseconds: u64, count: usize) -> Vec<(Ssrc, ExtSeqNo, bool)> {
    let mut write = |_| {
        let mut out = [0; 1_500];
        let cache = call.publication.cache();
        let written =
            call.subscription.write_padding(at(milliseconds), cache, Stamps::default(), &mut out)?.unwrap();
        let packet = RtpPacket::parse(&out[..written.len]).unwrap();
        Some((packet.ssrc(), written.seq, packet.is_padding_only()))
    };
    (0..count).map_while(&mut write).collect()
}

fn rtx(call: &Call) -> Ssrc {
    call.subscription.section().rtx_ssrc.unwrap()
}

#[test]
fn who_got_nothing_of_late_is_probed_with_bare_padding() {
    let mut call = Call::video(true);

    let padding = pad(&mut call, 3);

    assert_eq!(padding.len(), 3);
    assert!(padding.iter().all(|(ssrc, _, is_bare)| *ssrc == rtx(&call) && *is_bare));
}

#[test]
fn padding_among_retransmissions_spends_no_number_twice() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    let mut numbers: Vec<ExtSeqNo> = pad(&mut call, 2).into_iter().map(|(_, seq, _)| seq).collect();
    call.push_all(0, &source.frame(0, true, 2));
    let lost = call.got[0].seq.on_wire();

    let again = call.nack(100, lost).unwrap();
    numbers.push(again.seq);
    numbers.extend(pad(&mut call, 2).into_iter().map(|(_, seq, _)| seq));

    assert_eq!(again.ssrc, rtx(&call));
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0].plus(1)), "{numbers:?}");
}

#[test]
fn what_was_sent_long_ago_fills_no_probe() {
    let mut call = Call::video(true);
    let mut frame = Source::video(1).frame(0, true, 2);
    frame.iter_mut().for_each(|packet| packet.resize(packet.len() + 500, 0));
    call.push_all(0, &frame);

    assert!(pad_at(&mut call, 2_000, 2).iter().all(|(_, _, is_bare)| !is_bare));
    assert!(
        pad_at(&mut call, 2_100, 2).iter().all(|(_, _, is_bare)| *is_bare),
        "the picture has paused since"
    );
}

#[test]
fn without_a_stream_of_retransmissions_there_is_no_padding() {
    let mut call = Call::video(false);
    assert!(!call.subscription.can_pad());
    assert_eq!(pad(&mut call, 1), []);
}
