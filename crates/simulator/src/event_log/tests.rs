use super::*;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn the_same_events_at_the_same_times_have_the_same_hash() {
    let run = |at| {
        let mut log = EventLog::default();
        log.note(ms(1), "event", &"joined");
        log.note_bytes(ms(at), "datagram", &[1, 2, 3]);
        log.hash()
    };

    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn two_logs_tell_where_they_begin_to_differ() {
    let run = |odd: bool| {
        let mut log = EventLog::default();
        for tenth in 0..20 {
            let byte = u8::from(odd && tenth == 12);
            log.note_bytes(ms(tenth * 100 + 50), "datagram", &[byte]);
        }
        log
    };

    assert_eq!(run(false).first_difference(&run(false)), None);
    assert_eq!(run(false).first_difference(&run(true)), Some(ms(1_200)));
}

#[test]
fn only_the_latest_lines_are_kept() {
    let mut log = EventLog::default();

    for number in 0..KEPT_LINES + 5 {
        log.note(ms(0), "event", &number);
    }

    assert_eq!(log.lines().count(), KEPT_LINES);
    assert!(log.lines().next().unwrap().ends_with(" 5"));
}
