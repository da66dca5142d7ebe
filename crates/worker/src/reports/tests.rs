use switchyard_vocab::rtp::Ssrc;
use switchyard_vocab::wall_clock::NtpTime;
use switchyard_wire::rtcp::{DlrrItem, RtcpPacket, XrBlock};

use crate::testing::call::Call;
use crate::testing::client::Client;

const CLOCK: NtpTime = NtpTime(0x0102_0304_0506_0708);

fn tell_clock(client: &mut Client) {
    client.report(|out| out.xr_reference_time(Ssrc(9), CLOCK).expect("room"));
}

fn clock_answers(client: &Client) -> usize {
    let is_ours = |item: DlrrItem| item.ssrc == Ssrc(9) && item.ntp_middle == CLOCK.middle();
    client.heard(|packet| {
        let RtcpPacket::Xr(xr) = packet else { return false };
        xr.blocks().any(|block| match block {
            XrBlock::Dlrr(mut items) => items.any(is_ours),
            XrBlock::ReferenceTime(_) => false,
        })
    })
}

#[test]
fn the_clock_of_who_only_receives_is_answered_once() {
    let mut call = Call::on(1);
    let viewer = call.join(0);
    call.run(1_000);

    tell_clock(call.client(&viewer));
    call.run(10_000);

    assert_eq!(clock_answers(call.client(&viewer)), 1);
}

#[test]
fn the_clock_of_who_publishes_is_answered_once() {
    let mut call = Call::on(1);
    call.run(1_000);

    tell_clock(call.publisher());
    call.run(10_000);

    assert_eq!(clock_answers(call.publisher()), 1);
}
