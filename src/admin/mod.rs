//! The admin listener: liveness, readiness and metrics, apart from what the world may reach.

mod healthcheck;

use metrics_exporter_prometheus::PrometheusHandle;
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Result, Route, endpoint::make_sync, get,
    http::StatusCode,
};
use serde::Serialize;

pub use self::healthcheck::{Unhealthy, check, healthcheck};
use crate::{
    allowed_hosts::AllowedHosts,
    problem::{self, Kind, Problem},
    readiness::{Readiness, Reason},
    security_headers::SecurityHeaders,
};

/// The media type of Prometheus's text format.
const METRICS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Serialize)]
struct Report {
    ready: bool,
    reasons: Vec<Reason>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Reason>,
}

/// `GET /live` (200 while the process runs), `GET /ready` (200, or 503 with the reasons; warnings with either) and
/// `GET /metrics`, for `hosts` alone.
pub fn endpoint(readiness: Readiness, metrics: PrometheusHandle, hosts: AllowedHosts) -> impl Endpoint {
    Route::new()
        .at("/live", get(make_sync(|_| "live\n")))
        .at("/ready", get(make_sync(move |_| ready(&readiness))))
        .at("/metrics", get(make_sync(move |_| metrics.render().with_content_type(METRICS_TEXT))))
        .before(move |request: Request| {
            let allowed = hosts.check(&request);
            async move { allowed.map(|()| request).map_err(poem::Error::from) }
        })
        .catch_all_error(|error| async { answer(error) })
        .with(SecurityHeaders)
}

fn ready(readiness: &Readiness) -> Result<Response> {
    let reasons = readiness.reasons();
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let report = poem::web::Json(Report { ready, reasons, warnings: readiness.warnings() });
    Ok(report.with_status(status).into_response())
}

fn answer(error: poem::Error) -> Response {
    let problem = match problem::from_poem(error) {
        problem if problem.kind() == Kind::MethodNotAllowed => {
            Problem::method_not_allowed("GET, HEAD".into())
        }
        problem => problem,
    };
    problem.into_response(None)
}

#[cfg(test)]
mod tests {
    use poem::http::Method;

    use super::*;
    use crate::telemetry;

    async fn answer_of(readiness: &Readiness, method: Method, path: &'static str, host: &str) -> Response {
        let (recorder, handle) = telemetry::metrics::recorder();
        metrics::with_local_recorder(&recorder, || metrics::counter!("things_total").increment(3));
        let endpoint = endpoint(readiness.clone(), handle, AllowedHosts::admin(&[]));
        let request = Request::builder().method(method).uri_str(path).header("host", host).finish();
        endpoint.get_response(request).await
    }

    async fn text(response: Response) -> String {
        response.into_body().into_string().await.expect("the body is text")
    }

    #[tokio::test]
    async fn the_process_lives_though_it_is_not_ready() {
        let readiness = Readiness::default();
        let store = readiness.component("store", "is being opened");
        let live = answer_of(&readiness, Method::GET, "/live", "localhost").await;
        assert_eq!(live.status(), 200);

        let waiting = answer_of(&readiness, Method::GET, "/ready", "127.0.0.1:4568").await;
        assert_eq!(waiting.status(), 503);
        assert_eq!(
            text(waiting).await,
            r#"{"ready":false,"reasons":[{"component":"store","detail":"is being opened"}]}"#
        );
        store.ready();
        let ready = answer_of(&readiness, Method::GET, "/ready", "127.0.0.1:4568").await;
        assert_eq!(ready.status(), 200);
        assert_eq!(text(ready).await, r#"{"ready":true,"reasons":[]}"#);

        store.warn("runs hot");
        let ready = answer_of(&readiness, Method::GET, "/ready", "127.0.0.1:4568").await;
        assert_eq!(ready.status(), 200);
        assert_eq!(
            text(ready).await,
            r#"{"ready":true,"reasons":[],"warnings":[{"component":"store","detail":"runs hot"}]}"#
        );
    }

    #[tokio::test]
    async fn metrics_are_prometheus_text() {
        let response = answer_of(&Readiness::default(), Method::GET, "/metrics", "10.0.0.7:4568").await;
        assert_eq!(response.content_type(), Some(METRICS_TEXT));
        assert!(text(response).await.contains("things_total 3"));
    }

    #[tokio::test]
    async fn whatever_else_is_asked_is_a_problem_with_the_security_headers() {
        for (method, path, host, status) in [
            (Method::GET, "/metrics", "evil.example", 400),
            (Method::GET, "/nothing", "evil.example", 400),
            (Method::GET, "/nothing", "localhost", 404),
            (Method::POST, "/live", "localhost", 405),
        ] {
            let response = answer_of(&Readiness::default(), method, path, host).await;
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.content_type(), Some(problem::CONTENT_TYPE));
            assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(response.header("allow").is_some(), status == 405);
        }
    }
}
