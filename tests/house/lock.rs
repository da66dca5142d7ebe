//! What the workspace is really built from, as the package manager resolved it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The platform that is looked at; others add libraries that no build here can check.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// A package somewhere below the workspace.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence expression, when it states one.
    pub licence: Option<String>,
    /// Where it was fetched from; `None` for ours.
    pub source: Option<String>,
}

pub(crate) fn resolve(root: &Path) -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--filter-platform", PLATFORM])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));

    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let used: Vec<&str> =
        list(&metadata["resolve"]["nodes"]).filter_map(|node| node["id"].as_str()).collect();
    list(&metadata["packages"])
        .filter(|package| package["id"].as_str().is_some_and(|id| used.contains(&id)))
        .map(|package| Package {
            name: text(package, "name").unwrap_or_default(),
            version: text(package, "version").unwrap_or_default(),
            licence: text(package, "license"),
            source: text(package, "source"),
        })
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(package: &Value, key: &str) -> Option<String> {
    package[key].as_str().map(str::to_owned)
}
