//! Certificates for tests: an authority, and files of what it signs.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType, date_time_ymd,
    string::Ia5String,
};
use rustls::{
    ALL_VERSIONS, ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};

/// An authority that nobody knows who is not told.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// When a certificate is good.
#[derive(Clone, Copy, Debug)]
pub enum Validity {
    Now,
    Past,
    Future,
}

/// A certificate and its key.
pub struct Identity {
    pub certificate: rcgen::Certificate,
    pub key: KeyPair,
}

impl Authority {
    pub fn new() -> Self {
        let mut parameters = CertificateParams::default();
        let key = KeyPair::generate().expect("a key");
        // Each has a name of its own: otherwise another's certificates would only be badly signed.
        let name = format!("authority {:02x?}", &key.public_key_raw()[..16]);
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(parameters, key).expect("a certificate") }
    }

    /// A certificate for these names: addresses, URIs or DNS names.
    pub fn sign(&self, names: &[&str], validity: Validity) -> Identity {
        let (uris, others): (Vec<&str>, Vec<&str>) =
            names.iter().copied().partition(|name| name.contains("://"));
        let others: Vec<String> = others.into_iter().map(str::to_owned).collect();
        let mut parameters = CertificateParams::new(others).expect("good names");
        for uri in uris {
            let uri = Ia5String::try_from(uri).expect("ASCII");
            parameters.subject_alt_names.push(SanType::URI(uri));
        }
        (parameters.not_before, parameters.not_after) = match validity {
            Validity::Now => (date_time_ymd(2020, 1, 1), date_time_ymd(2100, 1, 1)),
            Validity::Past => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1)),
            Validity::Future => (date_time_ymd(2099, 1, 1), date_time_ymd(2100, 1, 1)),
        };
        let key = KeyPair::generate().expect("a key");
        Identity { certificate: parameters.signed_by(&key, &self.issuer).expect("a certificate"), key }
    }

    /// One that is good now for 127.0.0.1.
    pub fn loopback(&self) -> Identity {
        self.sign(&["127.0.0.1", "localhost"], Validity::Now)
    }

    /// Writes the authority's certificate to `directory`; its path.
    pub fn write(&self, directory: &Path, name: &str) -> PathBuf {
        let path = directory.join(format!("{name}.pem"));
        fs::write(&path, self.issuer.pem()).expect("written");
        path
    }

    /// How a client speaks TLS that trusts this authority alone and shows `identity`.
    pub fn client(&self, identity: Option<&Identity>) -> ClientConfig {
        self.client_like(ALL_VERSIONS, identity)
    }

    /// The same, of these versions of TLS only.
    pub fn client_like(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        identity: Option<&Identity>,
    ) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a root");
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots);
        let mut config = match identity {
            Some(identity) => {
                let chain: Vec<CertificateDer<'static>> = vec![identity.certificate.der().clone()];
                let key = PrivateKeyDer::Pkcs8(identity.key.serialize_der().into());
                builder.with_client_auth_cert(chain, key).expect("a good pair")
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }
}

impl Identity {
    /// Writes both files to `directory`, each at once and the key for its owner alone; their paths.
    pub fn write(&self, directory: &Path, name: &str) -> (PathBuf, PathBuf) {
        let certificate = directory.join(format!("{name}.crt"));
        let key = directory.join(format!("{name}.key"));
        replace(&certificate, &self.certificate.pem(), 0o644);
        replace(&key, &self.key.serialize_pem(), 0o600);
        (certificate, key)
    }
}

/// Puts a file in the place of another, as careful programs do.
pub fn replace(path: &Path, text: &str, mode: u32) {
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, text).expect("written");
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(mode)).expect("chmod");
    fs::rename(unfinished, path).expect("renamed");
}
