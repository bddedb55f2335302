//! `[http]`: the public listener of the API.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnetwork::IpNetwork;
use poem::http::uri::Authority;
use serde::Deserialize;

use super::value as api_value;
use crate::{
    settings::{
        Check,
        tls::{self, ListenerTls},
        value,
    },
    tls::ServerFiles,
};

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
    #[serde(deserialize_with = "tls::file")]
    tls_certificate_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    tls_key_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    tls_client_ca_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::names")]
    tls_client_names: Vec<String>,
    /// Whether a trusted proxy speaks TLS to the clients.
    pub tls_at_proxy: bool,
    /// Connections at once.
    pub max_connections: usize,
    /// The largest body of a request, in bytes.
    pub max_body_bytes: usize,
    /// Requests that are worked on at once.
    pub max_in_flight: usize,
    handshake_seconds: u32,
    idle_seconds: u32,
    body_seconds: u32,
    deadline_seconds: u32,
    stall_seconds: u32,
    shutdown_seconds: u32,
}

impl HttpSettings {
    /// The files for TLS; `None` for plain HTTP.
    pub fn tls(&self) -> Option<ServerFiles> {
        self.listener_tls().files()
    }

    fn listener_tls(&self) -> ListenerTls<'_> {
        ListenerTls {
            certificate: self.tls_certificate_file.as_ref(),
            key: self.tls_key_file.as_ref(),
            client_ca: self.tls_client_ca_file.as_ref(),
            client_names: &self.tls_client_names,
        }
    }

    /// How long a TLS handshake may take.
    pub fn handshake(&self) -> Duration {
        Duration::from_secs(self.handshake_seconds.into())
    }

    /// How long a connection may take from one request to the complete head of the next.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds.into())
    }

    /// How long a body may take to arrive.
    pub fn body(&self) -> Duration {
        Duration::from_secs(self.body_seconds.into())
    }

    /// How long a client may not take anything of an answer.
    pub fn stall(&self) -> Duration {
        Duration::from_secs(self.stall_seconds.into())
    }

    /// How long a request may take, apart from its body.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds.into())
    }

    /// How long requests in progress may go on after a signal to stop.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        self.listener_tls().check(check);
        check.range("http.max_connections", self.max_connections, 1..=1_000_000);
        check.range("http.handshake_seconds", self.handshake_seconds, 1..=3600);
        check.range("http.idle_seconds", self.idle_seconds, 1..=3600);
        check.range("http.body_seconds", self.body_seconds, 1..=3600);
        check.require(
            !self.tls_at_proxy || !self.trusted_proxies.is_empty(),
            "http.tls_at_proxy",
            "needs http.trusted_proxies: nobody else is believed",
        );
        check.range("http.max_body_bytes", self.max_body_bytes, 1024..=64 * 1024 * 1024);
        check.range("http.max_in_flight", self.max_in_flight, 1..=100_000);
        check.range("http.deadline_seconds", self.deadline_seconds, 1..=3600);
        check.range("http.stall_seconds", self.stall_seconds, 1..=3600);
        check.range("http.shutdown_seconds", self.shutdown_seconds, 0..=3600);
    }
}
