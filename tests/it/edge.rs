//! What the edge promises whatever a client does.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{client::path, database::Database, process::PATIENCE, server::Server};

#[tokio::test]
async fn a_client_that_goes_away_leaves_a_start_and_an_end() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    let body = r#"{"author":"alice","message":"Gone."}"#;
    let request = format!(
        "POST {messages} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        server.address,
        alice.token,
        body.len()
    );
    let database = Database::open(server.directory()).await;
    let rows =
        |status: &str| format!("SELECT request_id FROM audit WHERE path = '{messages}' AND status {status}");
    let (starts, ends) = (rows("IS NULL"), rows("IS NOT NULL"));
    let count =
        async |rows: String| database.texts(&format!("SELECT count(*) || '' FROM ({rows}) AS found")).await;

    let send = || {
        let mut stream = TcpStream::connect(&server.address).expect("it listens");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    };
    let clients: Vec<_> = (0..40).map(|_| send()).collect();
    let deadline = Instant::now() + PATIENCE;
    while count(starts.clone()).await == ["0"] {
        assert!(Instant::now() < deadline, "none begins");
    }
    drop(clients);
    // What had not arrived whole when its client went leaves an end alone; nothing leaves a start alone.
    let cut_off = format!("{starts} EXCEPT {ends}");
    while count(cut_off.clone()).await != ["0"] {
        assert!(Instant::now() < deadline, "{:?} have no end", count(cut_off.clone()).await);
    }
}

#[tokio::test]
async fn more_requests_than_places_get_503_at_once() {
    let server = Server::start_with(&[("NATTER_HTTP__MAX_IN_FLIGHT", "1")]);
    let head = format!(
        "POST /users HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{{",
        server.address
    );
    let deadline = Instant::now() + PATIENCE;
    let (slow, busy) = loop {
        // Half a body keeps the only place, once it has come to it.
        let mut slow = TcpStream::connect(&server.address).expect("it listens");
        slow.write_all(head.as_bytes()).expect("sent");
        let answer = server.visitor().get("/docs").await;
        if answer.status == 503 {
            break (slow, answer);
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
