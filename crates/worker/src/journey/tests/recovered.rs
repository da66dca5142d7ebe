//! Sound that is found in a later packet, on its way to somebody who begins with it.

use switchyard_vocab::rtp::PayloadType;
use switchyard_wire::payload::red::{self, Redundant};

use super::*;

const RED: PayloadType = PayloadType(63);
const OPUS: PayloadType = PayloadType(111);

/// A packet of sound with the ones before it in it.
fn carrying(carrier: &Rtp, carried: &[&Rtp]) -> Rtp {
    let blocks = carried.iter().map(|earlier| Redundant {
        payload_type: OPUS,
        timestamp_offset: (carrier.timestamp - earlier.timestamp) as u16,
        data: &earlier.payload,
    });
    let mut payload = vec![0; 200];
    let len = red::write(blocks, (OPUS, &carrier.payload), &mut payload).expect("room");
    payload.truncate(len);
    Rtp { payload_type: RED.0, payload, ..carrier.clone() }
}

/// What somebody hears who comes when so many packets have just been lost.
fn heard_after(lost: usize) -> (Call, Viewer, Vec<Vec<u8>>) {
    let mut call = Call::on(1);
    let mut audio = receive_section(call.audio.publication, Codec::Opus, &[]);
    audio.codecs[0].red = Some(RED);
    call.receive(Receiving { extensions: publisher_extensions(), sections: vec![audio] });
    let first = call.audio.sound();
    call.publisher().send_rtp(&carrying(&first, &[]));
    call.world.run(20);
    let missed: Vec<_> = (0..lost).map(|_| call.audio.sound()).collect();
    let viewer = call.join(0);

    let missed: Vec<_> = missed.iter().collect();
    let next = call.audio.sound();
    call.publisher().send_rtp(&carrying(&next, &missed));
    call.world.run(20);
    let after = call.audio.sound();
    call.publisher().send_rtp(&carrying(&after, &[&next]));
    call.world.run(20);

    let all = missed.into_iter().chain([&next, &after]).map(|packet| packet.payload.clone()).collect();
    (call, viewer, all)
}

#[test]
fn who_begins_with_sound_that_was_recovered_gets_it_and_its_carrier_once() {
    for lost in [1, 2] {
        let (call, viewer, all) = heard_after(lost);

        let heard = call.heard(&viewer);
        assert_eq!(heard.iter().map(|got| got.payload.clone()).collect::<Vec<_>>(), all);
        assert_consecutive(&heard.iter().map(|got| got.seq).collect::<Vec<_>>());
        assert_eq!(call.world.drops(0, DropReason::NumberGiven), 0);
        assert_eq!(call.world.clients[viewer.client].undecryptable, 0);
    }
}
