//! What the process says about itself: a log on standard error and metrics for Prometheus.
//!
//! Neither ever holds a query string, token or password. Whoever logs passes route patterns and ids, not
//! URLs; whoever counts passes labels from a closed set.

pub mod log;
pub mod metrics;
