//! Which clients may connect: those of an authority, and of these those whose names are listed.

use std::{fmt, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    pki_types::{CertificateDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use webpki::EndEntityCert;

/// Judges by `authority` first, then by the list. A client that fails hears a TLS alert and no HTTP.
pub(super) struct ListedClients {
    pub(super) authority: Arc<dyn ClientCertVerifier>,
    /// DNS names and URIs.
    pub(super) names: Vec<String>,
}

impl ListedClients {
    /// Whether one of the certificate's subject alternative names is listed. Names are compared as they are: a
    /// wildcard in a certificate stands for no listed name.
    fn lists(&self, certificate: &CertificateDer<'_>) -> bool {
        let Ok(certificate) = EndEntityCert::try_from(certificate) else { return false };
        let is_listed = |name: &str| self.names.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        certificate.valid_dns_names().any(is_listed)
            || certificate.valid_uri_names().any(|uri| self.names.iter().any(|listed| listed == uri))
    }
}

impl fmt::Debug for ListedClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ListedClients").field(&self.names).finish()
    }
}

impl ClientCertVerifier for ListedClients {
    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.authority.verify_client_cert(certificate, intermediates, now)?;
        if self.lists(certificate) {
            Ok(verified)
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.authority.root_hint_subjects()
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authority.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authority.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authority.supported_verify_schemes()
    }
}
