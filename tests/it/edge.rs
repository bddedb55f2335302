//! What the edge promises whatever a client does.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{client::path, process::PATIENCE, server::Server};

#[tokio::test]
async fn a_client_that_goes_away_leaves_a_start_and_an_end() {
    let server = Server::start();
    let alice = server.user("alice").await;
    assert!(server.command(&["admin", "grant-auditor", "alice"]).0.success());
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let body = r#"{"author":"alice","message":"Gone."}"#;
    let request = format!(
        "POST {messages} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        server.address,
        alice.token,
        body.len()
    );
    for _ in 0..40 {
        let mut stream = TcpStream::connect(&server.address).expect("it listens");
        stream.write_all(request.as_bytes()).expect("sent");
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        let rows = alice.client.get("/logs?limit=1000").await.expect(200).json();
        let of_post = |row: &&Value| row["path"] == messages.as_str();
        let rows: Vec<_> = rows.as_array().expect("a list").iter().filter(of_post).cloned().collect();
        let ends = rows.iter().filter(|row| row["status"] != 0).count();
        // What had not arrived whole when the client went is no request.
        if ends > 0 && ends * 2 == rows.len() && rows.iter().all(|row| row["status"] != 503) {
            break;
        }
        assert!(Instant::now() < deadline, "{rows:#?}");
    }
}

#[tokio::test]
async fn more_requests_than_places_get_503_at_once() {
    let server = Server::start_with(&[("NATTER_HTTP__MAX_IN_FLIGHT", "1")]);
    // Half a body keeps the only place.
    let mut slow = TcpStream::connect(&server.address).expect("it listens");
    let head = format!(
        "POST /users HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{{",
        server.address
    );
    slow.write_all(head.as_bytes()).expect("sent");
    let deadline = Instant::now() + PATIENCE;
    let busy = loop {
        let answer = server.visitor().get("/docs").await;
        if answer.status == 503 {
            break answer;
        }
        assert!(Instant::now() < deadline, "never full");
    };
    assert_eq!(busy.header("retry-after"), Some("1"));
    busy.expect_problem(503, "unavailable");

    drop(slow);
    let deadline = Instant::now() + PATIENCE;
    while server.visitor().get("/docs").await.status != 200 {
        assert!(Instant::now() < deadline, "the place is not given back");
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_off() {
    let server = Server::start_with(&[("NATTER_HTTP__STALL_SECONDS", "1")]);
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    stream.set_write_timeout(Some(Duration::from_secs(5))).expect("set");
    // Answers pile up until neither side's buffer takes more.
    let request = format!("GET /docs HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    let start = Instant::now();
    let cut_off = loop {
        if stream.write_all(request.as_bytes()).is_err() {
            break start.elapsed();
        }
        assert!(start.elapsed() < PATIENCE, "it goes on");
    };
    assert!(cut_off < Duration::from_secs(5), "only our own patience ended it: {cut_off:?}");
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
}
