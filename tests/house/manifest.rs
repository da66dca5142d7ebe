//! Manifests: which crate imports what, and for which purpose.

use std::path::Path;

/// A crate under `crates/`.
#[derive(Debug)]
pub struct Crate {
    /// Its folder's name, which is its package's name without the prefix.
    pub name: String,
    /// The name in its manifest.
    pub package: String,
    /// All that it imports.
    pub imports: Vec<Import>,
}

/// One line of a dependency table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Import {
    /// The package, under its real name even when it is renamed.
    pub package: String,
    /// The table it stands in.
    pub section: Section,
}

/// What a dependency is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Section {
    /// `[dependencies]`: part of what is shipped.
    Shipped,
    /// `[dev-dependencies]`: part of the crate's tests.
    Dev,
    /// `[build-dependencies]`: part of the crate's build script.
    Build,
}

impl Crate {
    /// Our crates among the imports, by folder name.
    pub fn ours(&self) -> impl Iterator<Item = (&str, Section)> {
        self.imports.iter().filter_map(|import| Some((ours(&import.package)?, import.section)))
    }

    /// Packages of others among the imports.
    pub fn outside(&self) -> impl Iterator<Item = (&str, Section)> {
        let foreign = self.imports.iter().filter(|import| ours(&import.package).is_none());
        foreign.map(|import| (import.package.as_str(), import.section))
    }
}

/// The folder of one of our packages.
fn ours(package: &str) -> Option<&str> {
    package.strip_prefix("switchyard-")
}

pub(crate) fn read_all(folder: &Path) -> Vec<Crate> {
    let entries = std::fs::read_dir(folder).expect("crates/ can be listed");
    let mut crates: Vec<Crate> =
        entries.filter_map(|entry| read(&entry.expect("crates/ can be listed").path())).collect();
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    crates
}

/// The crate in a folder; `None` when the folder holds no manifest.
fn read(folder: &Path) -> Option<Crate> {
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let manifest: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let package = manifest.get("package")?.get("name")?.as_str()?.to_owned();

    let mut imports = sections(&manifest);
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        imports.extend(targets.values().filter_map(toml::Value::as_table).flat_map(sections));
    }

    Some(Crate { name: folder.file_name()?.to_str()?.to_owned(), package, imports })
}

/// The three dependency tables of a manifest, or of one of its `[target.…]` parts.
fn sections(manifest: &toml::Table) -> Vec<Import> {
    let tables = [
        ("dependencies", Section::Shipped),
        ("dev-dependencies", Section::Dev),
        ("build-dependencies", Section::Build),
    ];
    let mut imports = Vec::new();
    for (name, section) in tables {
        let Some(table) = manifest.get(name).and_then(toml::Value::as_table) else { continue };
        imports.extend(table.iter().map(|(key, value)| {
            let renamed = value.get("package").and_then(toml::Value::as_str);
            Import { package: renamed.unwrap_or(key).to_owned(), section }
        }));
    }
    imports
}
