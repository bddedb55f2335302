//! The primary is gone, and its standby takes over.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    Cluster,
    writers::{Replicas, Writers, compare},
};
use crate::{
    client::{Client, path},
    process::PATIENCE,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn a_standby_that_is_promoted_has_all_that_was_acknowledged_and_is_found() {
    let mut primary = Cluster::start();
    assert!(primary.migrate("natter").0);
    let standby = primary.standby();
    // The standby stands first: it is passed over as long as it is one.
    let url = format!(
        "postgres://natter_api_user@127.0.0.1:{},127.0.0.1:{}/natter",
        standby.port(),
        primary.port()
    );
    let replicas = Replicas::start(2, &url);
    let alice = replicas.first().user("alice").await;
    let writers = Writers::start(4, &alice, &replicas.addresses).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    primary.end("-QUIT");
    standby.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
    standby.sql("postgres", "SELECT pg_promote()");
    let promoted = Instant::now();
    let count = || standby.sql("natter", "SELECT count(*) FROM natter.message");
    let before = count();
    while count() == before {
        assert!(promoted.elapsed() < PATIENCE, "{}", replicas.first().log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let again = promoted.elapsed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let seen = writers.finish().await;
    println!(
        "written again {again:.1?} after the promotion; {} messages acknowledged, {} refused, {} not answered",
        seen.acknowledged.len(),
        seen.refused,
        seen.unanswered
    );
    assert!(again < Duration::from_secs(10), "{again:?}");
    compare(&standby, seen.acknowledged);
    replicas.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_becomes_read_only_is_read_and_not_written_until_it_is_not() {
    let cluster = Cluster::start();
    assert!(cluster.migrate("natter").0);
    let replicas = Replicas::start(1, &cluster.url("natter_api_user", "natter"));
    let alice = replicas.first().user("alice").await;
    let messages = path(&alice.create_space("plans").await["messages-rw"]).to_owned();
    let read_only = |on: &str| {
        cluster.sql("postgres", &format!("ALTER SYSTEM SET default_transaction_read_only = {on}"));
        cluster.sql("postgres", "SELECT pg_reload_conf()");
    };
    let body = json!({"author": "alice", "message": "hello"});
    let until = async |status: u16| {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = alice.client.post(&messages, &body).await;
            if answer.status.as_u16() == status {
                return answer;
            }
            assert!(Instant::now() < deadline, "{}", answer.text);
        }
    };
    read_only("on");
    until(503).await.expect_problem(503, "unavailable");
    let (admin, deadline) = (Client::new(&replicas.first().admin), Instant::now() + PATIENCE);
    let said = loop {
        let ready = admin.get("/ready").await;
        if ready.status == 503 {
            break ready.text;
        }
        assert!(Instant::now() < deadline);
        alice.client.post(&messages, &body).await;
    };
    assert!(said.contains("read-only transaction"), "{said}");
    read_only("off");
    until(201).await;
}
