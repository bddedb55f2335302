//! Clients that take their time, on purpose or not.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use super::{head, sent};
use crate::{process::PATIENCE, server::Server, wire};

/// Sends bytes now and then until the server has had enough; how long that took.
fn trickle(mut stream: TcpStream, bytes: &[u8]) -> Duration {
    let begun = Instant::now();
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    loop {
        let end = stream.write_all(bytes).is_err()
            || match stream.read(&mut [0; 1024]) {
                Ok(0) => true,
                Ok(_) => false,
                Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
            };
        if end {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < PATIENCE, "it goes on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_do_not_end_are_cut_off_and_keep_nobody_waiting() {
    let server = Server::start_with(&[("NATTER_HTTP__IDLE_SECONDS", "1")]);
    let alice = server.user("alice").await;
    let (slow, begun): (Vec<_>, _) = (
        (0..100)
            .map(|_| {
                let stream = sent(&server, b"GET /spaces HTTP/1.1\r\n");
                thread::spawn(move || trickle(stream, b"a: b\r\n"))
            })
            .collect(),
        Instant::now(),
    );
    let mut answered = 0;
    while slow.iter().any(|thread| !thread.is_finished()) {
        alice.client.get("/spaces").await.expect(200);
        answered += 1;
    }
    let ends: Vec<_> = slow.into_iter().map(|thread| thread.join().expect("it ends")).collect();
    let (first, last) = (ends.iter().min().expect("100"), ends.iter().max().expect("100"));
    println!(
        "100 slow heads were cut off after {first:?} to {last:?}; {answered} others were answered meanwhile"
    );
    assert!(*first >= Duration::from_millis(900), "too early: {first:?}");
    assert!(begun.elapsed() < PATIENCE && answered > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_end_gets_400_and_gives_its_place_back() {
    let server =
        Server::start_with(&[("NATTER_HTTP__BODY_SECONDS", "1"), ("NATTER_HTTP__MAX_IN_FLIGHT", "2")]);
    let alice = server.user("alice").await;
    for framing in ["Content-Length: 1000", "Transfer-Encoding: chunked"] {
        let begun = Instant::now();
        let start = if framing.contains("chunked") { "1\r\n{\r\n" } else { "{" };
        let mut stream = sent(&server, (head(&server, &alice, "/spaces", framing) + start).as_bytes());
        // A byte now and then does not help.
        let mut trickling = stream.try_clone().expect("the same connection");
        let piece: &[u8] = if framing.contains("chunked") { b"1\r\n \r\n" } else { b" " };
        let trickle = thread::spawn(move || {
            while trickling.write_all(piece).is_ok() && begun.elapsed() < PATIENCE {
                thread::sleep(Duration::from_millis(50));
            }
        });
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).expect("an answer");
        wire::parse(&answer[..length]).expect_problem(400, "malformed");
        assert!(begun.elapsed() >= Duration::from_secs(1), "too early: {:?}", begun.elapsed());
        stream.shutdown(std::net::Shutdown::Both).ok();
        trickle.join().expect("it ends");
    }
    let spaces = alice.client.get("/spaces").await.expect(200).json();
    assert_eq!(spaces, serde_json::json!([]), "nothing came of it");
}
