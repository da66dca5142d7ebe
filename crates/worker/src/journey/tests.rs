use crate::testing::call::Call;

#[test]
fn a_subscriber_gets_every_packet_once() {
    let mut call = Call::on(1);
    let viewer = call.join(0);

    call.run(5_000);

    call.assert_unharmed(&viewer);
    assert!(call.heard(&viewer).len() >= 249);
}
