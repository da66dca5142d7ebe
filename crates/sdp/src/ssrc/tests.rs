use super::*;

fn read(lines: &[&str]) -> (Vec<(Ssrc, Option<Ssrc>)>, u32) {
    let split = |line: &&str| {
        let (key, value) = line.split_once(':').unwrap();
        Attribute::new(key.to_owned(), Some(value.to_owned()))
    };
    parse(&lines.iter().map(split).collect::<Vec<_>>())
}

#[test]
fn a_retransmission_stream_belongs_to_its_media_and_is_none_itself() {
    let (streams, _) = read(&[
        "ssrc-group:FID 1 2",
        "ssrc:1 cname:x",
        "ssrc:1 msid:a b",
        "ssrc:2 cname:x",
        "ssrc:3 cname:x",
    ]);

    assert_eq!(streams, [(Ssrc(1), Some(Ssrc(2))), (Ssrc(3), None)]);
}

#[test]
fn a_fec_stream_is_no_media() {
    assert_eq!(read(&["ssrc:1 a", "ssrc:2 a", "ssrc-group:FEC-FR 1 2"]).0, [(Ssrc(1), None)]);
}

#[test]
fn legacy_simulcast_groups_keep_the_order_of_announcement() {
    let (streams, _) = read(&["ssrc-group:SIM 5 6", "ssrc:5 a", "ssrc:6 a"]);

    assert_eq!(streams, [(Ssrc(5), None), (Ssrc(6), None)]);
}

#[test]
fn nonsense_and_the_number_zero_are_passed_over() {
    assert_eq!(
        read(&["ssrc:0 a", "ssrc:x a", "ssrc:4294967296 a", "ssrc-group:FID 1", "ssrc-group:FID 0 2"]).0,
        []
    );
}

#[test]
fn streams_beyond_the_limit_are_counted() {
    let lines: Vec<String> = (1..=20).map(|number| format!("ssrc:{number} cname:x")).collect();

    let (streams, ignored) = read(&lines.iter().map(String::as_str).collect::<Vec<_>>());

    assert_eq!((streams.len(), ignored), (MAX_SSRCS, 4));
}
