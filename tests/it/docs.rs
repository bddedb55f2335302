//! The documentation that the server shows: complete, and nothing but itself.

use std::collections::BTreeMap;

use natter::{document::Index, problem::Kind};

use crate::server::Server;

const PAGES: [(&str, &str); 4] = [
    ("/docs", "text/html; charset=utf-8"),
    ("/docs/problems", "text/html; charset=utf-8"),
    ("/docs/style.css", "text/css; charset=utf-8"),
    ("/openapi.json", "application/json"),
];

/// What a page may load: its style sheet, and for its icon nothing at all.
const MAY_LOAD: [&str; 2] = ["/docs/style.css", "data:,"];

/// What would load something, run something or send something.
const FORBIDDEN: [&str; 10] =
    ["<script", "<img", "<iframe", "<object", "<embed", "<form", "style=", " src=", "@import", "url("];

#[tokio::test]
async fn pages_have_a_policy_and_a_type_of_their_own() {
    let server = Server::start();
    for (path, content_type) in PAGES {
        let page = server.visitor().get(path).await.expect(200);
        assert_eq!(page.header("content-type"), Some(content_type), "{path}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = page.header("content-security-policy").expect("a policy");
        let directives: Vec<_> = policy.split("; ").collect();
        for needed in [
            "default-src 'none'",
            "style-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&needed), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn every_operation_and_every_problem_has_its_place() {
    let server = Server::start();
    let operations = server.visitor().get("/docs").await.expect(200).text;
    for operation in Index::get().operations() {
        assert!(operations.contains(&format!(r#"id="{}""#, operation.id)), "{}", operation.id);
        assert!(operations.contains(&format!("<code>{}</code>", operation.pattern)), "{}", operation.pattern);
    }
    let problems = server.visitor().get("/docs/problems").await.expect(200).text;
    for kind in Kind::ALL {
        let (path, slug) = kind
            .type_uri()
            .split_once('#')
            .map(|(path, slug)| (path.to_owned(), slug.to_owned()))
            .expect("an anchor");
        assert_eq!(path, "/docs/problems");
        assert!(problems.contains(&format!(r#"id="{slug}""#)), "{slug}");
    }
}

#[tokio::test]
async fn links_lead_somewhere_and_nothing_is_loaded_from_elsewhere() {
    let server = Server::start();
    let mut pages = BTreeMap::new();
    for (path, _) in PAGES {
        pages.insert(path, server.visitor().get(path).await.expect(200).text);
    }
    for path in ["/docs", "/docs/problems"] {
        let page = &pages[path];
        for forbidden in FORBIDDEN {
            assert!(!page.contains(forbidden), "{path}: {forbidden}");
        }
        for link in page.split("<link ").skip(1) {
            let href = attribute(link, "href").expect("a link leads somewhere");
            assert!(MAY_LOAD.contains(&href), "{path}: {href}");
        }
        for href in page.split("<a ").skip(1).filter_map(|link| attribute(link, "href")) {
            let (target, anchor) = href.split_once('#').unwrap_or((href, ""));
            let target = if target.is_empty() { path } else { target };
            let found = pages.get(target).unwrap_or_else(|| panic!("{path}: {href}"));
            assert!(anchor.is_empty() || found.contains(&format!(r#"id="{anchor}""#)), "{path}: {href}");
        }
    }
    let style = &pages["/docs/style.css"];
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[tokio::test]
async fn pages_take_only_reading() {
    let server = Server::start();
    for (path, _) in PAGES {
        let head =
            crate::client::send(server.visitor().request(reqwest::Method::HEAD, path)).await.expect(200);
        assert_eq!(head.text, "", "{path}");
        server.visitor().delete(path).await.expect_problem(405, "method-not-allowed");
        server.visitor().get(&format!("{path}/")).await.expect_problem(404, "not-found");
    }
}

/// The value of an attribute in the tag that `rest` begins in.
fn attribute<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let tag = rest.split('>').next()?;
    tag.split_once(&format!("{name}=\""))?.1.split('"').next()
}
