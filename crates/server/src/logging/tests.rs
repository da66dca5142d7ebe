use super::*;

#[test]
fn levels_with_or_without_exceptions_are_filters() {
    for text in ["info", "off", "WARN", "info,switchyard_gateway=debug", "warn, switchyard=trace"] {
        assert!(filter(text).is_ok(), "{text}");
    }
}

#[test]
fn a_misspelt_level_is_no_filter() {
    for text in ["inof", "info,switchyard_gateway", "info,switchyard=loud", "", "info,,"] {
        assert_eq!(filter(text).err(), Some(FILTERS), "{text}");
    }
}

#[test]
fn acts_are_written_down_unless_the_filter_says_otherwise() {
    for (text, audit) in [("warn", "audit=info"), ("off", "audit=info"), ("info,audit=off", "audit=off")] {
        let shown = filter(text).expect("a filter").to_string();

        assert!(shown.split(',').any(|part| part == audit), "{text}: {shown}");
    }
}
