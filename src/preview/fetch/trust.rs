//! Which certificates are trusted, and how TLS is spoken.

use rustls::{ClientConfig, RootCertStore};

use crate::tls::{ALPN, provider};

/// No certificate authority is trusted, so no https page could be fetched.
#[derive(Debug, thiserror::Error)]
#[error("no root certificates were found: install the system's CA bundle or name one in SSL_CERT_FILE")]
pub struct NoRoots;

/// The system's root store; `SSL_CERT_FILE` and `SSL_CERT_DIR` name another one.
///
/// # Errors
/// If there is no root certificate at all.
pub fn system_roots() -> Result<RootCertStore, NoRoots> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a root certificate cannot be read");
    }
    let mut roots = RootCertStore::empty();
    // A system's store may hold a few that webpki does not take; the rest are good.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() { Err(NoRoots) } else { Ok(roots) }
}

/// TLS 1.2 and 1.3 with ring, trusting the system's root store.
///
/// # Errors
/// If there is no root certificate at all.
pub fn client_config() -> Result<ClientConfig, NoRoots> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(system_roots()?)
        .with_no_client_auth();
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).into();
    Ok(config)
}
