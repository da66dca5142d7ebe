mod impossible;
mod layers;
mod mistakes;
mod reference;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A variable that makes a configuration complete.
const KEY: (&str, &str) = ("SWITCHYARD_GATEWAY__AUTH__KEYS__test", "0123456789abcdef0123456789abcdef");

/// A configuration file that goes away with its owner.
struct File(PathBuf);

impl File {
    fn holding(text: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("switchyard-{}-{number}.toml", std::process::id()));
        fs::write(&path, text).expect("the temporary directory takes files");
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // A file that is left behind harms nobody.
        let _ = fs::remove_file(&self.0);
    }
}

fn load(file: Option<&Path>, environment: &[(&str, &str)], flags: &Flags) -> Result<Config, ConfigError> {
    let owned = |&(name, text): &(&str, &str)| (name.to_owned(), text.to_owned());
    Config::load(file, &environment.iter().map(owned).collect::<Vec<_>>(), flags)
}

/// What is loaded from a file and variables beside a key, in production.
fn production(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let file = File::holding(text);
    load(Some(&file.0), &[&[KEY], environment].concat(), &Flags::default())
}

/// The one line that says what is wrong with a file, without the file's name.
#[track_caller]
fn complaint_about_file(text: &str) -> String {
    let file = File::holding(text);
    let refused = load(Some(&file.0), &[KEY], &Flags::default()).expect_err("refused");
    only_line(&refused).replace(&file.0.display().to_string(), "FILE")
}

/// The one line that says what is wrong with a variable.
#[track_caller]
fn complaint_about_variable(name: &str, text: &str) -> String {
    only_line(&load(None, &[KEY, (name, text)], &Flags::default()).expect_err("refused"))
}

#[track_caller]
fn only_line(error: &ConfigError) -> String {
    let text = error.to_string();
    let Some(line) = text.strip_prefix("the configuration is refused:\n  ") else { return text };
    assert!(!line.contains('\n'), "one mistake, one line: {text}");
    line.to_owned()
}
