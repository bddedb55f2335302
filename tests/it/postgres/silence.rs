//! The way to the database goes silent: nothing is refused or closed, and nothing comes through.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    Proxy, name, shared,
    writers::{DEADLINE, MOST},
};
use crate::{
    client::{Client, Session, path, send},
    process::PATIENCE,
    server::Server,
};

/// The longest until all is well again: two waits for a statement, and a little.
const WELL_WITHIN: Duration = Duration::from_secs(15);

fn start(proxy: &Proxy) -> Server {
    let directory = super::fresh_directory();
    let database = name(directory.path()).expect("it has one");
    let url = format!("postgres://natter_api_user@127.0.0.1:{}/{database}", proxy.port);
    let settings = [("NATTER_DATABASE__URL", url.as_str()), ("NATTER_HTTP__DEADLINE_SECONDS", DEADLINE)];
    Server::start_in(directory, &settings)
}

/// Posts until it is acknowledged; how long the longest answer took, and all of them.
async fn post(server: &Server, alice: &Session, messages: &str, key: &str) -> (Duration, Duration) {
    let body = json!({"author": "alice", "message": key}).to_string();
    let (begun, mut longest) = (Instant::now(), Duration::ZERO);
    loop {
        let asked = Instant::now();
        let answer =
            send(alice.client.post_request(messages, body.clone()).header("Idempotency-Key", key)).await;
        longest = longest.max(asked.elapsed());
        if answer.status == 201 {
            return (longest, begun.elapsed());
        }
        let answer = answer.expect_problem(503, "unavailable");
        assert!(answer.header("retry-after").is_some());
        assert!(begun.elapsed() < PATIENCE, "{key} is not taken: {}", server.log());
    }
}

#[tokio::test]
async fn connections_that_go_silent_are_given_up_and_others_are_made() {
    let proxy = Proxy::to(shared().port());
    let server = start(&proxy);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    let keys = ["first", "second", "third"];
    for (number, key) in keys.into_iter().enumerate() {
        proxy.silence();
        let (longest, all) = post(&server, &alice, &messages, key).await;
        println!("{key}: the longest answer {longest:.1?}, acknowledged after {all:.1?}");
        assert!(longest < MOST && all < WELL_WITHIN, "{longest:?} {all:?}");
        let read = alice.client.get(&messages).await.expect(200).json();
        assert_eq!(read.as_array().map(Vec::len), Some(number + 1));
    }
    let database = name(server.directory()).expect("it has one");
    let texts = shared().sql(&database, "SELECT text FROM natter.message ORDER BY id");
    assert_eq!(texts.lines().collect::<Vec<_>>(), keys);
}

/// Waits until the server says that it is ready, or that it is not, and gives what it says.
async fn wait_until(server: &Server, ready: bool) -> String {
    let (admin, deadline) = (Client::new(&server.admin), Instant::now() + PATIENCE);
    loop {
        let answer = admin.get("/ready").await;
        if (answer.status == 200) == ready {
            return answer.text;
        }
        assert!(Instant::now() < deadline, "{}\n{}", answer.text, server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn while_nothing_comes_through_requests_get_503_in_time_and_ready_says_why() {
    let proxy = Proxy::to(shared().port());
    let server = start(&proxy);
    let alice = server.user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    wait_until(&server, true).await;
    proxy.swallow();
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (alice, messages) = (alice.clone(), messages.clone());
        asked.spawn(async move {
            let begun = Instant::now();
            let answer = if number % 2 == 0 {
                alice.client.get(&messages).await
            } else {
                let body = json!({"author": "alice", "message": "lost"});
                alice.client.post(&messages, &body).await
            };
            answer.expect_problem(503, "unavailable");
            begun.elapsed()
        });
    }
    let said = wait_until(&server, false).await;
    assert!(said.contains("store") && said.contains("within"), "{said}");
    let longest = asked.join_all().await.into_iter().max().expect("there were some");
    assert!(longest < MOST, "{longest:?}");

    // What there is stays silent for ever; what is made from now on comes through.
    proxy.silence();
    let again = Instant::now();
    wait_until(&server, true).await;
    let (_, all) = post(&server, &alice, &messages, "again").await;
    println!(
        "the longest of 20 answers {longest:.1?}; well again after {:.1?}, acknowledged {all:.1?}",
        again.elapsed()
    );
    assert!(again.elapsed() < WELL_WITHIN);
}
