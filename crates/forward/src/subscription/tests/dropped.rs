//! What happens when a selected packet can not be sent.

use switchyard_vocab::codec::Codec;

use super::*;

#[test]
fn what_the_pacer_dropped_costs_a_keyframe_and_no_hole() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    call.push_all(0, &source.frame(0, true, 2));
    let dropped = source.frame(33, false, 2);
    for bytes in &dropped {
        let Some(Accepted::Packet { packet, observed }) = call.accept(33, bytes) else { panic!("accepted") };
        let verdict = call.subscription.select(&observed, call.publication.layers());
        assert_eq!(verdict == Verdict::Forward, bytes == &dropped[0]);
        call.subscription.handle_dropped(packet);
    }

    call.push_all(66, &source.frame(66, false, 2));
    call.push_all(99, &source.frame(99, true, 2));

    assert_eq!(call.got.len(), 4);
    assert!(call.got.windows(2).all(|pair| pair[1].seq == pair[0].seq.plus(1)));
}

#[test]
fn what_the_pacer_dropped_of_the_old_layer_does_not_undo_a_switch() {
    let mut call = Call::video(true);
    let (mut small, mut large) = (Source::video(0), Source::video(1));
    prefer(&mut call, 0);
    call.push_all(0, &small.frame(0, true, 2));
    prefer(&mut call, 1);
    let mut waiting = Vec::new();
    for bytes in small.frame(33, false, 2).iter().chain(&large.frame(33, true, 2)) {
        let Some(Accepted::Packet { packet, observed }) = call.accept(33, bytes) else { panic!("accepted") };
        waiting.push((packet, call.subscription.select(&observed, call.publication.layers())));
    }

    call.subscription.handle_dropped(waiting[0].0);
    let released: Vec<_> = waiting[1..]
        .iter()
        .map(|&(packet, verdict)| call.release(34, packet, verdict, packet.encoding).is_ok())
        .collect();
    call.push_all(66, &large.frame(66, false, 2));

    assert_eq!(released, [false, true, true], "the rest of the old picture is left out");
    assert_eq!(call.got.len(), 2 + 2 + 2);
    assert!(call.got.windows(2).all(|pair| pair[1].seq == pair[0].seq.plus(1)));
}

#[test]
fn sound_goes_on_when_the_first_packet_of_a_restarted_source_was_dropped() {
    let mut call = Call::audio();
    let mut source = Source::audio();
    call.push(0, &source.sound(0));
    let mut restarted = Source { ssrc: 301, seq: 7, ..source.clone() };
    let Some(Accepted::Packet { packet, observed }) = call.accept(20, &restarted.sound(20)) else {
        panic!("accepted")
    };
    assert_eq!(call.subscription.select(&observed, call.publication.layers()), Verdict::Switch);

    call.subscription.handle_dropped(packet);
    call.push(40, &restarted.sound(40));
    call.push(60, &restarted.sound(60));

    assert_eq!(call.got.len(), 3);
}

#[test]
fn sound_whose_first_packet_was_dropped_starts_with_the_next() {
    let mut call = Call::audio();
    let mut source = Source::audio();
    let Some(Accepted::Packet { packet, observed }) = call.accept(0, &source.sound(0)) else {
        panic!("accepted")
    };
    assert_eq!(call.subscription.select(&observed, call.publication.layers()), Verdict::Switch);
    call.subscription.handle_dropped(packet);

    call.push(20, &source.sound(20));
    call.push(40, &source.sound(40));

    assert_eq!(call.got.len(), 2);
    assert!(call.got[0].marker, "whoever listens is told that speech begins");
}

#[test]
fn a_packet_that_waited_too_long_is_noticed_and_not_sent() {
    let mut call = Call::video(true);
    let mut source = Source::video(1);
    let Some(Accepted::Packet { packet, observed }) = call.accept(0, &source.frame(0, true, 1)[0]) else {
        panic!("accepted")
    };
    let verdict = call.subscription.select(&observed, call.publication.layers());
    for now in 1..20_000 {
        call.accept(now, &source.frame(now, false, 1)[0]);
    }

    let released = call.release(20_000, packet, verdict, EncodingIndex(1));

    assert_eq!(released, Err(WriteError::Overwritten(packet.seq)));
    assert_eq!(call.subscription.decision(call.publication.layers()).current, None);
}

#[test]
fn what_was_sent_is_not_sent_again_with_other_stamps() {
    for (mut call, mut source) in [(Call::audio(), Source::audio()), (Call::video(true), Source::video(1))] {
        let is_sound = source.codec == Codec::Opus;
        let mut next =
            |now| if is_sound { source.sound(now) } else { source.frame(now, now == 0, 1).remove(0) };
        call.push(0, &next(0));
        let Some(Accepted::Packet { packet, .. }) = call.accept(20, &next(20)) else { panic!("accepted") };

        let released = [21, 22].map(|now| call.release(now, packet, Verdict::Forward, packet.encoding));
        call.push(40, &next(40));

        assert_eq!(released, [Ok(()), Err(WriteError::NumberGiven(packet.seq))]);
        assert_eq!(call.got.len(), 3);
        assert!(call.got.windows(2).all(|pair| pair[1].seq == pair[0].seq.plus(1)));
    }
}
