//! What the server shows besides its operations: the contract, readable by people and by programs.

mod introduction;
mod markup;
mod operation;
mod operations;
mod problems;
mod schema;

use std::collections::BTreeMap;

use poem::{
    Request, Response,
    http::{Method, header},
};

use crate::document;

/// The pages, made once at start.
#[derive(Debug)]
pub struct Pages(BTreeMap<&'static str, Page>);

/// A page.
#[derive(Debug)]
pub struct Page {
    /// Where it stands.
    pub path: &'static str,
    content_type: &'static str,
    body: String,
}

/// A page of ours may show itself with our style sheet and run nothing.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

impl Pages {
    /// Makes them from the document and the catalogue.
    pub fn new() -> Self {
        let html = "text/html; charset=utf-8";
        let document = document::document();
        let pages = [
            Page { path: "/docs", content_type: html, body: operations::operations(&document) },
            Page { path: "/docs/problems", content_type: html, body: problems::problems() },
            Page {
                path: "/docs/style.css",
                content_type: "text/css; charset=utf-8",
                body: include_str!("style.css").to_owned(),
            },
            Page { path: "/openapi.json", content_type: "application/json", body: document::text() },
        ];
        Self(pages.into_iter().map(|page| (page.path, page)).collect())
    }

    /// The page that a request asks for, if it asks for one.
    pub fn find(&self, request: &Request) -> Option<&Page> {
        let asks = matches!(*request.method(), Method::GET | Method::HEAD);
        self.0.get(request.uri().path()).filter(|_| asks)
    }

    /// Whether there is a page at `path`, to be read and nothing else.
    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self::new()
    }
}

impl Page {
    /// The answer that shows it.
    pub fn response(&self) -> Response {
        Response::builder()
            .content_type(self.content_type)
            .header(header::CONTENT_SECURITY_POLICY, POLICY)
            .body(self.body.clone())
    }
}
