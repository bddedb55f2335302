//! Bodies of 1 MiB are read, longer ones are not, however their length is told.

use std::fmt::Write;

use serde_json::json;

use crate::{
    client::{Answer, send, text},
    server::Server,
    wire,
};

const MOST: usize = 1024 * 1024;

/// A good body for `POST /spaces` of this many bytes: JSON may have space around it.
fn body(name: &str, length: usize) -> String {
    let body = json!({"name": name, "owner": "alice"}).to_string();
    format!("{body}{}", " ".repeat(length - body.len()))
}

/// The same in chunks, which do not tell the length beforehand.
fn chunked(body: &str) -> String {
    let mut chunks = String::new();
    for chunk in body.as_bytes().chunks(64 * 1024) {
        let _ = write!(chunks, "{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk));
    }
    chunks + "0\r\n\r\n"
}

#[tokio::test]
async fn one_mebibyte_is_read_and_a_byte_more_is_not() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let post = |head: String, body: String| -> Answer {
        let head = format!(
            "POST /spaces HTTP/1.1\nHost: {}\nContent-Type: application/json\nAuthorization: Bearer {}\n{head}",
            server.address, alice.token
        );
        wire::send(&server.address, &head, body.as_bytes())
    };
    for length in [MOST, MOST + 1, 3 * MOST] {
        let counted = body(&format!("counted {length}"), length);
        let in_chunks = chunked(&body(&format!("in chunks {length}"), length));
        for answer in [
            post(format!("Content-Length: {length}"), counted),
            post("Transfer-Encoding: chunked".into(), in_chunks),
        ] {
            if length == MOST {
                answer.expect(201);
            } else {
                answer.expect_problem(413, "too-large");
            }
        }
    }
    let spaces = alice.client.get("/spaces").await.expect(200).json();
    assert_eq!(spaces.as_array().map(Vec::len), Some(2), "nothing of the longer ones was stored: {spaces}");
}

/// A length that is only claimed is refused before anything is waited for.
#[tokio::test]
async fn a_claim_of_more_is_enough() {
    let server = Server::start();
    let alice = server.user("alice").await;
    for length in ["1048577", "99999999999", "9223372036854775807"] {
        let head = format!(
            "POST /spaces HTTP/1.1\nHost: {}\nContent-Type: application/json\nAuthorization: Bearer {}\n\
             Content-Length: {length}",
            server.address, alice.token
        );
        wire::send(&server.address, &head, b"{").expect_problem(413, "too-large");
    }
}

/// A client that reads only after it has sent everything gets the answer all the same.
#[tokio::test]
async fn a_proper_client_hears_why() {
    let server = Server::start();
    let alice = server.user("alice").await;
    for _ in 0..20 {
        let request = alice.client.post_request("/spaces", body("too long", MOST + 1));
        send(request).await.expect_problem(413, "too-large");
    }
}

#[tokio::test]
async fn a_long_member_is_named() {
    let server = Server::start();
    let alice = server.user("alice").await;
    let space = alice.create_space("plans").await;
    let message = json!({"author": "alice", "message": "x".repeat(1_000_000)});
    let answer = alice.client.post(text(&space["messages-rw"]), &message).await;
    assert_eq!(answer.expect_problem(400, "invalid-input").fields(), ["message"]);
}
