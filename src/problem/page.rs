//! `docs/problems.md`, written from the catalogue: `NATTER_WRITE_DOCS=1 cargo test --lib up_to_date`.

use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};

use super::Kind;

const INTRODUCTION: &str = "\
# Problems

An error of either program is a problem (RFC 9457, `application/problem+json`). Its `type` is a reference to this
catalogue, relative to the server that answered: `natter-api` shows it at `/docs/problems`. A type never changes its
meaning or its status; `detail` is for people and may change its words. `error` says the same as `detail`, for clients
of the book's API. `errors` names each member or parameter that cannot be taken, and `request_id` finds the request in
the server's log.

| status | type | title |
|---|---|---|
";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for kind in Kind::ALL {
        let (status, slug, title) = (kind.status().as_u16(), kind.slug(), kind.title());
        writeln!(page, "| {status} | [`{slug}`](#{slug}) | {title} |").expect("a String takes it");
    }
    for kind in Kind::ALL {
        let (status, slug, title) = (kind.status().as_u16(), kind.slug(), kind.title());
        let remedy = kind.remedy();
        write!(page, "\n## {slug}\n\n**{title}**, {status}, `{}`\n\n{remedy}\n", kind.type_uri())
            .expect("a String takes it");
    }
    page
}

#[test]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/problems.md");
    if env::var_os("NATTER_WRITE_DOCS").is_some() {
        fs::write(&path, page()).expect("docs/problems.md is writable");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page(),
        "run NATTER_WRITE_DOCS=1 cargo test --lib up_to_date, and commit docs/problems.md"
    );
}

/// A heading is an anchor only where it is written as the anchor is.
#[test]
fn every_type_is_a_heading_of_its_own() {
    let page = page();
    let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(headings, Kind::ALL.map(Kind::slug));
    assert_eq!(headings.iter().collect::<BTreeSet<_>>().len(), headings.len());
    for kind in Kind::ALL {
        assert_eq!(kind.type_uri(), format!("/docs/problems#{}", kind.slug()));
        assert!(kind.slug().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", kind.slug());
        assert!(kind.remedy().ends_with('.') && kind.remedy().len() > 40, "{}", kind.slug());
    }
}
