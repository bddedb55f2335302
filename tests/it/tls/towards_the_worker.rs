//! The API asks its worker over TLS, and both look whom they talk to.

use std::time::Instant;

use tempfile::TempDir;

use super::{TlsWorker, metric, utf8};
use crate::{
    authority::{Authority, Validity},
    client::{Client, text},
    process::PATIENCE,
    server::Server,
};

const API: &str = "natter-api.example.org";

/// Waits until one of two counters of the worker has grown: whether requests were answered, and else why not.
async fn outcome(worker: &TlsWorker) -> Result<(), &'static str> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        // The worker refuses the special address of the link, which the API leaves to it.
        if metric(&worker.admin, r#"natter_requests_total{operation="getPreview",status="400"}"#).await > 0 {
            return Ok(());
        }
        for reason in ["alert", "no_client_certificate", "client_certificate"] {
            if worker.failures(reason).await > 0 {
                return Err(reason);
            }
        }
        assert!(Instant::now() < deadline, "nobody came");
    }
}

async fn post_a_link(server: &Server, name: &str) {
    let user = server.user(name).await;
    let space = user.create_space(&format!("plans of {name}")).await;
    user.post(text(&space["messages-rw"]), &format!("see http://10.9.8.7/{name} there")).await;
}

#[tokio::test]
async fn the_worker_answers_its_api_and_the_api_asks_its_worker() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let home = TempDir::new().expect("a temporary directory");
    let (ca, strange_ca) = (authority.write(home.path(), "ca"), stranger.write(home.path(), "strange"));
    let api = authority.sign(&[API], Validity::Now).write(home.path(), "api");
    let other = authority.sign(&["other.example.org"], Validity::Now).write(home.path(), "other");
    let loopback = authority.loopback();
    for (trusted, identity, expected) in [
        (&ca, Some(&api), Ok(())),
        (&ca, Some(&other), Err("client_certificate")),
        (&ca, None, Err("no_client_certificate")),
        (&strange_ca, Some(&api), Err("alert")),
    ] {
        let worker = TlsWorker::judging(&loopback, &ca, &[API]);
        let url = format!("https://{}", worker.address);
        let mut settings =
            vec![("NATTER_PREVIEW__SERVICE_URL", &*url), ("NATTER_PREVIEW__SERVICE_CA_FILE", utf8(trusted))];
        if let Some((certificate, key)) = identity {
            settings.push(("NATTER_PREVIEW__SERVICE_CERTIFICATE_FILE", utf8(certificate)));
            settings.push(("NATTER_PREVIEW__SERVICE_KEY_FILE", utf8(key)));
        }
        let server = Server::start_with(&settings);
        post_a_link(&server, "alice").await;
        assert_eq!(outcome(&worker).await, expected, "{identity:?}");
    }
}

#[tokio::test]
async fn a_new_certificate_of_the_api_is_shown_from_then_on() {
    let authority = Authority::new();
    let home = TempDir::new().expect("a temporary directory");
    let ca = authority.write(home.path(), "ca");
    let api = authority.sign(&["other.example.org"], Validity::Now).write(home.path(), "api");
    let worker = TlsWorker::judging(&authority.loopback(), &ca, &[API]);
    let url = format!("https://{}", worker.address);
    let server = Server::start_with(&[
        ("NATTER_PREVIEW__SERVICE_URL", &url),
        ("NATTER_PREVIEW__SERVICE_CA_FILE", utf8(&ca)),
        ("NATTER_PREVIEW__SERVICE_CERTIFICATE_FILE", utf8(&api.0)),
        ("NATTER_PREVIEW__SERVICE_KEY_FILE", utf8(&api.1)),
    ]);
    post_a_link(&server, "alice").await;
    assert_eq!(outcome(&worker).await, Err("client_certificate"));

    authority.sign(&[API], Validity::Now).write(home.path(), "api");
    let admin = Client::new(&server.admin);
    let taken = r#"natter_tls_reloads_total{component="preview_tls",outcome="taken"}"#;
    let deadline = Instant::now() + PATIENCE;
    while metric(&admin, taken).await == 0 {
        assert!(Instant::now() < deadline, "the certificate is not read again");
    }
    post_a_link(&server, "bob").await;
    let answered = r#"natter_requests_total{operation="getPreview",status="400"}"#;
    while metric(&worker.admin, answered).await == 0 {
        assert!(Instant::now() < deadline, "the new certificate is not shown");
    }
}
