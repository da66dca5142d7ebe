//! What we are built from, judged by the rules of `deny.toml`. The tool that file is for judges
//! more finely; this proves the essentials on every machine.

use switchyard_tests::{House, is_allowed};

#[test]
fn every_licence_is_one_we_accept() {
    let house = House::open();
    let rules = rules(&house);
    let allowed = words(&rules["licenses"]["allow"]);

    let faults: Vec<String> = house
        .packages()
        .iter()
        .filter(|package| !package.licence.as_deref().is_some_and(|licence| is_allowed(licence, &allowed)))
        .map(|package| format!("{} {} is under {:?}", package.name, package.version, package.licence))
        .collect();

    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}

#[test]
fn no_banned_library_is_pulled_in() {
    let house = House::open();
    let rules = rules(&house);
    let bans = rules["bans"]["deny"].as_array().expect("a list");

    let packages = house.packages();
    let faults: Vec<String> = bans
        .iter()
        .filter(|ban| packages.iter().any(|package| Some(package.name.as_str()) == ban["name"].as_str()))
        .map(|ban| format!("{} is pulled in; {}", ban["name"], ban["reason"]))
        .collect();

    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}

#[test]
fn everything_foreign_comes_from_one_registry() {
    let packages = House::open().packages();
    let mut sources: Vec<&str> = packages.iter().filter_map(|package| package.source.as_deref()).collect();
    sources.sort_unstable();
    sources.dedup();

    assert_eq!(sources.len(), 1, "packages come from several places: {sources:?}");
    assert!(sources[0].starts_with("registry+"), "not a registry: {}", sources[0]);
}

fn rules(house: &House) -> toml::Table {
    house.text("deny.toml").parse().expect("deny.toml is TOML")
}

fn words(value: &toml::Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect()
}
