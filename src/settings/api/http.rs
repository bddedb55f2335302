//! `[http]`: the public listener of the API.

use std::{net::SocketAddr, time::Duration};

use ipnetwork::IpNetwork;
use poem::http::uri::Authority;
use serde::Deserialize;

use super::value as api_value;
use crate::settings::{Check, value};

/// The public listener of the API.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// The address that is listened on.
    #[serde(deserialize_with = "value::socket_address")]
    pub listen: SocketAddr,
    /// Further values of `Host` that are answered.
    #[serde(deserialize_with = "value::authorities")]
    pub hosts: Vec<Authority>,
    /// The browser origins that may call, in the form browsers send.
    #[serde(deserialize_with = "api_value::origins")]
    pub cors_origins: Vec<String>,
    /// The proxies whose word on the client's address is taken.
    #[serde(deserialize_with = "value::networks")]
    pub trusted_proxies: Vec<IpNetwork>,
    /// The largest body of a request, in bytes.
    pub max_body_bytes: usize,
    /// Requests that are worked on at once.
    pub max_in_flight: usize,
    deadline_seconds: u32,
    stall_seconds: u32,
    shutdown_seconds: u32,
}

impl HttpSettings {
    /// How long a client may not take anything of an answer.
    pub fn stall(&self) -> Duration {
        Duration::from_secs(self.stall_seconds.into())
    }

    /// How long an operation may take.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds.into())
    }

    /// How long requests in progress may go on after a signal to stop.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        check.range("http.max_body_bytes", self.max_body_bytes, 1024..=64 * 1024 * 1024);
        check.range("http.max_in_flight", self.max_in_flight, 1..=100_000);
        check.range("http.deadline_seconds", self.deadline_seconds, 1..=3600);
        check.range("http.stall_seconds", self.stall_seconds, 1..=3600);
        check.range("http.shutdown_seconds", self.shutdown_seconds, 0..=3600);
    }
}
