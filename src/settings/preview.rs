//! The settings of the preview worker.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use poem::http::uri::Authority;
use serde::Deserialize;

use super::{
    AdminSettings, Check, FetchSettings, ImageSettings, LogSettings, Settings, fetch,
    tls::{self, ListenerTls},
    value,
};
use crate::tls::ServerFiles;

/// Everything that can be set for `natter-preview`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewSettings {
    /// The public listener.
    pub http: PreviewHttpSettings,
    /// The admin listener.
    pub admin: AdminSettings,
    /// Thumbnails of images.
    pub image: ImageSettings,
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
    #[serde(deserialize_with = "tls::file")]
    tls_certificate_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    tls_key_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    tls_client_ca_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::names")]
    tls_client_names: Vec<String>,
    /// Pages that are fetched at once.
    pub concurrent: usize,
    /// Bytes of cards that are remembered.
    pub cache_bytes: u64,
    shutdown_seconds: u32,
}

impl PreviewHttpSettings {
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

    /// How long requests in progress may go on after a signal to stop.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds.into())
    }
}

impl Settings for PreviewSettings {
    const DEFAULTS: &'static [(&'static str, &'static str)] =
        &[("", include_str!("preview.default.toml")), ("fetch", fetch::DEFAULTS)];

    fn check(&self, check: &mut Check<'_>) {
        self.http.listener_tls().check(check);
        check.range("http.concurrent", self.http.concurrent, 1..=10_000);
        check.range("http.cache_bytes", self.http.cache_bytes, 0..=1 << 30);
        check.range("http.shutdown_seconds", self.http.shutdown_seconds, 0..=3600);
        check.require(
            self.http.listen != self.admin.listen || self.http.listen.port() == 0,
            "admin.listen",
            "has to differ from http.listen",
        );
        self.image.check(check);
        for (key, other) in [("http.listen", self.http.listen), ("admin.listen", self.admin.listen)] {
            check.require(
                self.image.listen != other || other.port() == 0,
                "image.listen",
                format!("has to differ from {key}"),
            );
        }
        self.fetch.check("fetch", check);
        self.log.check(check);
    }
}
