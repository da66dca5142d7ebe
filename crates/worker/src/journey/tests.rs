mod recovered;

use switchyard_bus::command::Command;
use switchyard_transport::srtp::SrtpProfile;
use switchyard_vocab::codec::Codec;
use switchyard_vocab::datagram::MAX_DATAGRAM;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::negotiated::{Extension, MAX_STREAMS, Receiving};
use switchyard_vocab::rtp::SeqNo;
use switchyard_vocab::units::Bitrate;
use switchyard_wire::rtcp::RtcpPacket;
use switchyard_wire::rtp::rtx;

use crate::testing::call::{Call, Viewer, assert_consecutive};
use crate::testing::source::{RIDS, Rtp, publisher_extensions, receive_section};

fn running_call() -> (Call, Viewer) {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);
    (call, viewer)
}

fn numbers(call: &Call, viewer: &Viewer) -> Vec<u16> {
    call.seen(viewer).iter().map(|got| got.seq).collect()
}

#[test]
fn a_subscriber_gets_every_packet_once() {
    let mut call = Call::on(1);
    let viewer = call.join(0);

    call.run(5_000);

    call.assert_unharmed(&viewer);
    assert!(call.heard(&viewer).len() >= 249);
    assert!(call.seen(&viewer).len() >= 2 * 166);
}

#[test]
fn packets_carry_what_the_subscriber_negotiated() {
    let (call, viewer) = running_call();

    for (section, got) in [(&viewer.audio, call.heard(&viewer)), (&viewer.video, call.seen(&viewer))] {
        assert!(got.iter().all(|got| got.payload_type == section.codec.payload_type.0));
        assert!(got.iter().all(|got| got.known.mid == Some(section.mid)));
        assert!(got.iter().all(|got| got.known.rid.is_none()));
    }
    assert!(call.heard(&viewer).iter().all(|got| got.known.audio_level.is_some()));
    let client = &call.world.clients[viewer.client];
    assert_eq!(call.heard(&viewer).len() + call.seen(&viewer).len(), client.rtp.len(), "no other SSRC");
}

#[test]
fn extensions_that_were_not_negotiated_go_no_further() {
    let (mut call, viewer) = running_call();
    let mut packet = call.audio.sound();
    packet.extensions.push((13, vec![1, 2, 3]));
    packet.extensions.push((14, vec![9; 16]));

    call.publisher().send_rtp(&packet);
    call.run(100);

    call.assert_unharmed(&viewer);
    let lengths: Vec<_> = call.heard(&viewer).iter().map(|got| got.bytes.len()).collect();
    assert!(lengths.iter().all(|len| *len == lengths[0]), "{lengths:?}");
}

#[test]
fn who_joins_late_starts_with_a_keyframe_and_disturbs_nobody() {
    let (mut call, early) = running_call();

    let late = call.join(0);
    call.run(1_000);

    call.assert_unharmed(&early);
    call.assert_unharmed(&late);
    assert!(call.seen(&late).len() > 50);
}

#[test]
fn a_publisher_hears_of_everything_that_arrived_whatever_became_of_it() {
    let (mut call, _) = running_call();
    let mut probe = call.audio.sound();
    (probe.ssrc, probe.payload_type) = (0, 97);
    probe.extensions.clear();
    let unbound = Rtp { ssrc: 77_777, ..probe.clone() };
    let sent = call.video[2].frame(false, 1).remove(0);
    let again = call.video[2].rtx(&sent, 2_102);
    let padding = call.video[2].padding();

    for packet in [probe, unbound, sent, again, padding] {
        call.publisher().send_rtp(&packet);
    }
    call.world.run(400);

    let client = call.publisher();
    let mut told = client.arrivals_heard();
    told.sort_unstable();
    told.dedup();
    let all: Vec<u16> = (0..client.next_transport_seq()).collect();
    assert_eq!(told, all);
    assert_eq!(call.world.drops(0, DropReason::UnknownSsrc), 2);
}

#[test]
fn a_flood_of_sound_is_cut_and_its_sender_told_that_it_does_not_arrive() {
    let (mut call, viewer) = running_call();

    for _ in 0..200 {
        for _ in 0..10 {
            let sound = call.audio.sound();
            call.publisher().send_rtp(&sound);
        }
        call.run(10);
    }

    let cut = call.world.drops(0, DropReason::IngressLimited) as usize;
    // 200 packets a second for two seconds and 200 at once, of 2 100.
    assert!((1_450..1_550).contains(&cut), "{cut}");
    call.world.run(400);
    let client = call.publisher();
    let mut told = client.arrivals_heard();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), usize::from(client.next_transport_seq()) - cut);
    assert_eq!(client.heard(|packet| matches!(packet, RtcpPacket::Nack(_))), 0, "nothing is asked for again");
    assert!(call.seen(&viewer).len() > 180, "the picture goes on");
}

#[test]
fn a_packet_lost_on_the_way_in_is_asked_for_and_its_retransmission_sent_on() {
    let (mut call, viewer) = running_call();
    let mut frame = call.video[2].frame(false, 2);
    let lost = frame.pop().expect("two packets");
    call.publisher().send_rtp(&frame[0]);

    call.run(60);
    let asked = |packet: &RtcpPacket<'_>| match packet {
        RtcpPacket::Nack(nack) => nack.lost().any(|seq| seq == SeqNo(lost.seq as u16)),
        _ => false,
    };
    assert_eq!(call.publisher().heard(asked), 1);
    let again = call.video[2].rtx(&lost, 2_102);
    call.publisher().send_rtp(&again);
    call.run(500);

    let mut seen = numbers(&call, &viewer);
    seen.sort_unstable();
    assert_consecutive(&seen);
}

#[test]
fn a_packet_lost_on_the_way_out_is_sent_again_on_a_stream_of_its_own() {
    let (mut call, viewer) = running_call();
    let lost = call.seen(&viewer).pop().expect("a picture");

    let (media, seq) = (viewer.video.ssrc, SeqNo(lost.seq));
    call.client(&viewer).ask_again(media, lost.seq);
    call.run(50);

    let again = call.stream(viewer.client, viewer.video.rtx_ssrc);
    assert_eq!(again.len(), 1);
    let (original, payload) = rtx::split(&again[0].payload).expect("an original");
    assert_eq!((original, payload), (seq, &lost.payload[..]));
    assert_eq!(Some(again[0].payload_type), viewer.video.codec.rtx.map(|it| it.0));
    assert_eq!(again[0].timestamp, lost.timestamp);
    call.assert_unharmed(&viewer);
}

#[test]
fn without_a_stream_for_it_a_packet_is_sent_again_as_it_was() {
    let (mut call, viewer) = running_call();
    let publication = call.video[0].publication;
    let plain = call.subscribe(0, viewer.client, publication, Codec::Vp8, false);
    call.run(1_000);
    let lost = call.stream(viewer.client, Some(plain.ssrc)).pop().expect("a picture");

    call.client(&viewer).ask_again(plain.ssrc, lost.seq);
    call.run(50);

    assert_eq!(call.client(&viewer).repeated.len(), 1);
    call.assert_unharmed(&viewer);
}

#[test]
fn sender_reports_tell_of_both_streams() {
    let (mut call, viewer) = running_call();
    call.run(5_000);

    for section in [&viewer.audio, &viewer.video] {
        let is_about = |packet: &RtcpPacket<'_>| matches!(packet, RtcpPacket::SenderReport(report) if report.info.ssrc == section.ssrc);
        assert!(call.world.clients[viewer.client].heard(is_about) >= 2);
    }
}

#[test]
fn while_muted_nothing_is_sent_on_and_afterwards_numbers_go_on() {
    let (mut call, viewer) = running_call();
    let publications = [call.audio.publication, call.video[0].publication];
    let mute = |call: &mut Call, muted| {
        for publication in publications {
            call.world.command(0, Command::SetMuted { publication, muted });
        }
        call.world.settle();
    };

    mute(&mut call, true);
    call.world.run(50);
    let before = call.client(&viewer).rtp.len();
    call.run(1_000);
    assert_eq!(call.client(&viewer).rtp.len(), before);
    let asked = call.publisher().plis().len();
    mute(&mut call, false);
    call.run(1_000);

    assert!(call.publisher().plis().len() > asked, "a keyframe is asked for");
    assert!(call.client(&viewer).rtp.len() > before + 80);
    assert_consecutive(&numbers(&call, &viewer));
    assert_consecutive(&call.heard(&viewer).iter().map(|got| got.seq).collect::<Vec<_>>());
    assert_consecutive(&call.transport_numbers(viewer.client));
}

#[test]
fn what_is_no_longer_published_is_forgotten() {
    let (mut call, viewer) = running_call();
    let sections = vec![receive_section(call.audio.publication, Codec::Opus, &[])];

    call.receive(Receiving { extensions: publisher_extensions(), sections });
    call.world.run(50);
    let before = call.seen(&viewer).len();
    call.run(1_000);

    assert_eq!(call.seen(&viewer).len(), before);
    assert_eq!(call.world.tables(0).publications, 1);
    assert_eq!(call.heard(&viewer).len() as u64, call.audio.frames);
    call.unsubscribe(0, &viewer.video);
    assert_eq!(call.world.tables(0).subscriptions, 1);
}

#[test]
fn a_publisher_that_changes_its_ssrcs_is_still_one_stream() {
    let (mut call, viewer) = running_call();
    for source in std::iter::once(&mut call.audio).chain(&mut call.video) {
        source.ssrc += 50_000;
        source.seq += 20_000;
        source.timestamp = source.timestamp.wrapping_add(3_000_000_000);
    }

    let before = call.seen(&viewer).len();
    call.run(1_000);

    // The encoder does not know that it starts anew: the keyframe has to be asked for.
    assert!(call.seen(&viewer).len() > before + 50, "{before} and then {}", call.seen(&viewer).len());
    assert_consecutive(&numbers(&call, &viewer));
    assert_consecutive(&call.heard(&viewer).iter().map(|got| got.seq).collect::<Vec<_>>());
}

#[test]
fn a_subscriber_gets_the_layer_it_wants_from_a_keyframe_on() {
    let (mut call, viewer) = running_call();
    assert_eq!(call.last_width(&viewer), Some(1_280));

    for (layer, width) in [(0, 320), (2, 1_280), (1, 640), (2, 1_280)] {
        call.prefer(0, &viewer.video, layer);
        call.run(1_500);
        assert_eq!(call.last_width(&viewer), Some(width));
    }

    call.assert_unharmed(&viewer);
}

#[test]
fn a_layer_that_falls_silent_is_replaced_by_the_next() {
    let (mut call, viewer) = running_call();

    call.layers = 1;
    call.run(4_000);
    let before = call.seen(&viewer).len();
    call.run(1_000);

    assert!(call.seen(&viewer).len() >= before + 60);
    assert_eq!(call.last_width(&viewer), Some(320));
    assert_consecutive(&numbers(&call, &viewer));
}

#[test]
fn media_before_the_keys_is_dropped() {
    let (mut call, viewer) = running_call();
    let client = call.world.announce(0);
    call.world.clients[client].check();
    call.run(10);

    for number in 0..500_u16 {
        let mut bytes = call.audio.clone().sound().bytes(Some(number));
        bytes.extend([0; 16]);
        call.world.clients[client].send(bytes);
    }
    call.run(100);

    assert_eq!(call.world.drops(0, DropReason::NoKeys), 500);
    call.assert_unharmed(&viewer);
}

#[test]
fn forged_packets_from_a_known_address_change_nothing() {
    let (mut call, viewer) = running_call();
    let tables = call.world.tables(0);

    for number in 0..10_000_u32 {
        let mut forged = call.audio.clone().sound();
        forged.ssrc = number.wrapping_mul(2_654_435_761);
        let mut bytes = forged.bytes(Some(30_000));
        bytes.extend([7; 16]);
        call.publisher().send(bytes);
        if number % 200 == 0 {
            call.run(10);
        }
    }
    call.run(500);

    assert_eq!(call.world.drops(0, DropReason::Unauthentic), 10_000);
    assert_eq!(call.world.tables(0), tables);
    call.assert_unharmed(&viewer);
}

#[test]
fn ten_thousand_streams_of_one_peer_end_at_its_limit() {
    let (mut call, viewer) = running_call();
    let tables = call.world.tables(0);
    let attacker = call.world.open(0);
    let mut source = call.audio.clone();

    for number in 0..10_000_u32 {
        let mut packet = source.sound();
        packet.ssrc = number.wrapping_mul(2_654_435_761) | 1;
        call.world.clients[attacker].send_rtp(&packet);
        if number % 200 == 0 {
            call.run(10);
        }
    }
    call.run(500);

    let counted = [DropReason::UnknownSsrc, DropReason::TooManySsrcs].map(|it| call.world.drops(0, it));
    assert_eq!(counted, [MAX_STREAMS as u64, 10_000 - MAX_STREAMS as u64]);
    assert_eq!(call.world.tables(0).publications, tables.publications);
    call.assert_unharmed(&viewer);
}

#[test]
fn a_publisher_that_claims_ten_thousand_streams_for_its_m_line_harms_only_itself() {
    let (mut call, viewer) = running_call();
    let mut other = Call::in_world(std::mem::replace(&mut call.world, crate::testing::World::of(1)));
    let watcher = other.join(0);
    other.run(500);

    for number in 0..10_000_u32 {
        let mut packet = call.video[2].frame(false, 1).remove(0);
        packet.ssrc = number.wrapping_mul(2_654_435_761) | 1;
        other.world.clients[call.publisher].send_rtp(&packet);
        if number % 200 == 0 {
            other.run(10);
        }
    }
    other.run(500);

    other.assert_unharmed(&watcher);
    assert_eq!(other.world.clients[viewer.client].undecryptable, 0);
}

#[test]
fn replayed_packets_are_dropped() {
    let (mut call, viewer) = running_call();
    let replayed = call.publisher().sent.clone();
    let count = replayed.len() as u64;

    replayed.into_iter().for_each(|bytes| call.publisher().send(bytes));
    call.run(1_000);

    assert_eq!(call.world.drops(0, DropReason::Replayed), count);
    call.assert_unharmed(&viewer);
}

#[test]
fn a_full_send_buffer_costs_a_keyframe_and_no_more() {
    let (mut call, viewer) = running_call();
    let dropped = |call: &Call| call.world.drops(0, DropReason::SendBufferFull);

    for _ in 0..6 {
        call.world.desks[0].outbox.is_full = true;
        call.run(30);
        call.world.desks[0].outbox.is_full = false;
        let before = (dropped(&call), call.seen(&viewer).len());
        call.run(300);

        assert!(before.0 > 0);
        assert_eq!(dropped(&call), before.0);
        assert!(call.seen(&viewer).len() >= before.1 + 2 * 7, "the picture is back soon");
        call.run(900);
    }
    assert_consecutive(&numbers(&call, &viewer));
    assert_consecutive(&call.transport_numbers(viewer.client));
}

/// Has the publisher's picture forwarded at no more than so many percent of what one of its three layers takes.
fn cap_picture(call: &mut Call, percent_of_a_layer: Option<u64>, viewer: &Viewer) {
    let per_second: usize = call.seen(viewer).iter().rev().take(66).map(|got| got.bytes.len()).sum();
    let mut picture = receive_section(call.video[0].publication, Codec::Vp8, &RIDS);
    picture.max_bitrate =
        percent_of_a_layer.map(|percent| Bitrate::bps(per_second as u64 * 8 * percent / 100));
    let sections = vec![receive_section(call.audio.publication, Codec::Opus, &[]), picture];
    call.receive(Receiving { extensions: publisher_extensions(), sections });
}

#[test]
fn what_a_publisher_sends_beyond_its_cap_goes_as_whole_layers_and_is_counted() {
    let (mut call, viewer) = running_call();

    cap_picture(&mut call, Some(150), &viewer);
    call.run(5_000);
    let (dropped, seen) = (call.world.drops(0, DropReason::OverCap), call.seen(&viewer).len());
    call.run(3_000);

    // Two packets every 30 ms.
    assert_eq!(call.world.drops(0, DropReason::OverCap) - dropped, 2 * 200, "two layers of three");
    assert_eq!(call.seen(&viewer).len() - seen, 200, "the smallest flows on");
    call.assert_unharmed(&viewer);
}

#[test]
fn a_track_that_is_too_much_with_its_smallest_layer_is_withheld_until_its_cap_has_room_for_it() {
    let (mut call, viewer) = running_call();

    cap_picture(&mut call, Some(50), &viewer);
    call.run(5_000);
    let (seen, heard) = (call.seen(&viewer).len(), call.heard(&viewer).len());
    call.run(3_000);
    assert_eq!(call.seen(&viewer).len(), seen);
    assert!(call.heard(&viewer).len() >= heard + 149, "sound goes on");

    cap_picture(&mut call, None, &viewer);
    call.run(2_000);
    assert!(call.seen(&viewer).len() > seen + 80);
    assert_consecutive(&numbers(&call, &viewer));
    call.assert_unharmed(&viewer);
}

#[test]
fn what_fits_a_datagram_is_forwarded_and_what_does_not_leaves_no_gap() {
    let (mut call, viewer) = running_call();
    let sample = call.heard(&viewer).pop().expect("sound was heard");
    let added = sample.bytes.len() - sample.payload.len();
    let longest = MAX_DATAGRAM - SrtpProfile::AeadAes128Gcm.rtp_overhead() - added;
    let before = call.heard(&viewer).len();

    for len in [longest, longest + 1, longest] {
        let mut packet = call.audio.sound();
        packet.payload.resize(len, 7);
        // It comes with less than it leaves with.
        packet.extensions.retain(|(id, _)| *id == Extension::AudioLevel as u8 + 1);
        call.publisher().send_rtp(&packet);
        call.run(100);
    }

    let heard = call.heard(&viewer);
    let long: Vec<_> = heard[before..].iter().filter(|got| got.bytes.len() > 1_000).collect();
    assert_eq!(long.iter().map(|got| got.bytes.len()).collect::<Vec<_>>(), [longest + added; 2]);
    assert_consecutive(&heard.iter().map(|got| got.seq).collect::<Vec<_>>());
    assert_eq!(call.world.drops(0, DropReason::TooLong), 1);
}
