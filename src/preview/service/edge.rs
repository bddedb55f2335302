//! What a request has to show before it is looked at, and what every answer bears.

use std::{borrow::Cow, panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderValue, Method, StatusCode, header},
};
use tokio::time::Instant;

use super::{card_json::FromMemory, get_image, get_preview};
use crate::{
    allowed_hosts::AllowedHosts,
    clock::Clock,
    id::RequestId,
    preview::fetch::PSEUDONYM,
    problem::{self, Kind, Problem},
    random::Random,
    security_headers,
    telemetry::metrics::method_label,
};

/// The book's form of the JSON media type.
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");

/// The operations behind their guards: every error becomes a problem, every answer bears the security headers.
pub struct Edge<E> {
    operations: E,
    hosts: AllowedHosts,
    clock: Clock,
    random: Random,
}

impl<E: Endpoint> Edge<E> {
    /// An edge around `operations` that answers to `hosts` alone.
    pub fn new(operations: E, hosts: AllowedHosts) -> Self {
        Self { operations, hosts, clock: Clock::system(), random: Random::system() }
    }

    async fn answer(&self, request: Request) -> Result<Response, Problem> {
        self.hosts.check(&request)?;
        check_via(&request)?;
        match AssertUnwindSafe(self.operations.call(request)).catch_unwind().await {
            Ok(Ok(output)) => Ok(output.into_response()),
            Ok(Err(error)) => Err(match problem::from_poem(error) {
                problem if problem.kind() == Kind::MethodNotAllowed => {
                    Problem::method_not_allowed("GET, HEAD".into())
                }
                problem => problem,
            }),
            Err(_) => {
                metrics::counter!("natter_panics_total").increment(1);
                Err(Problem::internal())
            }
        }
    }
}

impl<E: Endpoint> Endpoint for Edge<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let id = RequestId::new(self.clock.now(), &self.random);
        let started = Instant::now();
        let method = request.method().clone();
        let known = request.headers().get(header::IF_NONE_MATCH).cloned();
        let operation = match request.uri().path() {
            get_preview::PATH => "getPreview",
            get_image::PATH => "getImage",
            _ => "none",
        };
        let mut response = match self.answer(request).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(Some(&id.to_string())),
        };
        let from_memory = response.extensions().get::<FromMemory>().is_some();
        observe(id, &method, operation, response.status(), started.elapsed(), from_memory);
        if method == Method::HEAD {
            response.set_body(());
        }
        if response.status().is_success() {
            response.headers_mut().entry(header::CONTENT_TYPE).or_insert(JSON);
        }
        // Only an operation knows how long its answer is good for; problems have no such field.
        let lifetime = response.headers_mut().remove(header::CACHE_CONTROL);
        security_headers::apply(response.headers_mut());
        if let Some(lifetime) = lifetime.filter(|_| response.status().is_success()) {
            response.headers_mut().insert(header::CACHE_CONTROL, lifetime);
        }
        if response.status().is_success() && is_known(known.as_ref(), response.header(header::ETAG)) {
            response.set_status(StatusCode::NOT_MODIFIED);
            response.headers_mut().remove(header::CONTENT_TYPE);
            response.set_body(());
        }
        Ok(response)
    }
}

/// Whether `If-None-Match` names the tag of the answer.
fn is_known(known: Option<&HeaderValue>, tag: Option<&str>) -> bool {
    let (Some(known), Some(tag)) = (known.and_then(|value| value.to_str().ok()), tag) else { return false };
    known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
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

/// The query names the page, so it is neither logged nor counted. What cost no fetch is counted, and logged only to whoever
/// wants every detail: most requests are of that kind.
fn observe(
    id: RequestId,
    method: &Method,
    operation: &'static str,
    status: StatusCode,
    took: Duration,
    from_memory: bool,
) {
    let label: Cow<'static, str> = match status {
        StatusCode::OK => "200".into(),
        other => other.as_u16().to_string().into(),
    };
    metrics::counter!("natter_requests_total", "operation" => operation, "status" => label).increment(1);
    metrics::histogram!("natter_request_seconds", "operation" => operation).record(took.as_secs_f64());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let (method, status) = (method_label(method), status.as_u16());
    if from_memory {
        tracing::debug!(request_id = %id, operation, method, status, micros, "request");
    } else {
        tracing::info!(request_id = %id, operation, method, status, micros, "request");
    }
}
