//! The settings of the worker's service: the section `[service]` of `default.toml`.

use std::net::SocketAddr;

use serde::Deserialize;

use crate::preview::settings::section;

/// The section `[service]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `Host` values that are answered; empty: the listen address, and localhost on its port.
    pub hosts: Vec<String>,
    /// Fetches at one time.
    pub max_concurrent: usize,
    /// Seconds that requests under way are given at shutdown.
    pub grace_seconds: f64,
}

impl Settings {
    /// The default settings.
    pub fn defaults() -> Self {
        section("service")
    }

    /// The `Host` values that a service listening on `address` answers to.
    pub fn hosts_for(&self, address: SocketAddr) -> Vec<String> {
        if self.hosts.is_empty() {
            vec![address.to_string(), format!("localhost:{}", address.port())]
        } else {
            self.hosts.clone()
        }
    }
}
