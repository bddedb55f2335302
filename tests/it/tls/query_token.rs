//! A capability in an address is for https alone, wherever there is https.

use reqwest::Method;
use tempfile::TempDir;

use super::settings;
use crate::{
    authority::Authority,
    client::{Client, bare, send, text, token},
    server::Server,
};

#[tokio::test]
async fn behind_a_proxy_that_ends_tls_a_plain_request_with_a_capability_in_its_address_is_refused() {
    let server = Server::start_with(&[
        ("NATTER_HTTP__TLS_AT_PROXY", "true"),
        ("NATTER_HTTP__TRUSTED_PROXIES", "['127.0.0.1']"),
    ]);
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let uri = text(&space["messages-r"]);
    let by = |proto: &'static str| alice.client.request(Method::GET, uri).header("x-forwarded-proto", proto);

    send(by("https")).await.expect(200);
    for request in [by("http"), by("https, http"), by(""), alice.client.request(Method::GET, uri)] {
        let refused = send(request).await.expect_problem(400, "invalid-input");
        assert_eq!(refused.fields(), ["access_token"]);
        assert!(
            refused.text.contains("Natter-Capability") && refused.text.contains("https"),
            "{}",
            refused.text
        );
    }
    let in_header = alice.client.request(Method::GET, bare(uri)).header("natter-capability", token(uri));
    send(in_header).await.expect(200);
    assert!(!server.log().contains(token(uri)), "the token is logged");
}

#[tokio::test]
async fn over_own_tls_it_is_taken_unless_a_proxy_says_that_the_client_came_without() {
    let authority = Authority::new();
    let home = TempDir::new().expect("a temporary directory");
    let files = authority.loopback().write(home.path(), "server");
    let [certificate, key] = settings(&files);
    let server = Server::start_with(&[certificate, key, ("NATTER_HTTP__TRUSTED_PROXIES", "['127.0.0.1']")]);
    let client = Client::secure(&server.address, authority.client(None));
    client.register("alice").await;
    let alice = client.log_in("alice").await;
    let space = alice.create_space("plans").await;
    let uri = text(&space["messages-r"]);
    alice.client.get(uri).await.expect(200);
    let plain = alice.client.request(Method::GET, uri).header("x-forwarded-proto", "http");
    send(plain).await.expect_problem(400, "invalid-input");
}

#[tokio::test]
async fn without_tls_anywhere_the_books_clients_go_on() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let answer = alice.client.get(text(&space["messages-r"])).await.expect(200);
    assert_eq!(answer.header("strict-transport-security"), None, "there is nothing to be strict about");
}
