//! The rules of the tree, proven on the tree as it stands. Each rule fails with a sentence.
//!
//! Who may import whom is read from `docs/architecture.md`, so that the page newcomers read first
//! cannot drift from what is enforced.

use switchyard_tests::{Crate, Section, Source, SourceTree};

/// Crates that decide and touch nothing: no clock, no socket, no thread, no hidden randomness.
const PURE: [&str; 10] =
    ["vocab", "wire", "sdp", "bus", "transport", "congestion", "forward", "worker", "control", "simulator"];

/// Libraries that would give a pure crate a runtime, a kernel, a clock or randomness of its own.
const WORLDLY: [&str; 22] = [
    "async-std",
    "axum",
    "chrono",
    "crossbeam-channel",
    "dashmap",
    "getrandom",
    "hyper",
    "libc",
    "mio",
    "nix",
    "parking_lot",
    "prometheus",
    "quinn",
    "quinn-udp",
    "reqwest",
    "rustix",
    "smol",
    "socket2",
    "time",
    "tokio",
    "tokio-tungstenite",
    "webrtc",
];

/// Libraries with one home. Anywhere else they would leak what that home is there to hide.
const HOMES: [(&str, &[&str]); 9] = [
    ("axum", &["gateway"]),
    ("dimpl", &["transport"]),
    ("figment", &["server"]),
    ("prometheus", &["metrics"]),
    ("quinn-udp", &["net"]),
    ("rtc", &["canary"]),
    ("rtc-sdp", &["sdp"]),
    ("stun-types", &["wire"]),
    ("webrtc", &["canary"]),
];

/// Where a newcomer looks first, and finds it. Folder or file, below the crate's `src`.
const FOUND_IN_TWO_GUESSES: [(&str, &str); 24] = [
    ("which layer is forwarded", "forward/subscription/select"),
    ("SSRC and sequence rewriting", "forward/subscription/rewrite"),
    ("when a PLI is sent", "forward/publication/keyframe_request"),
    ("the NACK we send", "forward/publication/missing"),
    ("the NACK we answer", "forward/publication/cache"),
    ("TWCC feedback", "congestion/twcc"),
    ("pacing and send bursts", "congestion/pacer"),
    ("the SRTP replay window", "transport/srtp/replay"),
    ("ICE ufrag and password", "transport/ice_lite/credentials"),
    ("what a datagram is", "transport/demux"),
    ("which peer a datagram is for", "worker/peers"),
    ("who receives a track", "worker/routes"),
    ("the packet's journey", "worker/journey"),
    ("the phases of a turn", "worker/tick"),
    ("join and leave", "control/room/membership"),
    ("who may enter", "gateway/auth"),
    ("offer and answer", "sdp/negotiation"),
    ("RTP to wall clock", "forward/reports"),
    ("why a packet was dropped", "vocab/drop_reason"),
    ("the names of metrics", "metrics/catalogue"),
    ("settings", "server/config"),
    ("batches of datagrams", "net/batch"),
    ("every unsafe block", "net/syscalls"),
    ("the network model of simulations", "simulator/network"),
];

/// A source file is one idea; past this it holds two.
const MAX_LINES: usize = 500;

#[test]
fn a_crate_imports_only_what_its_tier_may() {
    let tree = SourceTree::open();
    let table = tree.import_table("docs/architecture.md", "## Who may import whom");
    let mut faults = Vec::new();

    for krate in tree.crates() {
        let Some((_, allowed)) = table.iter().find(|(name, _)| *name == krate.name) else {
            faults.push(format!("crates/{} has no row in the table of docs/architecture.md", krate.name));
            continue;
        };
        for (import, section) in krate.ours() {
            if !allowed.iter().any(|name| name == import) {
                let list = if allowed.is_empty() { "nothing of ours".to_owned() } else { allowed.join(", ") };
                faults
                    .push(format!("{} imports {import} ({section:?}), but it may import {list}", krate.name));
            }
        }
    }

    assert_none(&faults);
}

#[test]
fn the_import_table_names_no_crate_that_is_gone() {
    let tree = SourceTree::open();
    let crates = tree.crates();
    let table = tree.import_table("docs/architecture.md", "## Who may import whom");

    let gone: Vec<String> = table
        .iter()
        .flat_map(|(name, imports)| std::iter::once(name).chain(imports))
        .filter(|name| !crates.iter().any(|krate| krate.name == **name))
        .map(|name| format!("docs/architecture.md speaks of a crate {name}, but there is no crates/{name}"))
        .collect();

    assert_none(&gone);
}

#[test]
fn a_package_is_called_after_its_folder() {
    let misnamed: Vec<String> = SourceTree::open()
        .crates()
        .iter()
        .filter(|krate| krate.package != format!("switchyard-{}", krate.name))
        .map(|krate| format!("crates/{} holds a package called {}", krate.name, krate.package))
        .collect();

    assert_none(&misnamed);
}

#[test]
fn a_pure_crate_depends_on_nothing_that_touches_the_world() {
    let faults: Vec<String> = SourceTree::open()
        .crates()
        .iter()
        .filter(|krate| PURE.contains(&krate.name.as_str()))
        .flat_map(worldly_imports)
        .collect();

    assert_none(&faults);
}

fn worldly_imports(krate: &Crate) -> Vec<String> {
    krate
        .outside()
        .filter(|(package, section)| *section != Section::Dev && WORLDLY.contains(package))
        .map(|(package, _)| format!("{} is pure, but depends on {package}", krate.name))
        .collect()
}

#[test]
fn a_library_with_one_home_is_imported_nowhere_else() {
    let mut faults = Vec::new();

    for krate in SourceTree::open().crates() {
        for (package, section) in krate.outside() {
            let home = HOMES.iter().find(|(name, _)| *name == package);
            let Some((_, homes)) = home.filter(|_| section != Section::Dev) else { continue };
            if !homes.contains(&krate.name.as_str()) {
                faults.push(format!(
                    "{} depends on {package}, whose home is {}",
                    krate.name,
                    homes.join(", ")
                ));
            }
        }
    }

    assert_none(&faults);
}

#[test]
fn every_pure_crate_forbids_unsafe_code() {
    let tree = SourceTree::open();
    let faults: Vec<String> = PURE
        .iter()
        .filter(|name| !tree.text(&format!("crates/{name}/src/lib.rs")).contains("#![forbid(unsafe_code)]"))
        .map(|name| format!("crates/{name}/src/lib.rs does not say #![forbid(unsafe_code)]"))
        .collect();

    assert_none(&faults);
}

#[test]
fn unsafe_stands_only_beside_the_system_calls() {
    let word = concat!("un", "safe");
    let faults: Vec<String> = SourceTree::open()
        .sources()
        .iter()
        .filter(|source| source.path.ends_with(".rs") && source.path.starts_with("crates/"))
        .filter(|source| source.path != "crates/net/src/syscalls.rs")
        .filter(|source| !source.path.starts_with("crates/net/src/syscalls/"))
        .flat_map(|source| lines_with_keyword(source, word))
        .collect();

    assert_none(&faults);
}

/// Lines on which a keyword is used, as against being part of a longer word or of a lint's name.
fn lines_with_keyword(source: &Source, keyword: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    source
        .code_lines()
        .filter(|(_, code)| code.split(|c: char| !is_word(c)).any(|word| word == keyword))
        .map(|(line, _)| format!("{}:{line} uses {keyword}", source.path))
        .collect()
}

#[test]
fn no_source_file_holds_two_ideas() {
    let faults: Vec<String> = SourceTree::open()
        .sources()
        .iter()
        .filter(|source| source.is_code() && source.lines() > MAX_LINES)
        .map(|source| format!("{} has {} lines; split it by idea", source.path, source.lines()))
        .collect();

    assert_none(&faults);
}

#[test]
fn nothing_is_left_for_later() {
    let words =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("unimple", "mented!")];
    let faults: Vec<String> =
        SourceTree::open().sources().iter().flat_map(|source| lines_with_any(source, &words)).collect();

    assert_none(&faults);
}

#[test]
fn no_file_speaks_of_one_machine_or_of_a_registry() {
    let words = [
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/tm", "p/"),
        concat!("registry.npm", "js"),
        concat!("crates", ".io"),
        concat!("npmjs", ".com"),
    ];
    let faults: Vec<String> =
        SourceTree::open().sources().iter().flat_map(|source| lines_with_any(source, &words)).collect();

    assert_none(&faults);
}

fn lines_with_any(source: &Source, words: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        for word in words.iter().filter(|word| line.contains(**word)) {
            faults.push(format!("{}:{} says {word}", source.path, index + 1));
        }
    }
    faults
}

#[test]
fn lock_files_name_no_download_hosts_of_browser_tools() {
    let tree = SourceTree::open();
    let lock = tree.text("tests/browser/package-lock.json");

    assert!(!lock.contains("\"resolved\""), "tests/browser/package-lock.json names download addresses");
}

#[test]
fn metrics_are_named_only_where_they_are_exported() {
    let silent = PURE.iter().chain(&["net", "canary"]);
    let tree = SourceTree::open();
    let sources = tree.sources();
    let mut faults = Vec::new();

    for krate in silent {
        let code = sources.iter().filter(|source| source.is_of(krate) && source.is_code());
        faults.extend(code.flat_map(|source| lines_with_keyword(source, "prometheus")));
    }

    assert_none(&faults);
}

#[test]
fn a_shell_says_why_it_is_exempt_from_the_bans() {
    let tree = SourceTree::open();
    let mut faults = Vec::new();

    for krate in tree.crates() {
        let path = format!("crates/{}/clippy.toml", krate.name);
        match (PURE.contains(&krate.name.as_str()), tree.has(&path)) {
            (true, true) => faults.push(format!("{path} lifts the bans of a pure crate")),
            (false, false) => faults.push(format!("{} is a shell; {path} should say so", krate.name)),
            (false, true) if !tree.text(&path).starts_with("# ") => {
                faults.push(format!("{path} does not begin with its reason"));
            }
            _ => {}
        }
    }

    assert_none(&faults);
}

#[test]
fn every_crate_page_shows_an_example() {
    let tree = SourceTree::open();
    let faults: Vec<String> = PURE
        .iter()
        .map(|name| format!("crates/{name}/src/lib.rs"))
        .filter(|path| !tree.text(path).lines().any(|line| line.starts_with("//! ```")))
        .map(|path| format!("{path} has no example on its page"))
        .collect();

    assert_none(&faults);
}

#[test]
fn everything_is_found_in_two_guesses() {
    let tree = SourceTree::open();
    let faults: Vec<String> = FOUND_IN_TWO_GUESSES
        .iter()
        .filter(|(_, guess)| !stands_at(&tree, guess))
        .map(|(what, guess)| format!("{what}: expected at {guess}, and it is not there"))
        .collect();

    assert_none(&faults);
    assert!(tree.has("config/switchyard.toml"), "the default port: expected in config/switchyard.toml");
}

/// Whether `crate/path` is a file or a folder of modules.
fn stands_at(tree: &SourceTree, guess: &str) -> bool {
    let (krate, path) = guess.split_once('/').expect("crate/path");
    let place = format!("crates/{krate}/src/{path}");
    tree.has(&format!("{place}.rs")) || tree.has(&place)
}

#[test]
fn every_decision_has_its_page_and_stands_in_the_index() {
    let tree = SourceTree::open();
    let index = tree.text("docs/adr/README.md");
    let faults: Vec<String> = tree
        .sources()
        .iter()
        .filter_map(|source| source.path.strip_prefix("docs/adr/").filter(|name| *name != "README.md"))
        .filter(|name| !index.contains(*name))
        .map(|name| format!("docs/adr/README.md does not list {name}"))
        .collect();

    assert_none(&faults);
}

#[test]
fn rules_look_at_every_text_whatever_its_name_ends_in() {
    let sources = SourceTree::open().sources();
    let source = |path: &str| sources.iter().find(|source| source.path == path);

    for script in ["tests/all", "tests/browser/isolated", ".ci/run", "crates/gateway/src/web/style.css"] {
        assert!(source(script).is_some_and(Source::is_code), "{script} is not looked at as code");
    }
    for text in ["deploy/sysctl/90-switchyard.conf", ".gitignore", "tests/browser/.npmrc", "README.md"] {
        assert!(source(text).is_some_and(|source| !source.is_code()), "{text} is not looked at as a text");
    }
}

/// Fails with one sentence per fault.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}
