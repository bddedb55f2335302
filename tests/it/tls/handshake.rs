//! What a server shows, and what clients make of it.

use reqwest::{Method, Version};
use tempfile::TempDir;

use super::{TlsWorker, call, settings};
use crate::{
    authority::{Authority, Validity},
    client::Client,
    server::Server,
    wire,
};

#[tokio::test]
async fn a_certificate_is_good_for_its_name_in_its_time_and_from_a_trusted_authority() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (signer, names, validity, expected) in [
        (&authority, "127.0.0.1", Validity::Now, Ok(())),
        (&stranger, "127.0.0.1", Validity::Now, Err("UnknownIssuer")),
        (&authority, "other.example.org", Validity::Now, Err("not valid for name")),
        (&authority, "127.0.0.1", Validity::Past, Err("expired")),
        (&authority, "127.0.0.1", Validity::Future, Err("not valid yet")),
    ] {
        let worker = TlsWorker::start(&signer.sign(&[names], validity), &[]);
        let outcome = call(&Client::secure(&worker.address, authority.client(None))).await;
        match expected {
            Ok(()) => outcome.expect("it is good"),
            Err(why) => {
                let error = outcome.expect_err("it is not good");
                assert!(error.contains(why), "{names} {validity:?}: {error}");
                worker.failed("alert").await;
            }
        }
    }
}

#[tokio::test]
async fn plain_http_finds_nobody_on_a_tls_port() {
    let authority = Authority::new();
    let worker = TlsWorker::start(&authority.loopback(), &[]);
    let request = format!("GET /preview?url=x HTTP/1.1\r\nHost: {}\r\n\r\n", worker.address);
    let answer = wire::exchange(&worker.address, request.as_bytes());
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    worker.failed("no_tls").await;
    call(&Client::new(&worker.address)).await.expect_err("nobody speaks HTTP");
    call(&Client::secure(&worker.address, authority.client(None))).await.expect("it goes on");
}

#[tokio::test]
async fn a_handshake_that_does_not_go_on_is_ended() {
    let authority = Authority::new();
    let home = TempDir::new().expect("a temporary directory");
    let files = authority.loopback().write(home.path(), "server");
    let [certificate, key] = settings(&files);
    let server = Server::start_with(&[certificate, key, ("NATTER_HTTP__HANDSHAKE_SECONDS", "1")]);
    for half in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        assert_eq!(wire::exchange(&server.address, half), b"", "it was closed");
    }
    let admin = Client::new(&server.admin);
    let series = r#"natter_tls_handshake_failures_total{listener="public",reason="deadline"}"#;
    assert_eq!(super::metric(&admin, series).await, 2);
}

#[tokio::test]
async fn both_protocols_are_spoken_in_both_versions_of_tls() {
    let authority = Authority::new();
    let home = TempDir::new().expect("a temporary directory");
    let files = authority.loopback().write(home.path(), "server");
    let server = Server::start_with(&settings(&files));
    for (alpn, version) in
        [(&b"h2"[..], Version::HTTP_2), (b"http/1.1", Version::HTTP_11), (b"", Version::HTTP_11)]
    {
        let mut tls = authority.client(None);
        tls.alpn_protocols = if alpn.is_empty() { Vec::new() } else { vec![alpn.to_vec()] };
        let answer = Client::secure(&server.address, tls)
            .request(Method::GET, "/docs")
            .send()
            .await
            .expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.version()), (200, version));
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    }
    for (version, name) in [(&rustls::version::TLS12, "1.2"), (&rustls::version::TLS13, "1.3")] {
        let tls = authority.client_like(&[version], None);
        let answer = Client::secure(&server.address, tls).request(Method::GET, "/docs").send().await;
        assert_eq!(answer.expect(name).status().as_u16(), 200);
    }
}

/// What tells the audit, the operations and the account apart over TLS is what does so without.
#[tokio::test]
async fn the_whole_board_works_over_tls_and_says_so_nowhere_else() {
    let authority = Authority::new();
    let home = TempDir::new().expect("a temporary directory");
    let files = authority.loopback().write(home.path(), "server");
    let server = Server::start_with(&settings(&files));
    let client = Client::secure(&server.address, authority.client(None));
    client.register("alice").await;
    let alice = client.log_in("alice").await;
    let space = alice.create_space("plans").await;
    alice.post(crate::client::text(&space["messages-rw"]), "Over TLS.").await;
    // Probes and the health check stay on the plain admin listener.
    let admin = Client::new(&server.admin).get("/ready").await.expect(200);
    assert_eq!(admin.header("strict-transport-security"), None);
}
