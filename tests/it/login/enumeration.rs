//! A wrong password, an unknown name and an impossible one look the same and cost the same.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{attempt, behind_a_proxy};
use crate::{
    client::{Answer, send},
    server::Server,
};

const ROUNDS: usize = 9;

/// Names of three sorts for one round; the first has an account.
fn names(round: usize) -> [String; 5] {
    let odd = ["x", "9lives", "o'brien; --", "nul\u{0}l", "🦀", "", "a b", "-", "ab\n"][round % 9];
    let long = "n".repeat(31 + round);
    [format!("known{round}"), format!("unknown{round}"), odd.to_owned(), long, format!("Known{round}")]
}

/// Everything that a client sees, but the time and the request's own id.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date" && *name != "content-length");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().expect("ASCII").to_owned()));
    (answer.status.as_u16(), headers.collect(), body)
}

/// With hashes that cost enough to be seen, and each attempt from an address of its own, so that none has to wait.
async fn server() -> Server {
    let costly = [("NATTER_PASSWORDS__MEMORY_KIB", "19456"), ("NATTER_PASSWORDS__ITERATIONS", "2")];
    let server = behind_a_proxy(&costly);
    for round in 0..ROUNDS {
        server.visitor().register(&names(round)[0]).await;
    }
    server
}

#[tokio::test]
async fn the_same_answer_after_the_same_work() {
    let server = server().await;
    let mut took: [Vec<Duration>; 5] = Default::default();
    let mut expected = None;
    for round in 0..ROUNDS {
        for (sort, name) in names(round).iter().enumerate() {
            let request =
                attempt(&server, name, "a wrong password", &format!("192.0.2.{}", round * 5 + sort));
            let begun = Instant::now();
            let answer = send(request).await;
            took[sort].push(begun.elapsed());
            let answer = seen(&answer.expect_problem(401, "unauthenticated"));
            assert_eq!(expected.get_or_insert_with(|| answer.clone()), &answer, "{name:?}");
        }
    }
    // The quickest of interleaved rounds bears a busy machine; skipping the hash would be ten times as quick.
    let quickest = took.map(|times| times.into_iter().min().expect("some").as_secs_f64());
    for time in &quickest[1..] {
        let ratio = time / quickest[0];
        assert!((0.4..2.5).contains(&ratio), "{quickest:?}");
    }
}

#[tokio::test]
async fn names_that_were_tried_are_kept_nowhere() {
    let server = behind_a_proxy(&[("NATTER_LOG__LEVEL", "trace")]);
    server.visitor().register("alice").await;
    // People type their password into the field for the name.
    for name in ["hunter2isalice", "correct horse battery", "alice"] {
        send(attempt(&server, name, "typed in anger", "192.0.2.1")).await.expect(401);
    }
    let database = std::fs::read(server.directory().join("data/natter.db")).expect("the database");
    let wal = std::fs::read(server.directory().join("data/natter.db-wal")).unwrap_or_default();
    let stored = String::from_utf8_lossy(&[database, wal].concat()).into_owned();
    for secret in ["hunter2isalice", "correct horse", "typed in anger"] {
        assert!(!server.log().contains(secret) && !stored.contains(secret), "{secret}");
    }
}
