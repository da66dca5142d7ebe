//! Source files: everything of ours that people write and read.

use std::path::Path;

/// Folders that hold nothing of ours: results of builds and of others. In a second work tree `.git` is a file.
const FOREIGN_FOLDERS: [&str; 4] = ["target", "node_modules", ".git", "artefacts"];

/// Files that tools write, or others wrote. They name registries and packages as they please.
const FOREIGN_FILES: [&str; 3] = ["Cargo.lock", "package-lock.json", "LICENSE"];

/// Endings of code. Scripts have none, but a first line that names their interpreter.
const CODE: [&str; 6] = ["rs", "mjs", "js", "html", "css", "sh"];

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
        let ending = Path::new(&self.path).extension().and_then(|ending| ending.to_str());
        self.text.starts_with("#!/") || ending.is_some_and(|ending| CODE.contains(&ending))
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
        if FOREIGN_FOLDERS.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            walk(root, &path, sources);
        } else if !FOREIGN_FILES.contains(&name.as_str())
            // What is no text is a picture or the like.
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let path = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
}
