use super::*;

#[test]
fn every_script_and_style_the_page_names_is_served() {
    let [page, others @ ..] = ASSETS;

    for other in others {
        let is_named = ASSETS.iter().any(|asset| asset.content.contains(other.path.trim_start_matches("/")));
        assert!(is_named, "nothing refers to {}", other.path);
    }
    assert!(!page.content.contains("<script>"), "the policy forbids scripts inside the page");
    assert!(!page.content.contains(" style="), "the policy forbids styles inside the page");
}

#[test]
fn a_file_that_the_browser_has_is_not_sent_again() {
    let [page, ..] = ASSETS;
    let tag = entity_tag(page.content);
    let mut asked = HeaderMap::new();

    assert_eq!(serve(page, &tag, &asked).status(), StatusCode::OK);
    asked.insert(header::IF_NONE_MATCH, tag.clone());
    assert_eq!(serve(page, &tag, &asked).status(), StatusCode::NOT_MODIFIED);
}
