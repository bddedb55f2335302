//! Requests that no proper client sends, byte for byte.

use crate::{
    client::{Answer, trying},
    server::Server,
    wire::{self, exchange, exchange_and_end},
};

/// A request for `GET /spaces` in which `{host}` stands for the server's own host.
fn send(server: &Server, head: &str) -> Answer {
    wire::send(&server.address, &head.replace("{host}", &server.address), b"")
}

#[tokio::test]
async fn hosts_that_are_not_ours() {
    let server = Server::start();
    let port = server.address.rsplit(':').next().expect("a port").to_owned();
    for head in [
        "GET /spaces HTTP/1.1",
        "GET /spaces HTTP/1.0",
        "GET /spaces HTTP/1.1\nHost:",
        "GET /spaces HTTP/1.1\nHost: evil.example",
        "GET /spaces HTTP/1.1\nHost: {host}.evil.example",
        "GET /spaces HTTP/1.1\nHost: evil@{host}",
        "GET /spaces HTTP/1.1\nHost: 127.0.0.1",
        "GET /spaces HTTP/1.1\nHost: 127.0.0.1:80",
        "GET /spaces HTTP/1.1\nHost: [::1]",
        "GET /spaces HTTP/1.1\nHost: {host}\nHost: {host}",
        "GET /spaces HTTP/1.1\nHost: {host}\nHost: evil.example",
        "GET /spaces HTTP/1.1\nHost: {host}, {host}",
        "GET /spaces HTTP/1.1\nHost: a b",
        "GET http://evil.example/spaces HTTP/1.1\nHost: {host}",
        "GET http://{host}/spaces HTTP/1.1\nHost: evil.example",
        "GET http://evil@{host}/spaces HTTP/1.1\nHost: {host}",
        "GET http://{host}/spaces HTTP/1.1",
        "GET /docs HTTP/1.1\nHost: evil.example",
        "GET /openapi.json HTTP/1.1\nHost: evil.example",
        "POST /users HTTP/1.1\nHost: evil.example\nContent-Length: 2",
        "GET /spaces HTTP/1.1\nHost: evil.example\nX-Forwarded-Host: {host}",
    ] {
        trying(head);
        let answer = send(&server, head).expect_problem(400, "invalid-host");
        assert!(!answer.text.contains("evil"), "{}", answer.text);
    }
    for head in [
        "GET /spaces HTTP/1.1\nHost: {host}".to_owned(),
        "GET /spaces HTTP/1.0\nHost: {host}".to_owned(),
        "GET http://{host}/spaces HTTP/1.1\nHost: {host}".to_owned(),
        format!("GET /spaces HTTP/1.1\nHost: LocalHost:{port}"),
        "GET /spaces HTTP/1.1\nHost: {host}\nX-Forwarded-Host: evil.example".to_owned(),
    ] {
        trying(&head);
        send(&server, &head).expect_problem(401, "unauthenticated");
    }
    assert!(!server.log().contains("evil"), "{}", server.log());
}

#[tokio::test]
async fn targets_that_are_no_paths() {
    let server = Server::start();
    for (target, status) in
        [("*", 404), ("http://{host}", 404), ("/spaces#part", 401), ("/?", 404), ("/spaces?", 401)]
    {
        trying(target);
        send(&server, &format!("GET {target} HTTP/1.1\nHost: {{host}}"))
            .expect(status)
            .expect_security_headers();
    }
}

/// What is no request at all is answered before there is anything to answer with: a bare 4xx and the end.
#[tokio::test]
async fn what_is_no_request() {
    let server = Server::start();
    let long = "a".repeat(200_000);
    let many = "X-Many: 1\n".repeat(500);
    let heads = [
        "GET".to_owned(),
        "GET /spaces".to_owned(),
        "GET /spaces HTTP/9.9\nHost: {host}".to_owned(),
        "GET  /spaces HTTP/1.1\nHost: {host}".to_owned(),
        "GET /spa ces HTTP/1.1\nHost: {host}".to_owned(),
        "GET /\u{1} HTTP/1.1\nHost: {host}".to_owned(),
        "G(T /spaces HTTP/1.1\nHost: {host}".to_owned(),
        "GET /spaces HTTP/1.1\nHost: {host}\nno colon".to_owned(),
        "GET /spaces HTTP/1.1\nHost : {host}".to_owned(),
        "GET /spaces HTTP/1.1\nHost: {host}\nX: a\u{0}b".to_owned(),
        "GET /spaces HTTP/1.1\nHost: {host}\n folded: x".to_owned(),
        "POST /users HTTP/1.1\nHost: {host}\nContent-Length: -1".to_owned(),
        "POST /users HTTP/1.1\nHost: {host}\nContent-Length: 1\nContent-Length: 2".to_owned(),
        "POST /users HTTP/1.1\nHost: {host}\nContent-Length: 18446744073709551615".to_owned(),
        "POST /users HTTP/1.1\nHost: {host}\nTransfer-Encoding: gzip".to_owned(),
        format!("GET /{long} HTTP/1.1\nHost: {{host}}"),
        format!("GET /spaces HTTP/1.1\nHost: {{host}}\nX-Long: {long}"),
        format!("GET /spaces HTTP/1.1\nHost: {{host}}\n{many}X: 1"),
    ];
    for head in heads {
        trying(&head[..head.len().min(100)]);
        let head = head.replace("{host}", &server.address).replace('\n', "\r\n");
        let answer = exchange(&server.address, format!("{head}\r\n\r\n").as_bytes());
        let answer = wire::parse(&answer);
        assert!(answer.status.is_client_error(), "{}", answer.status);
        assert!(!answer.text.contains("aaaa"), "{}", answer.text);
    }
    server.visitor().get("/spaces").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn bodies_that_do_not_arrive_as_announced() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let head = format!(
        "POST /spaces HTTP/1.1\nHost: {{host}}\nContent-Type: application/json\nAuthorization: Bearer {}\n",
        alice.token
    )
    .replace("{host}", &server.address);
    let body = r#"{"name": "x", "owner": "alice"}"#;
    for (framing, body) in [
        ("Content-Length: 1000", body.to_owned()),
        ("Transfer-Encoding: chunked", format!("zz\r\n{body}\r\n0\r\n\r\n")),
        ("Transfer-Encoding: chunked", format!("1000\r\n{body}")),
        ("Transfer-Encoding: chunked", format!("{:x}\r\n{body}", body.len())),
    ] {
        let request = format!("{head}{framing}\nConnection: close\n\n").replace('\n', "\r\n") + &body;
        let answer = wire::parse(&exchange_and_end(&server.address, request.as_bytes()));
        answer.expect_problem(400, "malformed");
    }
    // Both framings at once: an intermediary might see another request in it. Whichever counts, there is one answer.
    let both = format!("{head}Transfer-Encoding: chunked\nContent-Length: 4");
    let smuggled = format!("0\r\n\r\nDELETE /sessions HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    let answer = wire::send(&server.address, &both, smuggled.as_bytes());
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert_eq!(answer.text.matches("HTTP/1.1").count(), 0, "{}", answer.text);
    let spaces = alice.client.get("/spaces").await.expect(200).json();
    assert_eq!(spaces.as_array().map(Vec::len), Some(0), "{spaces}");
}
