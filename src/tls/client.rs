//! The client's side, towards a service of our own: whom it trusts and what it shows.

use std::{path::PathBuf, sync::Arc};

use rustls::{ClientConfig, RootCertStore, sign::SingleCertAndKey};

use super::{ALPN, TlsError, pem, provider};

/// The files of a client. Without any it trusts the system's authorities and shows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFiles {
    /// The authorities that are trusted, and nobody else.
    pub ca: Option<PathBuf>,
    /// The certificate to show and its private key.
    pub identity: Option<(PathBuf, PathBuf)>,
}

impl ClientFiles {
    /// Each file.
    pub fn paths(&self) -> Vec<PathBuf> {
        let identity = self.identity.iter().flat_map(|(certificate, key)| [certificate, key]);
        self.ca.iter().chain(identity).cloned().collect()
    }
}

/// TLS as these files have it now. `system` is trusted where the files name no authorities.
///
/// # Errors
/// What is wrong with them.
pub fn client_config(files: &ClientFiles, system: &RootCertStore) -> Result<ClientConfig, TlsError> {
    let roots = match &files.ca {
        Some(path) => pem::authorities(path)?,
        None => system.clone(),
    };
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots);
    let mut config = match &files.identity {
        Some((certificate, key)) => {
            let certified = pem::certified_key(certificate, key)?;
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).into();
    Ok(config)
}
