//! Who guesses waits longer and longer; who lately logged in from the same place does not wait for them.

use std::time::{Duration, Instant};

use super::{attempt, behind_a_proxy};
use crate::{
    client::{Answer, password, send},
    process::PATIENCE,
    server::Server,
};

fn wait(answer: &Answer) -> u64 {
    answer.header("retry-after").expect("Retry-After").parse().expect("seconds")
}

/// Fails as often as it costs nothing, each time from another address.
async fn fail(server: &Server, name: &str, times: u8) {
    for number in 0..times {
        let request = attempt(server, name, "a wrong guess", &format!("198.51.100.{number}"));
        send(request).await.expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn after_five_failures_of_an_account_the_next_attempt_waits() {
    let server = behind_a_proxy(&[]);
    server.visitor().register("alice").await;
    let mut texts = Vec::new();
    for name in ["alice", "nobody", "not a name"] {
        fail(&server, name, 5).await;
        // Whatever is tried now, also the right password, and from wherever.
        for word in [password("alice"), "a wrong guess".to_owned()] {
            let answer = send(attempt(&server, name, &word, "203.0.113.9")).await;
            let answer = answer.expect_problem(429, "rate-limited");
            assert_eq!(wait(&answer), 1, "{name}");
            texts.push(answer.json()["detail"].clone());
        }
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "whether there is such an account is not told: {texts:?}");
}

#[tokio::test]
async fn after_twenty_failures_of_an_address_the_next_attempt_waits() {
    let server = behind_a_proxy(&[]);
    server.visitor().register("alice").await;
    for number in 0..20 {
        let request = attempt(&server, &format!("guess{number}"), "a wrong guess", "198.51.100.7");
        send(request).await.expect_problem(401, "unauthenticated");
    }
    let answer = send(attempt(&server, "alice", &password("alice"), "198.51.100.7")).await;
    wait(&answer.expect_problem(429, "rate-limited"));
    // A neighbour in another network is not concerned.
    send(attempt(&server, "alice", &password("alice"), "198.51.101.7")).await.expect(201);
}

#[tokio::test]
async fn who_waits_as_told_is_heard_and_the_next_wait_is_longer() {
    let server = behind_a_proxy(&[]);
    server.visitor().register("alice").await;
    fail(&server, "alice", 5).await;
    let deadline = Instant::now() + PATIENCE;
    let begun = Instant::now();
    loop {
        let answer = send(attempt(&server, "alice", "a wrong guess", "203.0.113.9")).await;
        if answer.status == 401 {
            break;
        }
        answer.expect_problem(429, "rate-limited");
        assert!(Instant::now() < deadline, "it never ends");
    }
    assert!(begun.elapsed() > Duration::from_millis(500), "attempts that are refused do not count");
    let answer = send(attempt(&server, "alice", &password("alice"), "203.0.113.9")).await;
    assert_eq!(wait(&answer.expect_problem(429, "rate-limited")), 2);
}

#[tokio::test]
async fn a_stranger_s_failures_do_not_lock_out_who_lately_logged_in() {
    let server = behind_a_proxy(&[]);
    server.visitor().register("alice").await;
    let home = "203.0.113.1";
    send(attempt(&server, "alice", &password("alice"), home)).await.expect(201);
    fail(&server, "alice", 5).await;
    send(attempt(&server, "alice", &password("alice"), "198.51.100.1"))
        .await
        .expect_problem(429, "rate-limited");
    for _ in 0..3 {
        send(attempt(&server, "alice", &password("alice"), home)).await.expect(201);
    }
    // But from there nobody guesses on without end either.
    for _ in 0..5 {
        send(attempt(&server, "alice", "a wrong guess", home)).await.expect_problem(401, "unauthenticated");
    }
    send(attempt(&server, "alice", &password("alice"), home)).await.expect_problem(429, "rate-limited");
}
