//! Source files: everything of ours that people write and read.

use std::path::Path;

/// Folders that hold nothing of ours: results of builds and of others.
const FOREIGN_FOLDERS: [&str; 4] = ["target", "node_modules", ".git", "artefacts"];

/// Endings of files that people write.
const ENDINGS: [&str; 11] =
    ["rs", "toml", "md", "mjs", "js", "html", "css", "json", "yml", "yaml", "service"];

/// Files without an ending that people write.
const BARE_NAMES: [&str; 3] = ["all", "run", "Dockerfile"];

/// Files that tools write. They name registries and packages as they please.
const GENERATED: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// One file.
#[derive(Debug)]
pub struct Source {
    /// Its path from the root of the workspace, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// Whether it is code, as against prose and settings.
    pub fn is_code(&self) -> bool {
        [".rs", ".mjs", ".js"].iter().any(|ending| self.path.ends_with(ending))
    }

    /// Whether it belongs to a crate under `crates/`.
    pub fn is_of(&self, krate: &str) -> bool {
        self.path
            .strip_prefix("crates/")
            .and_then(|rest| rest.strip_prefix(krate))
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Its lines with line comments cut off, numbered from 1. Good enough to look for words in
    /// code: what a string says still counts.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| {
            let code = line.split_once("//").map_or(line, |(code, _comment)| code);
            (index + 1, code)
        })
    }
}

pub(crate) fn read_all(root: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    walk(root, root, &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn walk(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).expect("the tree can be listed") {
        let path = entry.expect("the tree can be listed").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() && !path.is_symlink() {
            if !FOREIGN_FOLDERS.contains(&name.as_str()) {
                walk(root, &path, sources);
            }
        } else if is_written_by_people(&path, &name)
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let path = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
}

fn is_written_by_people(path: &Path, name: &str) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let counts = ending.map_or_else(|| BARE_NAMES.contains(&name), |ending| ENDINGS.contains(&ending));
    counts && !GENERATED.contains(&name)
}
