//! Natter: a secure message board API and a link-preview worker.
//!
//! Two programs are built from this library: `natter-api`, the service that holds the secrets, and
//! `natter-preview`, which fetches strangers' pages and holds none (built without the `api` feature,
//! it has no database code at all).

pub mod admin;
pub mod allowed_hosts;
pub mod clock;
pub mod lifecycle;
pub mod listener;
pub mod problem;
pub mod random;
pub mod readiness;
pub mod security_headers;
pub mod settings;
pub mod telemetry;
pub mod timestamp;
