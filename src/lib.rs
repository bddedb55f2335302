//! Natter: a secure message board API and a link-preview worker.
//!
//! Two programs are built from this library: `natter-api`, the service that holds the secrets, and
//! `natter-preview`, which fetches strangers' pages and holds none (built without the `api` feature,
//! it has no database code at all).

pub mod admin;
pub mod allowed_hosts;
pub mod clock;
mod framing;
pub mod guarded_file;
pub mod id;
pub mod lifecycle;
pub mod listener;
pub mod preview;
pub mod problem;
mod program;
pub mod random;
pub mod readiness;
pub mod security_headers;
pub mod settings;
pub mod telemetry;
pub mod timestamp;
pub mod tls;
mod wire_type;

#[cfg(feature = "api")]
pub mod account;
#[cfg(feature = "api")]
pub mod audit;
#[cfg(feature = "api")]
pub mod authorization;
#[cfg(feature = "api")]
pub mod board;
#[cfg(feature = "api")]
pub mod caller;
#[cfg(feature = "api")]
pub mod capability;
#[cfg(feature = "api")]
pub mod client_network;
#[cfg(feature = "api")]
pub mod command;
#[cfg(feature = "api")]
pub mod document;
#[cfg(feature = "api")]
pub mod edge;
#[cfg(feature = "api")]
pub mod idempotency;
#[cfg(feature = "api")]
pub mod json_body;
#[cfg(feature = "api")]
pub mod key_ring;
#[cfg(feature = "api")]
pub mod limit;
#[cfg(feature = "api")]
pub mod link;
#[cfg(feature = "api")]
pub mod log;
#[cfg(feature = "api")]
pub mod login;
#[cfg(feature = "api")]
pub mod maintenance;
#[cfg(feature = "api")]
pub mod member;
#[cfg(feature = "api")]
pub mod message;
#[cfg(feature = "api")]
pub mod pages;
#[cfg(feature = "api")]
pub mod paging;
#[cfg(feature = "api")]
pub mod password;
#[cfg(feature = "api")]
pub mod permission;
#[cfg(feature = "api")]
pub mod retention;
#[cfg(feature = "api")]
pub mod session;
#[cfg(feature = "api")]
pub mod space;
#[cfg(feature = "api")]
pub mod store;
#[cfg(feature = "api")]
pub mod text;
#[cfg(feature = "api")]
pub mod token;
