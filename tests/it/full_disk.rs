//! A disk that is full: requests fail with 503 and have no effect, and all goes on once there is room again.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
    time::Instant,
};

use serde_json::{Value, json};

use crate::{
    client::{Client, Session, path},
    process::PATIENCE,
    server::Server,
};

const DISK: u64 = 6 * 1024 * 1024;

/// Takes all that is left, to the last byte.
fn fill(file: &Path) {
    let mut file = File::create(file).expect("made");
    for size in [64 * 1024, 4096, 1] {
        let piece = vec![1; size];
        loop {
            match file.write_all(&piece) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

fn message(number: usize) -> Value {
    json!({"author": "alice", "message": format!("{number} {}", "x".repeat(1000))})
}

/// Posts and reads until nothing of that has gone well for a while (what is left in a file that is long enough already
/// serves for some time); how many messages were posted.
async fn work_until_full(alice: &Session, messages: &str) -> usize {
    let (mut posted, mut failed) = (0, 0);
    for number in 0..10_000 {
        let post = alice.client.post(messages, &message(number)).await;
        let read = alice.client.get(&format!("{messages}?limit=1")).await;
        posted += usize::from(post.status == 201);
        failed = if post.status == 201 || read.status == 200 { 0 } else { failed + 1 };
        for answer in [post, read].into_iter().filter(|answer| !answer.status.is_success()) {
            let answer = answer.expect_problem(503, "unavailable");
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
        if failed == 20 {
            return posted;
        }
    }
    panic!("never full");
}

/// Waits until the server says so, while requests come.
async fn wait_until_ready(server: &Server, ready: bool) {
    let admin = Client::new(&server.admin);
    let deadline = Instant::now() + PATIENCE;
    loop {
        server.visitor().get("/spaces").await;
        let answer = admin.get("/ready").await;
        if (answer.status == 200) == ready {
            return;
        }
        assert!(Instant::now() < deadline, "{}: {}\n{}", answer.status, answer.text, server.log());
    }
}

#[tokio::test]
async fn fails_with_503_and_no_effect_and_recovers() {
    let server = Server::start_on_small_disk(DISK);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rwd"]).to_owned();
    wait_until_ready(&server, true).await;
    let mut posted = 0;
    for _ in 0..2 {
        let filler = server.inside("data/filler");
        fill(&filler);
        posted += work_until_full(&alice, &messages).await;
        wait_until_ready(&server, false).await;

        fs::remove_file(&filler).expect("removed");
        wait_until_ready(&server, true).await;
        alice.client.post(&messages, &message(0)).await.expect(201);
        posted += 1;
        let listed = alice.client.get(&format!("{messages}?limit=1000")).await.expect(200).json();
        assert_eq!(listed.as_array().map(Vec::len), Some(posted));
    }
    let anchor = ["admin", "verify-audit", "--anchor", "data/audit-checkpoints.jsonl"];
    let (status, output, errors) = server.command_inside(&anchor);
    assert!(status.success(), "{output}{errors}");
    server.stop();
}
