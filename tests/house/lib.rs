//! The workspace as data: its manifests, its source files and the tables of its documents.
//!
//! Tests that look at the whole tree read it through here. Nothing here judges; the rules stand
//! in `architecture.rs`.
//!
//! ```
//! let tree = switchyard_tests::SourceTree::open();
//!
//! assert!(tree.crates().iter().any(|krate| krate.name == "vocab"));
//! ```
#![forbid(unsafe_code)]

mod manifest;
mod source;
mod table;

use std::path::{Path, PathBuf};

pub use manifest::{Crate, Import, Section};
pub use source::Source;

/// The tree of files around the workspace manifest.
#[derive(Debug)]
pub struct SourceTree {
    root: PathBuf,
}

impl SourceTree {
    /// The tree this test was built in.
    pub fn open() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        Self { root: root.expect("tests/ stands inside the workspace").to_owned() }
    }

    /// The crates under `crates/`, by name.
    pub fn crates(&self) -> Vec<Crate> {
        manifest::read_all(&self.root.join("crates"))
    }

    /// Every file of ours that people write: sources, scripts, manifests and documents.
    pub fn sources(&self) -> Vec<Source> {
        source::read_all(&self.root)
    }

    /// The rows `name -> what it may import` of the block that follows `heading` in a document.
    pub fn import_table(&self, document: &str, heading: &str) -> Vec<(String, Vec<String>)> {
        table::read(&self.text(document), heading)
    }

    /// A file's text.
    ///
    /// # Panics
    ///
    /// When there is no such file: a rule that reads it has nothing to say then.
    pub fn text(&self, path: &str) -> String {
        let path = self.root.join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Whether there is such a file or folder.
    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }
}
