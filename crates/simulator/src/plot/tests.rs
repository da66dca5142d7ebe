use super::*;

fn chart() -> Chart {
    let line = |look| Line { name: "a < b".to_owned(), look, points: vec![(0.0, 10.0), (5.0, 70.0)] };
    let lines = vec![line(Look::Limit), line(Look::Decided(7))];
    let panels = vec![Panel { what: "kbit/s", height: 100.0, least: 0.0, lines }];
    Chart { title: "Tom & Ann".to_owned(), lasts: Duration::from_secs(10), panels }
}

#[test]
fn the_same_chart_is_drawn_with_the_same_bytes() {
    assert_eq!(chart().svg(), chart().svg());
}

#[test]
fn names_cannot_break_the_picture() {
    let svg = chart().svg();

    assert!(svg.contains("Tom &amp; Ann") && svg.contains("a &lt; b"), "{svg}");
}

#[test]
fn a_limit_is_drawn_in_steps_and_an_estimate_is_not() {
    let svg = chart().svg();
    let points = |class: &str| {
        let line = svg.lines().find(|line| line.starts_with("<polyline") && line.contains(class)).unwrap();
        line.split(' ').filter(|part| part.contains(',')).count()
    };

    assert_eq!(points("limit"), 3);
    assert_eq!(points("decided"), 2);
}

#[test]
fn an_axis_ends_at_a_round_number_beyond_all_values() {
    for (most, end) in [(7.0, 8.0), (100.0, 100.0), (1_730.0, 2_000.0), (0.0, 0.001)] {
        assert_eq!(axis::marks(most, 4.0).last().copied(), Some(end), "for {most}");
    }
}

#[test]
fn many_lines_over_a_long_time_still_make_a_small_picture() {
    let hour = Duration::from_secs(3_600);

    assert!(hour.as_secs_f64() / step(hour, 1).as_secs_f64() <= f64::from(MOST_POINTS));
    assert!(hour.as_secs_f64() / step(hour, 20).as_secs_f64() <= 180.0);
}

#[test]
fn a_long_title_is_broken_between_words() {
    let title = "word ".repeat(40);
    let svg = Chart { title: title.trim_end().to_owned(), ..chart() }.svg();

    assert_eq!(svg.matches("class=\"title\"").count(), 3);
}
