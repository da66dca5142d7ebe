use switchyard_vocab::codec::Codec;
use switchyard_vocab::decision::Verdict;
use switchyard_vocab::drop_reason::DropReason;
use switchyard_vocab::rtp::PayloadType;
use switchyard_wire::payload::red;
use switchyard_wire::rtp::RtpPacket;

use super::*;
use crate::testing::{Call, Source, at, receive_section, send_section};

const OPUS: PayloadType = PayloadType(111);

/// A publisher with RED, whose packets are 20 ms each.
struct Talk {
    call: Call,
    source: Source,
}

impl Talk {
    fn new() -> Self {
        let mut receive = receive_section(Codec::Opus, "a", &[]);
        receive.codecs[0].red = Some(PayloadType(63));
        let call = Call::new(receive, &send_section(Codec::Opus, false));
        Self { call, source: Source { payload_type: Some(PayloadType(63)), ..Source::audio() } }
    }

    /// The packet of that number with these before it in it.
    fn packet(&mut self, number: u64, repeats: &[u64]) -> Vec<u8> {
        let sounds: Vec<_> = repeats.iter().map(|&repeat| [b's', repeat as u8]).collect();
        let blocks = repeats.iter().zip(&sounds).map(|(&repeat, sound)| Redundant {
            payload_type: OPUS,
            timestamp_offset: ((number - repeat) * 960) as u16,
            data: sound,
        });
        let mut payload = [0; 100];
        let len = red::write(blocks, (OPUS, &[b's', number as u8]), &mut payload).unwrap();
        self.source.seq = 500 + number as u16;
        self.source.packet(number * 20, false, &payload[..len], 0)
    }

    /// It arrives, and whatever can be sent is sent, with what was lost before it.
    fn arrives(&mut self, number: u64, repeats: &[u64]) -> Result<(), DropReason> {
        let packet = self.packet(number, repeats);
        let accepted = self.call.take(number * 20, &packet)?;
        let super::super::Accepted::Packet { packet, observed } = accepted else { panic!("{accepted:?}") };
        let recovered = self.call.publication.take_recovered();
        for (packet, observed) in recovered.into_iter().flatten().chain([(packet, observed)]) {
            let verdict = self.call.subscription.select(&observed, self.call.publication.layers());
            if !matches!(verdict, Verdict::Skip(_)) {
                self.call.release(number * 20, packet, verdict, observed.encoding).unwrap();
            }
        }
        Ok(())
    }

    /// What the subscriber got: which sound, under which number, at which time, both counted from the first.
    fn got(&self) -> Vec<(u8, u64, i32)> {
        let first = &self.call.got[0];
        let read = |got: &crate::testing::Got| {
            let packet = RtpPacket::parse(&got.bytes).unwrap();
            let &[b's', sound] = packet.payload() else { panic!("{:?}", packet.payload()) };
            (sound, got.seq.since(first.seq), got.timestamp.since(first.timestamp))
        };
        self.call.got.iter().map(read).collect()
    }
}

#[test]
fn what_was_lost_is_found_in_the_next_packet_and_goes_out_under_its_own_number_and_time() {
    let mut talk = Talk::new();

    talk.arrives(1, &[]).unwrap();
    talk.arrives(3, &[2]).unwrap();

    assert_eq!(talk.got(), [(1, 0, 0), (2, 1, 960), (3, 2, 1920)]);
}

#[test]
fn two_in_a_row_are_found_and_what_came_is_not_sent_again() {
    let mut talk = Talk::new();

    talk.arrives(1, &[]).unwrap();
    talk.arrives(2, &[1]).unwrap();
    talk.arrives(5, &[3, 4]).unwrap();
    talk.arrives(6, &[4, 5]).unwrap();

    let sounds: Vec<_> = talk.got().iter().map(|&(sound, seq, _)| (sound, seq)).collect();
    assert_eq!(sounds, [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5)]);
}

#[test]
fn what_was_only_late_is_a_duplicate_when_it_comes() {
    let mut talk = Talk::new();

    talk.arrives(1, &[]).unwrap();
    talk.arrives(3, &[2]).unwrap();

    assert_eq!(talk.arrives(2, &[1]), Err(DropReason::Duplicate));
    assert_eq!(talk.got().len(), 3);
}

#[test]
fn what_was_before_the_first_packet_is_nobodys_loss() {
    let mut talk = Talk::new();

    talk.arrives(3, &[1, 2]).unwrap();

    assert_eq!(talk.got(), [(3, 0, 0)]);
}

#[test]
fn what_was_said_while_muted_is_not_heard_afterwards() {
    let mut talk = Talk::new();
    talk.arrives(1, &[]).unwrap();

    talk.call.publication.set_muted(true);
    let packet = talk.packet(2, &[1]);
    assert_eq!(talk.call.take(40, &packet), Err(DropReason::Muted));
    talk.call.publication.set_muted(false);
    talk.arrives(4, &[2, 3]).unwrap();

    assert_eq!(talk.got().iter().map(|&(sound, ..)| sound).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn a_block_whose_time_is_that_of_a_packet_that_came_is_left_alone() {
    let mut talk = Talk::new();

    talk.arrives(1, &[]).unwrap();
    // Its sender repeats every second packet: this is not the one that is missing.
    talk.arrives(3, &[1]).unwrap();

    assert_eq!(talk.got(), [(1, 0, 0), (3, 2, 1920)]);
}

#[test]
fn one_packet_never_becomes_more_than_three() {
    let mut talk = Talk::new();

    talk.arrives(1, &[]).unwrap();
    talk.arrives(9, &[2, 3, 4, 5, 6, 7, 8]).unwrap();

    assert_eq!(talk.got().len(), 1 + MAX_RECOVERED + 1);
}

#[test]
fn what_is_found_first_and_comes_later_is_no_loss_to_its_sender_and_what_never_comes_is() {
    let mut talk = Talk::new();
    talk.arrives(1, &[]).unwrap();
    talk.arrives(3, &[2]).unwrap();
    talk.arrives(5, &[4]).unwrap();

    for _ in 0..2 {
        assert_eq!(talk.arrives(2, &[1]), Err(DropReason::Duplicate));
    }

    let mut lost = Vec::new();
    talk.call.publication.take_reception_blocks(at(200), |block| lost.push(block.cumulative_lost));
    assert_eq!(lost, [1], "the fourth alone; the second counts once, however often it comes");
}
