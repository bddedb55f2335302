//! The settings of the preview worker.

use std::{net::SocketAddr, time::Duration};

use poem::http::uri::Authority;
use serde::Deserialize;

use super::{AdminSettings, Check, FetchSettings, LogSettings, Settings, fetch, value};

/// Everything that can be set for `natter-preview`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewSettings {
    /// The public listener.
    pub http: PreviewHttpSettings,
    /// The admin listener.
    pub admin: AdminSettings,
    /// How pages are fetched.
    pub fetch: FetchSettings,
    /// The log.
    pub log: LogSettings,
}

/// The public listener of the worker.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewHttpSettings {
    /// The address that is listened on.
    #[serde(deserialize_with = "value::socket_address")]
    pub listen: SocketAddr,
    /// Further values of `Host` that are answered.
    #[serde(deserialize_with = "value::authorities")]
    pub hosts: Vec<Authority>,
    /// Pages that are fetched at once.
    pub concurrent: usize,
    shutdown_seconds: u32,
}

impl PreviewHttpSettings {
    /// How long requests in progress may go on after a signal to stop.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }
}

impl Settings for PreviewSettings {
    const DEFAULTS: &'static [(&'static str, &'static str)] =
        &[("", include_str!("preview.default.toml")), ("fetch", fetch::DEFAULTS)];

    fn check(&self, check: &mut Check<'_>) {
        check.range("http.concurrent", self.http.concurrent, 1..=10_000);
        check.range("http.shutdown_seconds", self.http.shutdown_seconds, 0..=3600);
        check.require(
            self.http.listen != self.admin.listen || self.http.listen.port() == 0,
            "admin.listen",
            "has to differ from http.listen",
        );
        self.fetch.check("fetch", check);
        self.log.check(check);
    }
}
