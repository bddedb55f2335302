//! Certificates and keys in PEM.

use std::{path::Path, sync::Arc};

use rustls::{
    Error, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use super::{TlsError, provider};
use crate::guarded_file::{self, Readers};

/// More than any chain, and than any system's bundle of authorities.
const LARGEST: u64 = 2 * 1024 * 1024;
const LARGEST_KEY: u64 = 64 * 1024;

/// The certificate at `certificate`, with the chain below it, and its key at `key`.
pub(super) fn certified_key(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = certificates(certificate)?;
    let no_key = || TlsError::NoKey(key.to_owned());
    let content = guarded_file::read(key, Readers::Owner, LARGEST_KEY)?;
    let signer = PrivateKeyDer::from_pem_slice(&content).map_err(|_| no_key())?;
    let signer = provider().key_provider.load_private_key(signer).map_err(|_| no_key())?;
    let certified = CertifiedKey::new(chain, signer);
    match certified.keys_match() {
        // Unknown is what a key says that cannot tell; it then shows at the first handshake.
        Ok(()) | Err(Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(Arc::new(certified)),
        Err(Error::InconsistentKeys(_)) => {
            Err(TlsError::AnotherKey { key: key.to_owned(), certificate: certificate.to_owned() })
        }
        Err(source) => Err(TlsError::Certificate { path: certificate.to_owned(), source }),
    }
}

/// The authorities at `path`; each of them is trusted, and nobody else.
pub(super) fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|source| TlsError::Certificate { path: path.to_owned(), source })?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let content = guarded_file::read(path, Readers::Anyone, LARGEST)?;
    match CertificateDer::pem_slice_iter(&content).collect::<Result<Vec<_>, _>>() {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(TlsError::NoCertificate(path.to_owned())),
    }
}
