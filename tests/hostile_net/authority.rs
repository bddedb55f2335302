//! The namespace's certificate authority: every site has a certificate, made when it is asked for.

use std::{fmt, net::IpAddr, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// What the certificate of this name says instead.
pub const WRONG_CERTIFICATE: &str = "wrong-certificate.example.com";

/// An authority that only this case's program trusts.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// With a key of its own.
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "hostile net");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, new_key()).expect("the parameters are sound");
        Self { issuer }
    }

    /// The certificate that programs have to trust.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }
}

/// TLS for a site at `address` that offers this protocol.
pub fn server_config(authority: &Arc<Authority>, address: IpAddr, protocol: &str) -> Arc<ServerConfig> {
    let certificates = Certificates { authority: Arc::clone(authority), address };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = vec![protocol.into()];
    Arc::new(config)
}

/// A certificate for whatever name is asked for, or for the address where none is.
struct Certificates {
    authority: Arc<Authority>,
    address: IpAddr,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificates of {}", self.address)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = match hello.server_name() {
            Some(WRONG_CERTIFICATE) => "another.example.com".to_owned(),
            Some(name) => name.to_owned(),
            None => self.address.to_string(),
        };
        let key = new_key();
        let params = CertificateParams::new(vec![name]).ok()?;
        let certificate = params.signed_by(&key, &self.authority.issuer).ok()?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = ring::sign::any_supported_type(&key).ok()?;
        Some(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key)))
    }
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("the system has randomness")
}
