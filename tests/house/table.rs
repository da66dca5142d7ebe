//! Tables that documents and tests share, so that neither can drift from the other.

/// Reads the first fenced block after `heading`: rows of `name -> word word …`. Anything after a
/// second column of spaces and `#` is a remark.
pub(crate) fn read(document: &str, heading: &str) -> Vec<(String, Vec<String>)> {
    let after = document.split_once(heading).map(|(_, after)| after);
    let block = after.and_then(|after| after.split("```").nth(1));
    let block = block.unwrap_or_else(|| panic!("no fenced block follows \"{heading}\""));
    block.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.split_once('#').map_or(line, |(row, _remark)| row);
    let (name, imports) = line.split_once("->")?;
    let imports = imports.split_whitespace().map(str::to_owned).collect();
    Some((name.trim().to_owned(), imports))
}
