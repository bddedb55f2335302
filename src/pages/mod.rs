//! What the server shows besides its operations: the contract, readable by people and by programs.

mod introduction;
mod markup;
mod operation;
mod operations;
mod problems;
mod schema;

use std::sync::LazyLock;

use poem::{
    Request, Response,
    http::{Method, header},
};

use crate::document;

/// A page.
#[derive(Debug)]
pub struct Page {
    /// Where it stands.
    pub path: &'static str,
    content_type: &'static str,
    /// Made when somebody asks first: a server that nobody asks keeps no page in memory.
    body: LazyLock<String>,
}

/// A page of ours may show itself with our style sheet and run nothing.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";

static PAGES: [Page; 4] = [
    Page {
        path: "/docs",
        content_type: HTML,
        body: LazyLock::new(|| operations::operations(&document::document())),
    },
    Page { path: "/docs/problems", content_type: HTML, body: LazyLock::new(problems::problems) },
    Page {
        path: "/docs/style.css",
        content_type: "text/css; charset=utf-8",
        body: LazyLock::new(|| include_str!("style.css").to_owned()),
    },
    Page { path: "/openapi.json", content_type: "application/json", body: LazyLock::new(document::text) },
];

/// The page that a request asks for, if it asks for one.
pub fn find(request: &Request) -> Option<&'static Page> {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    PAGES.iter().find(|page| asks && page.path == request.uri().path())
}

/// Whether there is a page at `path`, to be read and nothing else.
pub fn has(path: &str) -> bool {
    PAGES.iter().any(|page| page.path == path)
}

impl Page {
    /// The answer that shows it.
    pub fn response(&'static self) -> Response {
        Response::builder()
            .content_type(self.content_type)
            .header(header::CONTENT_SECURITY_POLICY, POLICY)
            .body(self.body.as_str())
    }
}
