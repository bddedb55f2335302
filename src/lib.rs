//! Natter: a secure message board API and a link-preview worker.
//!
//! Two programs are built from this library: `natter-api`, the service that holds the secrets, and
//! `natter-preview`, which fetches strangers' pages and holds none (built without the `api` feature,
//! it has no database code at all).

#[cfg(feature = "api")]
pub mod client_network;
pub mod clock;
#[cfg(feature = "api")]
pub mod key_ring;
#[cfg(feature = "api")]
pub mod limit;
#[cfg(feature = "api")]
pub mod login;
#[cfg(feature = "api")]
pub mod password;
#[cfg(feature = "api")]
pub mod permission;
pub mod preview;
pub mod problem;
pub mod random;
pub mod settings;
pub mod timestamp;
#[cfg(feature = "api")]
pub mod token;
