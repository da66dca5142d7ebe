use super::*;

fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Start {
    let line = [&["switchyard"], arguments].concat();
    let owned = |&(name, text): &(&str, &str)| (name.to_owned(), text.to_owned());
    let environment: Vec<_> = environment.iter().map(owned).collect();
    CommandLine::try_parse_from(line).expect("accepted").start(arguments.len(), &environment)
}

#[test]
fn no_arguments_mean_development_even_if_the_environment_sets_a_thing_or_two() {
    assert!(start(&[], &[]).flags.dev);
    assert!(start(&[], &[("SWITCHYARD_MEDIA__WORKERS", "2")]).flags.dev);
}

#[test]
fn any_argument_or_a_key_in_the_environment_means_production() {
    assert!(!start(&["serve"], &[]).flags.dev);
    assert!(!start(&["--workers", "2"], &[]).flags.dev);
    assert!(!start(&["--config", "x.toml"], &[]).flags.dev);
    assert!(!start(&[], &[("SWITCHYARD_GATEWAY__AUTH__KEYS__main", "x")]).flags.dev);
}

#[test]
fn serving_is_the_default_and_takes_the_same_flags_either_way() {
    assert_eq!(
        start(&["--dev", "--port-base", "5"], &[]),
        start(&["serve", "--dev", "--port-base", "5"], &[])
    );
    assert_eq!(start(&["check-config"], &[]).action, Action::CheckConfig);
}

#[test]
fn addresses_to_announce_add_up() {
    let flags = start(&["--announce", "192.0.2.1", "--announce", "2001:db8::1"], &[]).flags;

    assert_eq!(flags.announce.len(), 2);
}

#[test]
fn the_command_line_holds_together() {
    use clap::CommandFactory;
    CommandLine::command().debug_assert();
}
