//! Metrics for Prometheus, rendered on the admin listener.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use poem::http::Method;

/// Upper bounds of the buckets of every histogram whose name ends in `_seconds`.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Starts collecting metrics for this process; the handle renders them.
///
/// # Errors
/// When it was started before.
pub fn start() -> Result<PrometheusHandle, BuildError> {
    let handle = builder()?.install_recorder()?;
    metrics::describe_gauge!("natter_build_info", "1, with the version of the program");
    metrics::gauge!("natter_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

/// Folds new values of histograms into their buckets every few seconds, for as long as the process runs:
/// without it they would pile up where nobody scrapes.
pub async fn upkeep(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

/// The label for a method: clients make up methods, and every new label value would cost memory.
pub fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| method == known).unwrap_or("other")
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
}

/// A handle and a recorder that are not the process's, for tests.
#[cfg(test)]
pub(crate) fn recorder() -> (metrics_exporter_prometheus::PrometheusRecorder, PrometheusHandle) {
    let recorder = builder().expect("the buckets are not empty").build_recorder();
    let handle = recorder.handle();
    (recorder, handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_buckets() {
        let (recorder, handle) = recorder();
        metrics::with_local_recorder(&recorder, || metrics::histogram!("wait_seconds").record(0.02));
        let text = handle.render();
        assert!(text.contains(r#"wait_seconds_bucket{le="0.025"} 1"#), "{text}");
        assert!(text.contains(r#"wait_seconds_bucket{le="0.01"} 0"#), "{text}");
    }

    #[test]
    fn a_made_up_method_has_no_label_of_its_own() {
        assert_eq!(method_label(&Method::PATCH), "PATCH");
        assert_eq!(method_label(&Method::from_bytes(b"MADEUP").expect("a token")), "other");
    }
}
