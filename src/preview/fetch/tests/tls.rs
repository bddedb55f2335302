use std::{
    io::Read,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};

use super::{FetchError, settings, site::Site};
use crate::preview::{
    fetch::{Fetcher, connect::causes},
    target::UrlPolicy,
};

/// A certificate authority that nobody knows.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::new(Vec::new()).expect("good parameters");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().expect("a key")).expect("a certificate")
}

/// A TLS site with a certificate for `name`, and what it was sent once somebody trusted it.
fn tls_site(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> (SocketAddr, JoinHandle<usize>) {
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new([name.to_owned()])
        .expect("good parameters")
        .signed_by(&key, authority)
        .expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a good pair");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let served = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        let connection = ServerConnection::new(Arc::new(config)).expect("a good configuration");
        let mut bytes = [0; 1];
        StreamOwned::new(connection, stream).read(&mut bytes).unwrap_or(0)
    });
    (address, served)
}

async fn fetch(address: SocketAddr, trusted: Option<CertificateDer<'static>>) -> Result<(), FetchError> {
    let site = Site::answering("200 OK\r\n", "").await;
    let mut settings = settings(&site);
    settings.ports = vec![address.port()];
    let mut fetcher = Fetcher::new(&settings).expect("the system has roots");
    if let Some(trusted) = trusted {
        let mut roots = RootCertStore::empty();
        roots.add(trusted).expect("a root");
        fetcher.connecting.tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS")
            .with_root_certificates(roots)
            .with_no_client_auth();
    }
    let target =
        UrlPolicy::from(&settings).judge_text(&format!("https://{address}/")).expect("it is allowed");
    fetcher.page(target, &crate::preview::Ask::default()).await.map(|_| ())
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent() {
    let (address, served) = tls_site(&authority(), "127.0.0.1");
    let error = fetch(address, None).await.expect_err("nobody vouches for it");
    assert!(causes(&error).contains("UnknownIssuer"), "{error}");
    assert_eq!(served.join().expect("the site ends"), 0);
}

#[tokio::test]
async fn a_certificate_is_good_for_its_own_name_alone() {
    let authority = authority();
    let root = authority.der().clone();
    let (address, served) = tls_site(&authority, "other.example.com");
    let error = fetch(address, Some(root.clone())).await.expect_err("it is another's");
    assert!(causes(&error).contains("not valid for name"), "{error}");
    assert_eq!(served.join().expect("the site ends"), 0);

    let (address, served) = tls_site(&authority, "127.0.0.1");
    fetch(address, Some(root)).await.expect_err("the site hangs up without an answer");
    assert_eq!(served.join().expect("the site ends"), 1, "a trusted site gets the request");
}
