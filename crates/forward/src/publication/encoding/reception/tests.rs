use std::time::Duration;

use switchyard_vocab::wall_clock::NtpTime;

use super::*;
use crate::testing::at;

const SSRC: Ssrc = Ssrc(9);

fn receive(reception: &mut Reception, seqs: impl IntoIterator<Item = u64>) {
    for seq in seqs {
        reception.handle_packet(SeqNo(seq as u16), RtpTimestamp(seq as u32 * 900), at(seq * 10));
    }
}

#[test]
fn nothing_received_is_nothing_to_report() {
    assert_eq!(Reception::new(ClockRate::VIDEO).take_block(at(0), SSRC), None);
}

#[test]
fn loss_is_a_fraction_of_what_was_expected_since_the_last_report() {
    let mut reception = Reception::new(ClockRate::VIDEO);
    receive(&mut reception, (0..100).filter(|seq| seq % 4 != 1));

    let first = reception.take_block(at(1_000), SSRC).unwrap();
    receive(&mut reception, 100..200);
    let second = reception.take_block(at(2_000), SSRC).unwrap();

    assert_eq!((first.fraction_lost, first.cumulative_lost, first.highest_seq), (64, 25, 99));
    assert_eq!((second.fraction_lost, second.cumulative_lost), (0, 25));
}

#[test]
fn even_arrivals_have_no_jitter_and_uneven_ones_do() {
    let mut even = Reception::new(ClockRate::VIDEO);
    receive(&mut even, 0..100);
    let mut uneven = Reception::new(ClockRate::VIDEO);
    for seq in 0..200_u64 {
        let late = if seq % 2 == 0 { 0 } else { 5 };
        uneven.handle_packet(SeqNo(seq as u16), RtpTimestamp(seq as u32 * 900), at(seq * 10 + late));
    }

    assert_eq!(even.jitter(), 0);
    // Every transit differs by 5 ms from the one before: 450 ticks.
    assert!((400..=460).contains(&uneven.jitter()), "{}", uneven.jitter());
}

#[test]
fn the_block_answers_the_last_sender_report() {
    let mut reception = Reception::new(ClockRate::VIDEO);
    receive(&mut reception, 0..2);
    let ntp = NtpTime(0x0001_0002_0003_0004);
    reception.handle_sender_report(ClockPair { ntp, rtp: RtpTimestamp(0), arrival: at(100) });

    let block = reception.take_block(at(350), SSRC).unwrap();

    let delay = Duration::from_millis(250);
    assert_eq!(block.last_report, Some(LastReport { ntp_middle: 0x0002_0003, delay }));
}

#[test]
fn a_wild_timestamp_does_not_break_the_jitter() {
    let mut reception = Reception::new(ClockRate::VIDEO);
    for (seq, timestamp) in [(1, 0), (2, u32::MAX / 2), (3, 7), (4, u32::MAX)] {
        reception.handle_packet(SeqNo(seq as u16), RtpTimestamp(timestamp), at(seq));
    }

    assert!(reception.take_block(at(9), SSRC).is_some());
}
