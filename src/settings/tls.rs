//! The `tls_…` settings of a public listener, which are the same in both programs.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::{Check, value};
use crate::tls::ServerFiles;

/// A file; empty for none.
pub(super) fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok((!path.as_os_str().is_empty()).then_some(path))
}

/// Names in certificates of clients: DNS names, and URIs such as those of SPIFFE.
pub(super) fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    value::list(deserializer, "a DNS name or a URI, such as natter-api.example.org", |text| {
        let is_name = !text.is_empty() && text.is_ascii() && !text.contains(['*', ' ']);
        is_name.then(|| text.to_owned())
    })
}

/// The four settings of one listener.
pub(super) struct ListenerTls<'a> {
    pub(super) certificate: Option<&'a PathBuf>,
    pub(super) key: Option<&'a PathBuf>,
    pub(super) client_ca: Option<&'a PathBuf>,
    pub(super) client_names: &'a [String],
}

impl ListenerTls<'_> {
    /// The files; `None` for plain HTTP.
    pub(super) fn files(&self) -> Option<ServerFiles> {
        Some(ServerFiles {
            certificate: self.certificate?.clone(),
            key: self.key?.clone(),
            client_ca: self.client_ca.cloned(),
            client_names: self.client_names.to_vec(),
        })
    }

    /// Reports half a configuration: who believes that clients are judged must not be wrong.
    pub(super) fn check(&self, check: &mut Check<'_>) {
        let (certificate, key) = ("http.tls_certificate_file", "http.tls_key_file");
        check_pair(check, (certificate, self.certificate.is_some()), (key, self.key.is_some()));
        let client_ca = "http.tls_client_ca_file";
        check.require(
            self.client_ca.is_none() || self.certificate.is_some() && self.key.is_some(),
            client_ca,
            format!("is of no use without {certificate} and {key}"),
        );
        check.require(
            self.client_names.is_empty() || self.client_ca.is_some(),
            "http.tls_client_names",
            format!("is of no use without {client_ca}"),
        );
    }
}

/// Reports one half of a pair of files that stands alone: each of the two keys with whether there is a file.
pub(super) fn check_pair(
    check: &mut Check<'_>,
    (first, has_first): (&str, bool),
    (second, has_second): (&str, bool),
) {
    check.require(has_first || !has_second, first, format!("is needed beside {second}"));
    check.require(has_second || !has_first, second, format!("is needed beside {first}"));
}
