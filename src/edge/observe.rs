//! What a request leaves in the log and in the metrics: patterns and ids, never what the client typed.

use std::time::Duration;

use poem::http::StatusCode;
use uuid::Uuid;

use super::Passage;
use crate::telemetry::metrics::method_label;

pub(super) fn observe(passage: &Passage, status: StatusCode, took: Duration) {
    let code = status.as_str().to_owned();
    metrics::counter!("natter_requests_total", "operation" => passage.operation, "status" => code)
        .increment(1);
    metrics::histogram!("natter_request_seconds", "operation" => passage.operation)
        .record(took.as_secs_f64());
    tracing::info!(
        request_id = passage.id.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()) as &str,
        operation = passage.operation,
        method = method_label(&passage.method),
        path = passage.path,
        status = status.as_u16(),
        address = %passage.address,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
}
