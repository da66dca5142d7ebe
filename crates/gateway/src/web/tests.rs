use std::fs;
use std::path::Path;

use super::*;

#[test]
fn every_file_of_the_page_is_served_and_nothing_else() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut files = Vec::new();
    collect(&web, &mut files);

    for file in &files {
        let name =
            file.strip_prefix(&web).expect("below it").to_str().expect("a plain name").replace('\\', "/");
        let path = match name.strip_prefix("types/").unwrap_or(&name) {
            "index.html" => "/".to_owned(),
            other => format!("/{other}"),
        };
        assert!(ASSETS.iter().any(|asset| asset.path == path), "{path} is not served");
    }
    assert_eq!(files.len(), ASSETS.len());
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension != "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_script_and_style_that_is_named_is_served() {
    for asset in ASSETS.iter().filter(|asset| !asset.path.ends_with(".d.ts")) {
        for named in named_by(asset) {
            assert!(ASSETS.iter().any(|other| other.path == named), "{} names {named}", asset.path);
        }
    }
}

/// What a file loads, as paths on the server.
fn named_by(asset: &Asset) -> Vec<String> {
    let (starts, content) = (["from '", "src=\"", "href=\""], asset.content);
    let after =
        |start: &'static str| content.split(start).skip(1).filter_map(|rest| rest.split(['\'', '"']).next());
    let loads = |name: &&str| [".js", ".css"].iter().any(|end| name.ends_with(end));
    starts.into_iter().flat_map(after).filter(loads).map(|name| resolve(asset.path, name)).collect()
}

/// The path of what a file at `from` calls `name`.
fn resolve(from: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in name.split('/').filter(|part| *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[test]
fn the_page_obeys_the_policy_it_is_served_with() {
    let page = ASSETS.iter().find(|asset| asset.path == "/").expect("a page");

    assert!(!page.content.contains("<script>"), "the policy forbids scripts inside the page");
    assert!(!page.content.contains(" style="), "the policy forbids styles inside the page");
    assert!(!page.content.contains(" onclick="), "the policy forbids handlers inside the page");
}

#[test]
fn a_file_that_the_browser_has_is_not_sent_again() {
    let [page, ..] = ASSETS else { panic!("no page") };
    let tag = entity_tag(page.content);
    let mut asked = HeaderMap::new();

    assert_eq!(serve(*page, &tag, &asked).status(), StatusCode::OK);
    asked.insert(header::IF_NONE_MATCH, tag.clone());
    assert_eq!(serve(*page, &tag, &asked).status(), StatusCode::NOT_MODIFIED);
}
