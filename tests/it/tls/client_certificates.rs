//! Which clients a server lets in: certificates are judged in the handshake, before any HTTP.

use std::time::Instant;

use tempfile::TempDir;

use super::{TlsWorker, call, metric};
use crate::{
    authority::{Authority, Identity, Validity},
    client::Client,
    process::PATIENCE,
};

const LISTED: [&str; 2] = ["natter-api.example.org", "spiffe://example.org/ns/natter/sa/api"];

/// What becomes of a connection: it is refused for a reason, or a request reaches HTTP.
const REASONS: [Option<&str>; 3] = [None, Some("no_client_certificate"), Some("client_certificate")];

/// How often each came to pass.
async fn seen(worker: &TlsWorker) -> [u64; 3] {
    let requests = r#"natter_requests_total{operation="getPreview",status="400"}"#;
    [
        metric(&worker.admin, requests).await,
        worker.failures("no_client_certificate").await,
        worker.failures("client_certificate").await,
    ]
}

#[tokio::test]
async fn a_client_needs_a_certificate_of_the_authority_with_a_listed_name() {
    let (servers, clients, stranger) = (Authority::new(), Authority::new(), Authority::new());
    let home = TempDir::new().expect("a temporary directory");
    let ca = clients.write(home.path(), "clients");
    let now = |authority: &Authority, name: &str| Some(authority.sign(&[name], Validity::Now));
    let good = "natter-api.example.org";
    let cases: [(&str, Option<Identity>, Option<&str>); 11] = [
        ("none", None, Some("no_client_certificate")),
        ("another authority", now(&stranger, good), Some("client_certificate")),
        ("the servers' authority", now(&servers, good), Some("client_certificate")),
        ("another name", now(&clients, "other.example.org"), Some("client_certificate")),
        ("a name around it", now(&clients, "x.natter-api.example.org"), Some("client_certificate")),
        ("a wildcard", now(&clients, "*.example.org"), Some("client_certificate")),
        ("no name", Some(clients.sign(&[], Validity::Now)), Some("client_certificate")),
        ("expired", Some(clients.sign(&[good], Validity::Past)), Some("client_certificate")),
        ("not yet valid", Some(clients.sign(&[good], Validity::Future)), Some("client_certificate")),
        ("a listed name", Some(clients.sign(&["x.example.org", good], Validity::Now)), None),
        ("a listed URI", now(&clients, LISTED[1]), None),
    ];
    let worker = TlsWorker::judging(&servers.loopback(), &ca, &LISTED);
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for (case, identity, refused_as) in &cases {
            let tls = servers.client_like(&[version], identity.as_ref());
            let client = Client::secure(&worker.address, tls);
            let before = seen(&worker).await;
            let outcome = call(&client).await;
            assert_eq!(outcome.is_err(), refused_as.is_some(), "{case}: {outcome:?}");
            let mut expected = before;
            expected[REASONS.iter().position(|reason| reason == refused_as).expect("one of them")] += 1;
            // The client may hear of it before the server has counted it.
            let deadline = Instant::now() + PATIENCE;
            while seen(&worker).await != expected {
                let seen = seen(&worker).await;
                assert!(Instant::now() < deadline, "{case}: {seen:?} and not {expected:?}: {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn without_a_list_any_certificate_of_the_authority_is_good() {
    let (servers, clients, stranger) = (Authority::new(), Authority::new(), Authority::new());
    let home = TempDir::new().expect("a temporary directory");
    let ca = clients.write(home.path(), "clients");
    let worker = TlsWorker::judging(&servers.loopback(), &ca, &[]);
    for (authority, is_good) in [(&clients, true), (&stranger, false)] {
        let identity = authority.sign(&["anybody.example.org"], Validity::Now);
        let outcome = call(&Client::secure(&worker.address, servers.client(Some(&identity)))).await;
        assert_eq!(outcome.is_ok(), is_good, "{outcome:?}");
    }
    call(&Client::secure(&worker.address, servers.client(None))).await.expect_err("one is needed");
}

/// A session that is resumed shows no certificate: so none is, where certificates are judged.
#[tokio::test]
async fn who_has_left_the_authority_is_not_let_in_by_an_old_session() {
    let (servers, clients, later) = (Authority::new(), Authority::new(), Authority::new());
    let home = TempDir::new().expect("a temporary directory");
    let ca = clients.write(home.path(), "clients");
    let worker = TlsWorker::judging(&servers.loopback(), &ca, &[]);
    let identity = clients.sign(&["anybody.example.org"], Validity::Now);
    let client = Client::secure(&worker.address, servers.client(Some(&identity)));
    call(&client).await.expect("it is of the authority");
    call(&client).await.expect("and again");

    later.write(home.path(), "clients");
    let reloads = r#"natter_tls_reloads_total{component="tls",outcome="taken"}"#;
    let deadline = Instant::now() + PATIENCE;
    while metric(&worker.admin, reloads).await == 0 {
        assert!(Instant::now() < deadline, "the authority is not read again");
    }
    call(&client).await.expect_err("its authority is not trusted any more");
    let identity = later.sign(&["anybody.example.org"], Validity::Now);
    call(&Client::secure(&worker.address, servers.client(Some(&identity)))).await.expect("the new one is");
}
