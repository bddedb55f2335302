//! The server's side: its certificate, and which clients it lets in.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::ring,
    server::{NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
    sign::SingleCertAndKey,
};

use super::{ALPN, Followed, TlsError, client_names::ListedClients, pem, provider};

/// The files of a TLS server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFiles {
    /// Its certificate, with the chain below it.
    pub certificate: PathBuf,
    /// The certificate's private key.
    pub key: PathBuf,
    /// The authorities that clients' certificates have to come from. None: clients show no certificate.
    pub client_ca: Option<PathBuf>,
    /// The DNS names and URIs of which a client's certificate has to bear one. Empty: any certificate of the
    /// authorities is good.
    pub client_names: Vec<String>,
}

impl ServerFiles {
    /// Reads the files; they are followed from then on by [`Followed::follow`].
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn open(self) -> Result<Followed<ServerConfig>, TlsError> {
        let paths = [&self.certificate, &self.key].into_iter().chain(&self.client_ca).cloned().collect();
        Followed::open(paths, move || server_config(&self))
    }
}

/// TLS as these files have it now.
///
/// # Errors
/// What is wrong with them.
pub fn server_config(files: &ServerFiles) -> Result<ServerConfig, TlsError> {
    let certified = pem::certified_key(&files.certificate, &files.key)?;
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3");
    let resolver = Arc::new(SingleCertAndKey::from(certified));
    let mut config = match client_verifier(files)? {
        Some(verifier) => {
            let mut config = builder.with_client_cert_verifier(verifier).with_cert_resolver(resolver);
            // A resumed session would not show its certificate again, which may have expired or left the list since.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
            config
        }
        None => {
            let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
            config.ticketer = ring::Ticketer::new()
                .map_err(|source| TlsError::Certificate { path: files.certificate.clone(), source })?;
            config
        }
    };
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).into();
    Ok(config)
}

fn client_verifier(files: &ServerFiles) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
    let Some(path) = &files.client_ca else { return Ok(None) };
    let authorities = Arc::new(pem::authorities(path)?);
    let authority = WebPkiClientVerifier::builder_with_provider(authorities, provider())
        .build()
        .map_err(|error| TlsError::Authorities { path: path.clone(), reason: error.to_string() })?;
    if files.client_names.is_empty() {
        return Ok(Some(authority));
    }
    Ok(Some(Arc::new(ListedClients { authority, names: files.client_names.clone() })))
}
