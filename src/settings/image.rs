//! `[image]` of the worker: thumbnails of strangers' images.

use std::{net::SocketAddr, path::PathBuf};

use poem::http::uri::Authority;
use serde::Deserialize;

use super::{Check, tls, value};
use crate::tls::ServerFiles;

const MEBIBYTE: u64 = 1024 * 1024;

/// Thumbnails of strangers' images, for whoever has a signed URL.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSettings {
    /// The public keys that URLs are signed with; none: no images are shown.
    #[serde(deserialize_with = "tls::file")]
    pub public_keys_file: Option<PathBuf>,
    /// The address that is listened on for images and nothing else.
    #[serde(deserialize_with = "value::socket_address")]
    pub listen: SocketAddr,
    /// Further values of `Host` that are answered.
    #[serde(deserialize_with = "value::authorities")]
    pub hosts: Vec<Authority>,
    #[serde(deserialize_with = "tls::file")]
    tls_certificate_file: Option<PathBuf>,
    #[serde(deserialize_with = "tls::file")]
    tls_key_file: Option<PathBuf>,
    /// Bytes of an image.
    pub max_bytes: u64,
    /// Pixels of an image.
    pub max_pixels: u64,
    /// Images that are decoded at once.
    pub decoders: usize,
}

impl ImageSettings {
    /// The files for TLS; `None` for plain HTTP.
    pub fn tls(&self) -> Option<ServerFiles> {
        let (certificate, key) = self.tls_certificate_file.clone().zip(self.tls_key_file.clone())?;
        Some(ServerFiles { certificate, key, client_ca: None, client_names: Vec::new() })
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        let (certificate, key) = ("image.tls_certificate_file", "image.tls_key_file");
        let (has_certificate, has_key) = (self.tls_certificate_file.is_some(), self.tls_key_file.is_some());
        tls::check_pair(check, (certificate, has_certificate), (key, has_key));
        check.range("image.max_bytes", self.max_bytes, 1024..=64 * MEBIBYTE);
        check.range("image.max_pixels", self.max_pixels, 1024..=100_000_000);
        check.range("image.decoders", self.decoders, 1..=64);
    }
}
