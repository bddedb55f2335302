//! What a request has to show before it is looked at, and what every answer bears.

use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderName, HeaderValue, header},
};

use crate::{
    preview::fetch::PSEUDONYM,
    problem::{self, Kind, Problem},
};

/// The security header fields of every answer.
const FIELDS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::X_XSS_PROTECTION, HeaderValue::from_static("0")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    ),
];

/// The book's form of the JSON media type.
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");

/// The service behind its guards: every error becomes a problem, every answer bears the same fields.
pub struct Guarded<E> {
    inner: E,
    hosts: Vec<String>,
}

impl<E> Guarded<E> {
    /// `inner`, answering only to these `Host` values.
    pub fn new(inner: E, hosts: Vec<String>) -> Self {
        Self { inner, hosts }
    }
}

impl<E: Endpoint> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let admitted = check_host(&request, &self.hosts).and_then(|()| check_via(&request));
        let answer = match admitted {
            Ok(()) => self.inner.call(request).await.map_err(problem::from_poem),
            Err(problem) => Err(problem),
        };
        let mut response = match answer {
            Ok(response) => response.into_response(),
            Err(problem) => problem.into_response(None),
        };
        set_fields(&mut response);
        Ok(response)
    }
}

/// A page in a victim's browser can make a name of its own point here, but cannot forge `Host`.
fn check_host(request: &Request, hosts: &[String]) -> Result<(), Problem> {
    let invalid = || Problem::new(Kind::InvalidHost, "The Host is not one that this server answers to.");
    let mut given = request.headers().get_all(header::HOST).iter();
    let host = match (given.next(), given.next(), request.uri().authority()) {
        (Some(host), None, None) => host.as_bytes(),
        (Some(host), None, Some(authority)) if host == authority.as_str() => host.as_bytes(),
        // HTTP/2 has the authority alone.
        (None, _, Some(authority)) => authority.as_str().as_bytes(),
        _ => return Err(invalid()),
    };
    let listed = hosts.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(host));
    if listed { Ok(()) } else { Err(invalid()) }
}

/// A request that one of our own fetches made would go round in circles.
fn check_via(request: &Request) -> Result<(), Problem> {
    let ours = request
        .headers()
        .get_all(header::VIA)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|hop| hop.split_whitespace().nth(1))
        .any(|name| name.eq_ignore_ascii_case(PSEUDONYM));
    if ours {
        Err(Problem::new(Kind::UrlRefused, "The request comes from a preview and would go in circles."))
    } else {
        Ok(())
    }
}

fn set_fields(response: &mut Response) {
    let headers = response.headers_mut();
    headers.extend(FIELDS);
    let is_json = |value: &HeaderValue| {
        value.as_bytes().split(|byte| *byte == b';').next() == Some(b"application/json")
    };
    if headers.get(header::CONTENT_TYPE).is_some_and(is_json) {
        headers.insert(header::CONTENT_TYPE, JSON);
    }
}
