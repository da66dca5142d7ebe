use super::*;

fn read(lines: &[&str]) -> SentEncodings {
    let split = |line: &&str| {
        let (key, value) = line.split_once(':').unwrap();
        Attribute::new(key.to_owned(), Some(value.to_owned()))
    };
    SentEncodings::parse(&lines.iter().map(split).collect::<Vec<_>>())
}

fn names(encodings: &SentEncodings) -> Vec<&str> {
    encodings.rids.iter().map(|rid| rid.rid.as_str()).collect()
}

#[test]
fn the_simulcast_line_gives_the_order_wherever_it_stands() {
    let before = read(&["simulcast:send f;h;q", "rid:q send", "rid:h send", "rid:f send"]);
    let after = read(&["rid:q send", "rid:h send", "rid:f send", "simulcast:recv x send f;h;q"]);

    assert_eq!(names(&before), ["f", "h", "q"]);
    assert_eq!(before, after);
}

#[test]
fn a_paused_encoding_is_one_all_the_same() {
    let encodings = read(&["rid:q send", "rid:h send", "simulcast:send ~h;q"]);

    assert_eq!(names(&encodings), ["h", "q"]);
    assert!(encodings.rids[0].paused && !encodings.rids[1].paused);
}

#[test]
fn of_alternatives_the_first_counts() {
    assert_eq!(names(&read(&["rid:a send", "rid:b send", "rid:c send", "simulcast:send a,b;c"])), ["a", "c"]);
}

#[test]
fn the_older_form_of_the_line_is_read() {
    assert_eq!(names(&read(&["rid:a send", "rid:b send", "simulcast: send rid=b;a"])), ["b", "a"]);
}

#[test]
fn names_that_nobody_declared_or_that_could_not_travel_do_not_count() {
    let encodings =
        read(&["rid:ok send", "rid:n;o send", "rid:seventeen-letters send", "simulcast:send x;ok;ok"]);

    assert_eq!(names(&encodings), ["ok"]);
}

#[test]
fn what_the_client_wants_to_receive_is_no_encoding() {
    let encodings = read(&["rid:a recv", "simulcast:recv a"]);

    assert_eq!(encodings, SentEncodings::default());
}

#[test]
fn encodings_beyond_the_limit_are_counted() {
    let lines: Vec<String> = (0..20).map(|number| format!("rid:r{number} send")).collect();

    let encodings = read(&lines.iter().map(String::as_str).collect::<Vec<_>>());

    assert_eq!((encodings.rids.len(), encodings.ignored), (MAX_ENCODINGS, 16));
}

#[test]
fn a_rid_limited_to_other_formats_does_not_allow_ours() {
    let encodings = read(&["rid:a send pt=96,97;max-width=1280"]);

    assert!(encodings.rids[0].allows(PayloadType(96)) && !encodings.rids[0].allows(PayloadType(98)));
}
