//! Cross-origin requests of browsers, from a list only.

use poem::{
    Request, Response,
    http::{HeaderMap, HeaderValue, Method, header},
};

use crate::{
    allowed_hosts::AllowedHosts,
    problem::{Kind, Problem},
};

const METHODS: &str = "GET, POST, DELETE";
const REQUEST_HEADERS: &str = "Content-Type, Authorization, Idempotency-Key, Natter-Capability";
const RESPONSE_HEADERS: &str = "Location, Link, Retry-After, WWW-Authenticate";

/// The origins that browsers may call from.
#[derive(Clone, Debug)]
pub struct Origins(Vec<String>);

/// A request's origin, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// None, or the server's own: nothing to be said about it.
    Same,
    /// One of the list.
    Listed(HeaderValue),
}

impl Origins {
    /// These, as browsers write them: `https://app.example:8443`.
    pub fn new(listed: Vec<String>) -> Self {
        Self(listed)
    }

    /// Judges the `Origin` of a request.
    ///
    /// # Errors
    /// 403 for one that is not listed, or doubled.
    pub fn judge(&self, request: &Request, hosts: &AllowedHosts) -> Result<Origin, Problem> {
        let mut origins = request.headers().get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else { return Ok(Origin::Same) };
        let text = origin.to_str().unwrap_or_default();
        if origins.next().is_none() {
            if self.0.iter().any(|listed| listed == text) {
                return Ok(Origin::Listed(origin.clone()));
            }
            if is_own(text, request, hosts) {
                return Ok(Origin::Same);
            }
        }
        Err(Problem::new(Kind::OriginNotAllowed, "This origin may not call the API from a browser."))
    }
}

/// Browsers send `Origin` with a POST from the server's own pages too.
fn is_own(origin: &str, request: &Request, hosts: &AllowedHosts) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    hosts.check(request).is_ok()
        && host.is_some_and(|host| {
            ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host))
        })
}

impl Origin {
    /// Lets the browser hand the answer to a page of a listed origin.
    pub fn allow(&self, response: &mut Response) {
        let Self::Listed(origin) = self else { return };
        let is_preflight = response.status() == 204;
        let headers: &mut HeaderMap = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        if is_preflight {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
        } else {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
        }
    }
}

/// Whether a request is a preflight (Fetch standard, section 3.2.2).
pub(super) fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}
